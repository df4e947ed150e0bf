"""Real Yjs clients in node: npm's own packages, installed once into a folder that is not kept."""

import asyncio
import hashlib
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.need import lacking, need

SOURCE = Path(__file__).parent / "client"
CACHE = Path(__file__).parents[2] / ".cache"
PATIENCE = 20


def installed(source: Path = SOURCE, name: str = "yjs-client") -> Path:
    """The folder with the client and its packages; made if it is not there. Skips without node or npm."""
    need("node")
    wanted = (source / "package.json").read_bytes()
    folder = CACHE / f"{name}-{hashlib.sha256(wanted).hexdigest()[:12]}"
    done = folder / "installed"
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("package.json", ".npmrc", "client.mjs"):
        shutil.copy(source / file, folder / file)
    if not done.exists():
        command = [need("npm"), "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if result.returncode:
            lacking(f"the Yjs client cannot be installed: {result.stderr.strip()[-300:]}")
        done.touch()
    return folder


class Node:
    """The node process, and the answers it owes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._owed: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._ids = count(1)

    async def listen(self) -> None:
        """Hand each answer to whoever waits for it, until the process ends."""
        while line := await self._process.stdout.readline():
            answer = json.loads(line)
            self._owed.pop(answer["id"]).set_result(answer)

    async def ask(self, name: str, command: str, **options) -> dict[str, Any]:
        """Have a client do something; its state afterwards."""
        number = next(self._ids)
        self._owed[number] = asyncio.get_running_loop().create_future()
        line = json.dumps({"id": number, "name": name, "command": command, **options})
        self._process.stdin.write(line.encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            answer = await self._owed[number]
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["state"]


class YjsClient:
    """One client: a document, and its provider."""

    def __init__(self, node: Node, name: str) -> None:
        self._node = node
        self.name = name

    async def do(self, command: str, **options) -> dict[str, Any]:
        """Have it do something; its state afterwards."""
        return await self._node.ask(self.name, command, **options)

    async def until(self, **wanted) -> dict[str, Any]:
        """Wait until its state is like this."""
        try:
            return await self.do("until", wanted=wanted)
        except TimeoutError:
            raise AssertionError(f"{self.name} wanted {wanted}, and is at {await self.do('state')}") from None


class Yjs:
    """Makes clients."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def client(self, name: str, url: str, room: str, **params: str) -> YjsClient:
        """A client that is not connected yet."""
        user = {"person": name, "name": name.title()}
        await self._node.ask(name, "open", url=url, room=room, params=params, user=user)
        return YjsClient(self._node, name)


@asynccontextmanager
async def yjs() -> AsyncIterator[Yjs]:
    """A node process for the block."""
    async with driven(SOURCE, "yjs-client") as node:
        yield Yjs(node)


@asynccontextmanager
async def driven(source: Path, name: str) -> AsyncIterator[Node]:
    """A node process that runs the client in the folder `source`."""
    folder = await asyncio.to_thread(installed, source, name)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "node", "client.mjs", cwd=folder, stdin=pipe, stdout=pipe, limit=2**24
    )
    node = Node(process)
    async with asyncio.TaskGroup() as group:
        group.create_task(node.listen())
        try:
            yield node
        finally:
            process.stdin.close()
            await process.wait()
