"""Voices of rooms on many nodes."""
