"""Recording: the sound of those who agreed to it, as files, one for each person and segment."""
