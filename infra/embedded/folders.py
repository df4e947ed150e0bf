"""The data folder: its lock, and the folders that servers and their sockets live in."""

import fcntl
import hashlib
import logging
import os
import pwd
import stat
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from infra.embedded.errors import FolderRefused, HomeInUse

logger = logging.getLogger(__name__)

SOCKET_LIMIT = 100  # characters of a socket's path; the kernels we know take 103 or 107


@contextmanager
def locked(home: Path) -> Generator[None, None, None]:
    """Hold `home` for this process. The kernel lets go of it however the process ends."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, home)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, home: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise HomeInUse(home, os.pread(descriptor, 20, 0).decode(errors="replace")) from None


def private(folder: Path, user: str = "") -> Path:
    """Make `folder`, open to its owner only: `user`, or us.

    Raises `FolderRefused` if it is somebody else's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    if not stat.S_ISDIR(found.st_mode):
        raise FolderRefused(folder, "it is not a folder")
    if found.st_uid not in {owner, os.geteuid()}:
        raise FolderRefused(folder, f"it belongs to user {found.st_uid}")
    if found.st_uid != owner:
        os.chown(folder, owner, pwd.getpwnam(user).pw_gid)
    folder.chmod(0o700)
    return folder


def socket_folder(data: Path, socket: str, user: str = "") -> Path:
    """Where a server puts its socket: beside its data, or in a short place if that path is too long."""
    if len(os.fsencode(data / socket)) <= SOCKET_LIMIT:
        return data
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return private(Path(tempfile.gettempdir()) / f"lyceum-{digest}", user)


def system_user(name: str) -> str:
    """The user to run as instead of root, made if need be; "" when we are not root."""
    if os.geteuid() != 0:
        return ""
    for _ in range(3):
        if _exists(name):
            return name
        command = ("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name)
        subprocess.run(command, check=False, capture_output=True)  # may lose a race to another of us
    raise FolderRefused(Path("/etc/passwd"), f"no user {name} could be made; run Lyceum as another than root")


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def let_through(path: Path) -> None:
    """Let other users pass through the folders above `path`, though not list them. For a server of root's."""
    for folder in path.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            logger.warning("Letting other users pass through %s, so that PostgreSQL's own user can", folder)
            folder.chmod(mode | stat.S_IXOTH)
