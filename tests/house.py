"""A house that runs as its users run it: the command `lyceum` as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from domain.events import Role
from infra.wiring import utc_now
from realtime.access import Tokens

SECRET = "the-secret-of-the-tests-which-is-long-enough"
PROJECT = Path(__file__).parents[1]


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
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error::ResourceWarning", "-m", "infra.cli", *self.arguments],
            cwd=PROJECT,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith(("LYCEUM_", "ANTHROPIC_"))},
                "LYCEUM_HOME": str(self.home),
                "LYCEUM_PORT": "0",
                "LYCEUM_SECRET": SECRET,
                **self.environment,
            },
            stdout=subprocess.PIPE,
            stderr=(self.home.parent / f"{self.home.name}.log").open("a"),
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if line.startswith("Ready"):
                self.url = line.partition(" at ")[2].partition(". ")[0]
                return self
        raise AssertionError(f"the house did not start:\n{self.output}{self.errors()}")

    def stop(self, within: float = 20) -> int:
        """Stop as Ctrl-C does; the exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(within)

    def kill(self) -> None:
        """SIGKILL, to this process alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def errors(self) -> str:
        """What it wrote to standard error."""
        return (self.home.parent / f"{self.home.name}.log").read_text()

    def token(self, person: str, role: Role = "student", **options: Any) -> str:
        """A token that this house takes."""
        return Tokens(SECRET, utc_now).make(person, role, **options)

    def client(self, person: str, role: Role = "student") -> httpx.AsyncClient:
        """An HTTP client that speaks for somebody."""
        headers = {"Authorization": f"Bearer {self.token(person, role)}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20)
