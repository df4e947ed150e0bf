"""What the page for third parties says works, with no code of ours."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from adapters.postgres_log import PostgresLog
from adapters.postgres_proofs import PostgresProofs
from adapters.postgres_seal import PostgresSeal
from domain.merkle import Growing
from infra.exporting import export_log
from infra.sealed import SealedLog
from tests.conftest import PROJECT
from tests.need import need
from tests.seal.given import KEY, seal_all, talk

PAGE = (PROJECT / "docs" / "audit.md").read_text("utf-8")
CHECK, PROOF = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
[SHELL] = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def run(script: str, where: Path, *arguments: str, status: int = 0) -> str:
    """Run a script of the page where nothing of ours can be imported."""
    (where / "script.py").write_text(script)
    return ended(where, [sys.executable, "-I", "script.py", *arguments], status)


def ended(where: Path, command: list[str], status: int = 0) -> str:
    """What a command says when it has ended with this status."""
    result = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout + result.stderr


@pytest.fixture
async def folder(log: PostgresLog, seal: PostgresSeal, tmp_path: Path) -> Path:
    """An export of 300 events in `export`, and a checkpoint of the first 7 in `old`."""
    await talk(log, 7)
    await seal_all(log, seal)
    (tmp_path / "old").write_text((await seal.head()).note or "")
    await talk(log, 293, "later")
    await seal_all(log, seal)
    await export_log(await SealedLog.now(log.rows, seal), tmp_path / "export", lambda *_: None)
    return tmp_path


async def test_an_export_is_checked_by_the_script_of_the_page(folder):
    key, newest = "export/key", "export/checkpoint"
    assert run(CHECK, folder, "export", key, newest) == "300 events are as they were sealed\n"
    assert run(CHECK, folder, "export", key, "old") == "7 events are as they were sealed\n"
    events = folder / "export" / "events.ndjson"
    events.write_bytes(events.read_bytes().replace(b'"position":9,', b'"position":8,'))
    assert "not those that were sealed" in run(CHECK, folder, "export", key, newest, status=1)
    assert run(CHECK, folder, "export", key, "old") == "7 events are as they were sealed\n"


async def test_a_checkpoint_that_was_altered_does_not_pass_the_script(folder):
    checkpoint = folder / "export" / "checkpoint"
    checkpoint.write_text(checkpoint.read_text().replace("\n300\n", "\n299\n"))
    assert "InvalidSignature" in run(CHECK, folder, "export", "export/key", "export/checkpoint", status=1)


async def test_proofs_are_checked_by_the_script_of_the_page(log, seal, folder):
    proofs = PostgresProofs(log.rows, seal)
    for position in (1, 7, 256, 257, 300):
        answer = msgspec.json.encode(await proofs.inclusion("school", position))
        (folder / "proof.json").write_bytes(answer)
        assert run(PROOF, folder, "proof.json") == "proven\n"
    (folder / "proof.json").write_bytes(answer.replace(b'\\"position\\":300,', b'\\"position\\":301,'))
    assert "not in the log" in run(PROOF, folder, "proof.json", status=1)


@pytest.mark.parametrize("old", [1, 7, 255, 256, 257, 300])
async def test_proofs_of_consistency_are_checked_by_the_script_of_the_page(log, seal, folder, old):
    answer = await PostgresProofs(log.rows, seal).consistency(old)
    (folder / "proof.json").write_bytes(msgspec.json.encode(answer))
    first = [leaf async for batch in seal.leaves(old) for leaf in batch]
    (folder / "before").write_text(note_over(first))
    assert run(PROOF, folder, "proof.json", "before", "export/checkpoint") == "proven\n"
    (folder / "before").write_text(note_over([*first[:-1], bytes(32)]))
    assert "not only added to" in run(PROOF, folder, "proof.json", "before", "export/checkpoint", status=1)


async def test_the_commands_of_the_page_check_a_signature_and_a_leaf(folder):
    need("openssl")
    said = ended(folder / "export", ["sh", "-eu", "-c", SHELL])
    verified, hashed, leaf = said.splitlines()
    assert verified == "Signature Verified Successfully"
    assert hashed.split()[0] == leaf


async def test_the_page_says_what_stands_in_a_line(folder):
    lines = (folder / "export" / "events.ndjson").read_bytes().split(b"\n")
    assert lines.pop() == b""
    fields = re.findall(r"`(\w+)`", PAGE.split("**A line**")[1].split("line break")[0])
    for position, line in enumerate(lines, 1):
        decoded = msgspec.json.decode(line)
        assert list(decoded) == fields
        assert decoded["position"] == position
        assert line == msgspec.json.encode(decoded)


def note_over(leaves: list[bytes]) -> str:
    growing = Growing()
    for leaf in leaves:
        growing.add(leaf)
    return KEY.note(len(leaves), growing.root())
