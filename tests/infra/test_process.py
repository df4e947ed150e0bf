"""A server as a child process, with programs that misbehave."""

import sys
from pathlib import Path
from signal import SIGTERM

import pytest

from infra.embedded.errors import ServerNotStarted
from infra.embedded.process import RESTARTS, Program, Server


def program(folder: Path, script: str, ready: bool = True, **options) -> Program:
    async def answers() -> bool:
        return ready

    return Program(
        name="Oracle",
        command=(sys.executable, "-c", script),
        folder=folder,
        log=folder / "logs" / "oracle.log",
        ready=answers,
        stop=(SIGTERM,),
        **options,
    )


async def test_a_server_that_keeps_dying_is_given_up(tmp_path: Path):
    server = Server(program(tmp_path, "print('no')"))
    await server.start()
    with pytest.raises(ServerNotStarted, match="Oracle keeps ending"):
        await server.run()
    assert (tmp_path / "logs" / "oracle.log").read_text().count("no") == RESTARTS + 1


async def test_a_server_that_never_answers_is_given_up_and_ended(tmp_path: Path):
    script = "import pathlib, time; pathlib.Path('here').touch(); time.sleep(60)"
    server = Server(program(tmp_path, script, ready=False, patience=0.5))
    with pytest.raises(ServerNotStarted, match=r"did not answer within 0.5 s"):
        await server.start()
    assert (tmp_path / "here").exists()
    assert server._process.returncode == -SIGTERM


async def test_a_server_that_ignores_the_request_to_end_is_ended_all_the_same(tmp_path: Path):
    script = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); open('deaf', 'w').close(); time.sleep(60)"
    )

    async def deaf() -> bool:
        return (tmp_path / "deaf").exists()

    given = program(tmp_path, script)
    server = Server(
        Program(**{name: getattr(given, name) for name in given.__struct_fields__} | {"ready": deaf})
    )
    await server.start()
    await server.stop()
    assert server._process.returncode == -9


async def test_a_server_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a key")
    server = Server(program(tmp_path, "import os; print(sorted(os.environ))", environ={"GOMEMLIMIT": "1"}))
    await server.start()
    await server._process.wait()
    written = (tmp_path / "logs" / "oracle.log").read_text()
    assert "GOMEMLIMIT" in written
    assert "ANTHROPIC_API_KEY" not in written
