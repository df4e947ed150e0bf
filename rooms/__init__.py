"""The live room: board, voice, picture of the group, facilitator."""
