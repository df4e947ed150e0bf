"""The Hocuspocus protocol: bytes, sockets, and real clients from npm."""
