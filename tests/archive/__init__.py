"""The archive of the log."""
