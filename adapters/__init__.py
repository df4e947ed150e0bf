"""One module for each thing outside: PostgreSQL, NATS, Redis, the model."""
