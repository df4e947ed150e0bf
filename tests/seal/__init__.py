"""The seal of the log."""
