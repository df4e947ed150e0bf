"""Hold a set of servers until killed, or until standard input closes, as `lyceum up` would."""

import asyncio
import json
import sys

from infra.embedded import servers
from infra.settings import Settings


async def hold(home: str) -> None:
    async with servers(Settings.from_environment({"LYCEUM_HOME": home})) as held:
        print(json.dumps({"postgres": held.postgres, "nats": held.nats, "redis": held.redis}), flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(hold(sys.argv[1]))
