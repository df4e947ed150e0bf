"""The main job, end to end, with real browsers and real speech."""
