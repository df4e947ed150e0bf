"""The sockets of boards: one small session for each protocol, whatever carries its messages."""
