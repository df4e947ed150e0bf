"""The ASGI application: commands, queries, sockets and streams, and who may use them."""
