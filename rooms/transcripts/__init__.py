"""Transcripts: what somebody said in a turn, from the packets of their voice to text."""
