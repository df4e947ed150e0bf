"""Settings, embedded servers, wiring, command line."""
