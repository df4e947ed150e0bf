"""The scratchpad: mathematics that is checked on the server, exactly and within bounds, and never run."""
