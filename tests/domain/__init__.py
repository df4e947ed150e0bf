"""The deciders, sentence by sentence, and the catalogue of events."""
