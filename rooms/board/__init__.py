"""The shared board of a room: y-websocket's protocol, live documents, and every edit an event."""
