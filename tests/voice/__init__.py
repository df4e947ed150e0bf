"""Voice, with real WebRTC clients: aiortc's in process, and Chromium."""
