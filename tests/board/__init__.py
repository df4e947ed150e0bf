"""The board: protocol, documents, events, and real clients."""
