"""PostgreSQL: made once, run in its folder, reached over a socket that only its owner can open."""

import os
import shutil
import stat
from pathlib import Path
from signal import SIGINT, SIGQUIT
from urllib.parse import quote

import psycopg

from infra.embedded.errors import ServerNotStarted
from infra.embedded.folders import let_through, private, socket_folder, system_user
from infra.embedded.process import Program, spawn
from infra.embedded.programs import postgres_programs

USER = DATABASE = "lyceum"
SYSTEM_USER = "lyceum-postgres"  # PostgreSQL refuses to run as root
SOCKET = ".s.PGSQL.5432"

# For a small machine that is idle most of the day, and loses nothing that it acknowledged.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "50",
    "shared_buffers": "48MB",
    "maintenance_work_mem": "32MB",
    "huge_pages": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_wal_size": "512MB",
    "min_wal_size": "64MB",
    "checkpoint_timeout": "15min",
    "jit": "off",  # our statements are short
    "io_method": "sync",  # no idle processes for reading ahead
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_worker_slots": "4",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
    # An error's statement and detail quote what people wrote; that is not for a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


async def postgres(home: Path) -> tuple[Program, str]:
    """The program, its data folder made if need be, and the URL of its database. Blocks for a moment."""
    programs, user = postgres_programs(), system_user(SYSTEM_USER)
    data = home / "postgres"
    if user:
        _open_to_user(programs, data)
    sockets = socket_folder(data, SOCKET, user)
    url = f"postgresql://{USER}@/{DATABASE}?host={quote(str(sockets), safe='')}"
    program = Program(
        name="PostgreSQL",
        command=(str(programs / "postgres"), "-D", str(data)),
        folder=data,
        log=home / "logs" / "postgres.log",
        ready=lambda: _ready(url),
        stop=(SIGINT, SIGQUIT),
        user=user,
        patience=300.0,  # it may have hours of log to go through again after a crash
    )
    await _make(program, programs)
    _configure(data, sockets)
    _disown(data / "postmaster.pid")
    _disown(sockets / f"{SOCKET}.lock")
    return program, url


def _open_to_user(programs: Path, data: Path) -> None:
    let_through(programs / "postgres")
    let_through(data)
    if (
        not stat.S_IMODE((programs / "postgres").stat().st_mode) & stat.S_IXOTH
    ):  # installed with a strict umask
        for path in programs.parent.rglob("*"):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.parent == programs else 0o044))


async def _make(program: Program, programs: Path) -> None:
    """Make the data folder beside its place, and move it there when it is whole."""
    if (program.folder / "PG_VERSION").exists():
        return
    unfinished = program.folder.with_name("postgres.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    private(unfinished, program.user)
    options = (
        *(f"--username={USER}", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
    )
    command = (str(programs / "initdb"), "-D", str(unfinished), *options)
    process = await spawn(program, command, folder=unfinished)
    if await process.wait() != 0:
        raise ServerNotStarted(program.name, "could not make its data folder", program.log)
    if program.folder.exists():
        program.folder.rmdir()  # an empty one at most
    unfinished.rename(program.folder)


def _configure(data: Path, sockets: Path) -> None:
    """Write our settings over initdb's; what an administrator sets with ALTER SYSTEM still wins."""
    settings = SETTINGS | {"unix_socket_directories": str(sockets)}
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
    (data / "postgresql.conf").write_text("# Written at every start.\n" + "".join(lines))


def _disown(lock: Path) -> None:
    """Keep a lock file that a crash left from stopping us.

    By now no server of ours runs on the folder, but its process id may be another process's today, or of a
    dead one that nobody collected, and PostgreSQL would wait for that to go. It never minds its parent's
    id, and still looks at the other lines, which tell it whether memory is shared with an old process.
    """
    if lock.exists():
        _, _, others = lock.read_text().partition("\n")
        lock.write_text(f"{os.getpid()}\n{others}")


async def _ready(url: str) -> bool:
    """Whether it takes connections; makes the database on the first one."""
    try:
        connection = await psycopg.AsyncConnection.connect(url, dbname="postgres", autocommit=True)
        async with connection:
            found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if await found.fetchone() is None:
                await connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True
