"""The log: its contract, its guards, its followers."""
