"""UmaDB: its server and its Python client, from one package that is installed into a folder of its own."""

import importlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSION = "0.7.8"
FOLDER = Path(__file__).parents[2] / ".cache" / "peers" / f"umadb-{VERSION}"
SERVE = "import sys; sys.path.insert(0, sys.argv.pop(1)); from umadb.umadb_server_cli import main; main()"
PATIENCE = 20.0
"""Seconds that the server may take to start."""
SHARING = 16
"""Threads to one client, and so to one connection."""


class PeerMissing(Exception):
    """The peer cannot be had."""


@dataclass(frozen=True)
class UmaDb:
    """A running server, and the module of its client."""

    url: str
    module: Any

    @contextmanager
    def guarded(
        self, tags: Sequence[Sequence[str]], kind: str, data: bytes
    ) -> Generator[Sequence[Callable[[], object]], None, None]:
        """Clients with these tags, who append an event unless one was appended that has the first of them."""
        shared = [self.module.Client(self.url) for _ in range(0, len(tags), SHARING)]
        head = shared[0].head()
        try:
            yield [
                self._guarded(shared[number // SHARING], kind, data, list(each), head)
                for number, each in enumerate(tags)
            ]
        finally:
            for client in shared:
                client.close()

    def _guarded(
        self, client: Any, kind: str, data: bytes, tags: list[str], head: int | None
    ) -> Callable[[], object]:
        query = self.module.Query([self.module.QueryItem([kind], tags[:1])])

        def command() -> object:
            nonlocal head
            event = self.module.Event(kind, data, tags)
            head = client.append([event], self.module.AppendCondition(query, head))
            return head

        return command


@contextmanager
def umadb() -> Generator[UmaDb, None, None]:
    """A server on an empty folder, as durable as it comes: every append waits for the disk.

    Raises `PeerMissing`.
    """
    _install()
    with tempfile.TemporaryDirectory(prefix="lyceum-umadb-", ignore_cleanup_errors=True) as data:
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        arguments = (str(FOLDER), "--listen", address, "--db-path", data)
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield _reached(f"http://{address}")
        finally:
            process.terminate()
            process.wait()


def _install() -> None:
    """Into `FOLDER`, with the pip of this Python; once."""
    if (FOLDER / "umadb").exists():
        return
    command = (sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--only-binary=:all:")
    ended = subprocess.run(
        [*command, "--target", str(FOLDER), f"umadb=={VERSION}"], capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise PeerMissing(f"UmaDB {VERSION} could not be installed: {ended.stderr.strip()[-200:]}")


def _reached(url: str) -> UmaDb:
    """The server, once it answers."""
    sys.path.insert(0, str(FOLDER))
    try:
        module: Any = importlib.import_module("umadb")
    except ImportError as error:
        raise PeerMissing(f"UmaDB does not run on this Python: {error}") from error
    finally:
        sys.path.remove(str(FOLDER))
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            module.Client(url).head()
        except Exception:
            time.sleep(0.05)
        else:
            return UmaDb(url, module)
    raise PeerMissing(f"UmaDB did not answer within {PATIENCE:g} s")
