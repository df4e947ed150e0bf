"""Voice: encoded Opus passed through over ICE-lite, and speech turns from the level on each packet."""
