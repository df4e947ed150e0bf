"""Settings and the embedded servers."""
