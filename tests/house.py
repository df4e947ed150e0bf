"""A house that runs as its users run it: the command `lyceum` as a process of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from domain.events import Role
from infra.wiring import utc_now
from realtime.access import Tokens

SECRET = "the-secret-of-the-tests-which-is-long-enough"
PROJECT = Path(__file__).parents[1]


@contextmanager
def home() -> Iterator[Path]:
    """A folder for a house; not pytest's, which each run closes to PostgreSQL's own user."""
    with tempfile.TemporaryDirectory(prefix="lyceum-house-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "home"


@dataclass
class RunningHouse:
    """One process. Start it with `start`; it says on standard output when it is ready, and where."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ("up", "--no-demo")
    url: str = ""
    output: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> "RunningHouse":
        """Start, and return when it is ready."""
        with self._log.open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error::ResourceWarning", "-m", "infra.cli", *self.arguments],
                cwd=PROJECT,
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if line.startswith("Ready"):
                self.url = line.partition(" at ")[2].partition(". ")[0]
                return self
        self.process.communicate()
        raise AssertionError(f"the house did not start:\n{self.output}{self.errors()}")

    def run(self, within: float = 60, status: int = 0) -> str:
        """Run a command to its end, with this exit status; what it printed."""
        ended = subprocess.run(
            [sys.executable, "-m", "infra.cli", *self.arguments],
            cwd=PROJECT,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr if status else ended.stdout

    def stop(self, within: float = 20) -> int:
        """Stop as Ctrl-C does; the exit status."""
        assert self.process is not None
        self.process.terminate()
        self.output += self.process.communicate(timeout=within)[0]
        return self.process.returncode

    def kill(self) -> None:
        """SIGKILL, to this process alone."""
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    @property
    def _log(self) -> Path:
        return self.home.parent / f"{self.home.name}.log"

    def errors(self) -> str:
        """What it wrote to standard error."""
        return self._log.read_text()

    def token(self, person: str, role: Role = "student", **options: Any) -> str:
        """A token that this house takes."""
        return Tokens(SECRET, utc_now).make(person, role, **options)

    def client(self, person: str, role: Role = "student") -> httpx.AsyncClient:
        """An HTTP client that speaks for somebody."""
        headers = {"Authorization": f"Bearer {self.token(person, role)}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20)

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LYCEUM_", "ANTHROPIC_"))}
        return {
            **inherited,
            "LYCEUM_HOME": str(self.home),
            "LYCEUM_PORT": "0",
            "LYCEUM_SECRET": SECRET,
            **self.environment,
        }
