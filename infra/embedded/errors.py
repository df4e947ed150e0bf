"""What can go wrong when Lyceum starts its own servers; each message says what to do."""

from pathlib import Path


class EmbeddedError(Exception):
    """Lyceum could not run the servers it brings along."""


class HomeInUse(EmbeddedError):
    """Another Lyceum runs on the same data folder."""

    def __init__(self, home: Path, owner: str) -> None:
        super().__init__(
            f"Another Lyceum (process {owner or 'unknown'}) is running on {home}. "
            "Stop it first, or set LYCEUM_HOME to another folder."
        )


class ServerMissing(EmbeddedError):
    """The program of a server is not on this machine."""

    def __init__(self, server: str, looked_for: str, remedy: str) -> None:
        super().__init__(f"{server} was not found (looked for {looked_for}). {remedy}")


class ServerNotStarted(EmbeddedError):
    """A server ended, or did not answer in time, while it was being started."""

    def __init__(self, server: str, what: str, log: Path) -> None:
        self.log = log
        super().__init__(f"{server} {what}. Its log says why: {log}{_ending(log)}")


class FolderRefused(EmbeddedError):
    """A folder that a server needs cannot be used."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"{folder} cannot be used: {why}")


def _ending(log: Path, lines: int = 5) -> str:
    """The last lines of the log, so that most causes are seen without opening it."""
    try:
        text = log.read_text(errors="replace")[-4000:]
    except OSError:
        return ""
    return "".join(f"\n  | {line}" for line in text.splitlines()[-lines:])
