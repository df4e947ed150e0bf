"""Hocuspocus, the y-websocket server and pycrdt-websocket, each installed into a folder of its own."""

import hashlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.measuring.board_cores import SERVER, on
from benchmarks.measuring.board_served import Opening, Served, Serving
from benchmarks.peers.umadb import PeerMissing

HERE = Path(__file__).parent
CACHE = Path(__file__).parents[2] / ".cache" / "peers"
PACKAGES = {
    "@hocuspocus/server": "4.7.0",
    "@y/websocket-server": "0.1.1",
    "y-websocket": "3.1.0",
    "yjs": "13.6.33",
}
"""The server of y-websocket is the newest of those that go with Yjs 13."""
PYCRDT = "pycrdt-websocket==0.16.5"
PATIENCE = 20.0
"""Seconds that a server may take to start."""


@contextmanager
def hocuspocus() -> Serving:
    """Hocuspocus on Node. Raises `PeerMissing`."""
    with _node("board_hocuspocus.mjs") as (port, pid):
        yield Served("Hocuspocus", port, pid, hocuspocus=True)


@contextmanager
def y_websocket() -> Serving:
    """The y-websocket server on Node. Raises `PeerMissing`."""
    with _node("board_y_websocket.mjs") as (port, pid):
        yield Served("y-websocket", port, pid)


@contextmanager
def pycrdt_websocket() -> Serving:
    """pycrdt-websocket on uvicorn and uvloop. Raises `PeerMissing`."""
    folder = _python_packages()
    with _running((sys.executable, str(HERE / "board_pycrdt.py"), str(folder)), folder) as (port, pid):
        yield Served("pycrdt-websocket", port, pid)


@contextmanager
def _node(script: str) -> Generator[tuple[int, int], None, None]:
    folder = _node_packages()
    shutil.copy(HERE / script, folder / script)
    with _running(("node", script), folder) as running:
        yield running


def _node_packages() -> Path:
    """The folder, filled once by npm. Raises `PeerMissing`."""
    wanted = msgspec.json.encode({"private": True, "type": "module", "dependencies": PACKAGES})
    folder = CACHE / f"boards-{hashlib.sha256(wanted).hexdigest()[:12]}"
    if not shutil.which("node") or not shutil.which("npm"):
        raise PeerMissing("node and npm are not installed")
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_bytes(wanted)
        _must(("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"), folder)
    return folder


def _python_packages() -> Path:
    """The folder, filled once by pip. Raises `PeerMissing`."""
    folder = CACHE / PYCRDT.replace("==", "-")
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _must((sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), PYCRDT), folder)
    return folder


def _must(command: Sequence[str], folder: Path) -> None:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise PeerMissing(f"{command[0]} could not install it: {ended.stderr.strip()[-200:]}")
    (folder / "installed").touch()


@contextmanager
def _running(command: Sequence[str], folder: Path) -> Generator[tuple[int, int], None, None]:
    """Its port and its process, once it answers; on the server's core."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with (folder / "server.log").open("w") as said, on(SERVER):
        process = subprocess.Popen((*command, str(port)), cwd=folder, stdout=said, stderr=said)
    try:
        _reach(port, process)
        yield port, process.pid
    finally:
        process.kill()
        process.wait()


def _reach(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise PeerMissing(f"it did not answer within {PATIENCE:g} s")


PEERS: Mapping[str, Opening] = {
    "Hocuspocus": hocuspocus,
    "y-websocket": y_websocket,
    "pycrdt-websocket": pycrdt_websocket,
}
