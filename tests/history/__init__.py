"""The history of boards."""
