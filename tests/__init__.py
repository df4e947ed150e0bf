"""The tests; each name is a sentence."""
