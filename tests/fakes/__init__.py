"""Outside services as real servers on loopback, scripted by the tests."""
