"""The voices of rooms on many nodes: which node carries a room, and how the others ask it."""
