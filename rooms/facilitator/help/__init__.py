"""Help in a room besides interventions: for who is stuck, fresh problems, and what is left at the end."""
