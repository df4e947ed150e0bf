"""Keys of persons, and master keys."""
