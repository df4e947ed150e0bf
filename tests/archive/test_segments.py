"""Segment files: the same rows, the same bytes; plain tools read them; what is wrong with one is named."""

import asyncio
import gzip
import json
import lzma
import os
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from msgspec.structs import replace

from adapters.archive import Archive
from adapters.postgres_log import PostgresLog
from adapters.stored import Row, line_of, record_of
from domain.errors import LogUnavailable
from tests.archive.given import archived, lived
from tests.house import PROJECT
from tests.log.given import read
from tests.seal.given import by_hand, rows_of

NOON = datetime(2025, 3, 11, 12, 0, 0, 1, tzinfo=UTC)


def rows(count: int, first: int = 1, size: int = 100) -> list[Row]:
    """Rows whose data are so many bytes each."""
    row = Row(0, NOON, "school", "a.b.v1", "ada", None, ("room:é",), b"")
    return [
        replace(row, position=n, at=NOON + timedelta(seconds=n), data=bytes([n % 256]) * size)
        for n in range(first, first + count)
    ]


async def test_the_same_rows_are_the_same_file_and_its_name_is_its_hash(tmp_path):
    one, other = Archive(tmp_path / "one"), Archive(tmp_path / "deep" / "other")
    segment = await one.write(rows(5))
    assert await other.write(rows(5)) == segment == await one.write(rows(5))
    assert await one.write(rows(4)) != segment
    data = other.path(segment.name).read_bytes()
    assert (sha256(data).hexdigest(), len(data)) == (segment.name, segment.size)
    assert [path.name for path in other.folder.iterdir()] == [f"{segment.name}.ndjson.xz"]


async def test_a_file_is_the_lines_that_are_sealed_and_exported(archive):
    written = [*rows(3), replace(rows(1, 9)[0], personal=b"\x00\xff", cause="why")]
    segment = await archive.write(written)
    text = lzma.decompress(archive.path(segment.name).read_bytes())
    assert text == b"".join(line_of(row) + b"\n" for row in written)
    assert [json.loads(line)["position"] for line in text.splitlines()] == [1, 2, 3, 9]
    assert await archive.read_back(segment.name) == written
    contents = {row.position: record_of(row) for row in written}
    assert await archive.records(segment.name) == contents


async def test_a_segment_of_an_earlier_version_is_read_as_before(archive):
    data = gzip.compress(b"".join(line_of(row) + b"\n" for row in rows(5)))
    name = sha256(data).hexdigest()
    archive.folder.mkdir()
    (archive.folder / f"{name}.ndjson.gz").write_bytes(data)
    assert await archive.read_back(name) == rows(5)


async def test_the_page_of_the_format_says_how_to_look_into_one(archive):
    segment = await archive.write(rows(12))
    page = (PROJECT / "docs" / "archive.md").read_text("utf-8")
    [commands] = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    environment = {**os.environ, "SEGMENT": segment.name}
    shell = await asyncio.create_subprocess_exec(
        "sh", "-e", "-c", commands, cwd=archive.folder, env=environment, stdout=asyncio.subprocess.PIPE
    )
    hashed, first, count = (await shell.communicate())[0].splitlines()
    assert hashed.split()[0] == segment.name.encode()
    assert first == line_of(rows(1)[0])
    assert count == b"12"


async def test_no_more_stays_in_memory_than_may(tmp_path):
    archive = Archive(tmp_path, keep=40_000)
    names = [(await archive.write(rows(50, first=50 * n + 1))).name for n in range(8)]
    for name in (*names, *names):
        await archive.records(name)
        assert 0 < archive.kept <= 40_000
    kept = await archive.records(names[-1])
    assert await archive.records(names[-1]) is kept
    large = (await archive.write(rows(50, size=2000))).name
    assert len(await archive.records(large)) == 50
    await archive.records(names[0])
    assert archive.kept <= 40_000


async def test_a_file_that_cannot_be_written_leaves_nothing_behind(log, postgres_url, tmp_path):
    await lived(log, "algebra")
    head = await log.head()
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        await archived(log, postgres_url, Archive(tmp_path / "file"))
    assert await log.head() == head


async def test_a_segment_that_is_missing_is_named_and_read_once_it_is_back(log, postgres_url, archive):
    await lived(log, "algebra")
    before = await rows_of(log)
    await archived(log, postgres_url, archive, most=100)
    [path] = archive.folder.iterdir()
    away = path.rename(archive.folder / "away")
    with pytest.raises(LogUnavailable, match=f"segment {path.name[:64]} of the archive is missing"):
        await read(log)
    away.rename(path)
    assert (await rows_of(log))[:8] == before


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[:-9], "is damaged: it has another SHA-256"),
        (lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], "is damaged: it has another SHA-256"),
        (lambda data: b"", "is damaged: it has another SHA-256"),
    ],
)
async def test_a_segment_that_is_damaged_is_named(damage, said, log, postgres_url, archive):
    await lived(log, "algebra")
    await archived(log, postgres_url, archive, most=100)
    [path] = archive.folder.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(LogUnavailable, match=f"segment {path.name[:64]} of the archive {said}"):
        await read(log)


@pytest.mark.parametrize(
    "data",
    [
        b"nothing of the kind",
        lzma.compress(b"no line\n"),
        lzma.compress(b"x" * 99)[:-12],
        gzip.compress(b"no line\n", mtime=0),
        gzip.compress(b"x" * 99, mtime=0)[:-12],
    ],
)
async def test_what_was_never_a_segment_is_said_to_be_none(data, archive):
    archive.folder.mkdir()
    name = sha256(data).hexdigest()
    archive.path(name).write_bytes(data)
    with pytest.raises(LogUnavailable, match=f"segment {name} of the archive is none"):
        await archive.records(name)


async def test_a_segment_that_is_no_file_is_said_to_be_unreadable(archive):
    archive.path("0" * 64).mkdir(parents=True)
    with pytest.raises(LogUnavailable, match="cannot be read: Is a directory"):
        await archive.records("0" * 64)


@pytest.mark.parametrize("name", ["", "../secret", "0" * 63, "0" * 64 + "\n", "A" * 64])
async def test_nothing_else_than_a_segment_is_ever_opened(name, archive):
    with pytest.raises(LogUnavailable, match="is no segment of the archive"):
        await archive.records(name)


async def test_an_event_that_is_not_in_its_segment_is_named(log, postgres_url, archive):
    await lived(log, "algebra")
    await archived(log, postgres_url, archive)
    other = "(select segment from events where position = 8)"
    await by_hand(log, f"update events set segment = {other} where position = 2")
    with pytest.raises(LogUnavailable, match="lacks position 2"):
        await read(log)


async def test_without_an_archive_the_segment_that_is_needed_is_named(log, postgres_url, archive):
    await lived(log, "algebra")
    await archived(log, postgres_url, archive)
    async with PostgresLog.opened(postgres_url) as without:
        with pytest.raises(LogUnavailable, match="there is no archive here"):
            await read(without)
