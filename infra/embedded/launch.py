"""Become another program that ends with the process that started it. Run as a script, in isolation.

    python -I -S launch.py PARENT SIGNAL USER FOLDER PROGRAM [ARGUMENT...]

A program of its own, and not a function between fork and exec: those deadlock in a process with threads.
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


def take_identity(name: str) -> None:
    """Give up root for the user `name`, for good; does nothing without a name."""
    if not name:
        return
    entry = pwd.getpwnam(name)
    os.initgroups(name, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def end_with(parent: int, signal: int) -> None:
    """Ask the kernel for `signal` when the parent dies; elsewhere than on Linux the next start tidies up."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:  # it died before we could ask
        sys.exit(1)


def main(arguments: list[str]) -> None:
    """Do what the module says; does not return."""
    parent, signal, user, folder, *program = arguments
    os.umask(0o077)
    take_identity(user)
    end_with(int(parent), int(signal))  # after the change of user, which would clear it
    os.chdir(Path(folder))
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])
