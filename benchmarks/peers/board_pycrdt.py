# pyright: basic, reportMissingImports=false
"""pycrdt-websocket on uvicorn, in a process of its own: `python board_pycrdt.py FOLDER PORT`.

FOLDER is where it was installed. Rooms are kept while they are in use.
"""

import asyncio
import sys

sys.path.insert(0, sys.argv[1])

import uvicorn
from pycrdt.websocket import ASGIServer, WebsocketServer


async def main() -> None:
    """Serve until it is terminated."""
    async with WebsocketServer(exception_handler=lambda error, log: True) as rooms:
        config = uvicorn.Config(
            ASGIServer(rooms),
            port=int(sys.argv[2]),
            log_level="error",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
        )
        await uvicorn.Server(config).serve()


asyncio.run(main())
