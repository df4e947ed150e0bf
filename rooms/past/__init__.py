"""Rooms and boards as they were: folded from the log alone, at any position or instant."""
