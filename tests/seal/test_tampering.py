"""Whatever is done to a sealed log is found and named, in the running log and in an export of it."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from adapters.postgres_log import PostgresLog
from adapters.postgres_seal import PostgresSeal
from adapters.signing import SealKey
from domain.merkle import Growing, leaf_hash
from infra.comparing import checked
from infra.exporting import EVENTS, LEAVES, FolderNotEmpty, export_log
from infra.offline import Folder
from infra.sealed import NothingSealed, SealedLog, check_log
from tests.seal.given import KEY, by_hand, seal_all, talk

SIZE = 600
"""Events in the log; there are checkpoints of 256, 512 and 600."""
Lines = list[bytes]


def quietly(done: int, total: int) -> None:
    assert 0 <= done <= total


@pytest.fixture
async def sealed(log: PostgresLog, seal: PostgresSeal) -> PostgresSeal:
    await talk(log, SIZE)
    await seal_all(log, seal)
    return seal


async def wrong_in(log: PostgresLog, seal: PostgresSeal, kept: str | None = None) -> list[str]:
    return await check_log(log.rows, seal, kept, KEY.verifier, quietly)


async def exported(log: PostgresLog, seal: PostgresSeal, folder: Path) -> Path:
    await export_log(await SealedLog.now(log.rows, seal), folder, quietly)
    return folder


async def wrong_with(folder: Path, kept: str | None = None) -> list[str]:
    files = Folder(folder)
    return await checked(files, files.notes(), kept, KEY.verifier, quietly)


def shifted(by: int, behind: int) -> tuple[str, str]:
    """The rows behind a position are numbered anew; in two steps, as no two may have one position."""
    return (
        f"update events set position = position + 1000000 where position > {behind}",
        f"update events set position = position - 1000000 + {by} where position > 1000000",
    )


FORGED = "overlay(record placing 'eve'::bytea from position('ada'::bytea in record) for 3)"
FLIPPED = "set_byte(record, {at}, get_byte(record, {at}) # 1)"
FLIP = "update events set record = " + FLIPPED + " where position = {position}"
INSERT = "insert into events select {position}, " + FORGED + " from events where position = 1"
IN_THE_DATABASE: dict[str, tuple[Sequence[str], str]] = {
    "a byte of the data was flipped": (
        (FLIP.format(at="octet_length(record) - 9", position=300),),
        "position 300: the event was altered",
    ),
    "the actor was altered": (
        (f"update events set record = {FORGED} where position = 1",),
        "position 1: the event was altered",
    ),
    "the time was altered": (
        (FLIP.format(at=5, position=600),),
        "position 600: the event was altered",
    ),
    "a row was deleted": (
        ("delete from events where position = 300",),
        "position 300: an event was removed",
    ),
    "rows were deleted": (
        ("delete from events where position between 250 and 259",),
        "positions 250 to 259: 10 events were removed",
    ),
    "a row was deleted and the others numbered anew": (
        ("delete from events where position = 300", *shifted(-1, 300)),
        "position 300: an event was removed",
    ),
    "two rows were swapped": (
        (
            "update events set position = -1 where position = 100",
            "update events set position = 100 where position = 500",
            "update events set position = 500 where position = -1",
        ),
        "positions 100 and 500: the events were swapped",
    ),
    "neighbours were swapped": (
        (
            "update events set position = -1 where position = 100",
            "update events set position = 100 where position = 101",
            "update events set position = 101 where position = -1",
        ),
        "positions 100 and 101: the events were swapped",
    ),
    "a row was inserted and the others numbered anew": (
        (*shifted(1, 299), INSERT.format(position=300)),
        "position 300: an event was inserted",
    ),
    "a row was replaced": (
        ("delete from events where position = 300", INSERT.format(position=300)),
        "position 300: the event was altered",
    ),
    "the tail was cut off": (
        ("delete from events where position > 590",),
        "the tail was cut off: the events from position 591 to 600 are missing",
    ),
    "everything was removed": (
        ("delete from events",),
        "the tail was cut off: the events from position 1 to 600 are missing",
    ),
}


@pytest.mark.parametrize("what", IN_THE_DATABASE)
async def test_whatever_is_done_to_the_database_is_named_there_and_in_an_export(log, sealed, tmp_path, what):
    statements, named = IN_THE_DATABASE[what]
    note = (await sealed.head()).note
    await by_hand(log, *statements)
    assert await wrong_in(log, sealed) == [named]
    folder = await exported(log, sealed, tmp_path / "export")
    assert await wrong_with(folder) == [named]
    assert await wrong_with(folder, note) == [named]


async def test_an_unharmed_log_is_as_it_was_sealed(log, sealed, tmp_path):
    old = (await sealed.head()).note
    await talk(log, 300, "later")
    assert await wrong_in(log, sealed) == []  # what is not sealed yet is no harm
    await seal_all(log, sealed)
    folder = await exported(log, sealed, tmp_path / "export")
    for kept in (None, old, (await sealed.head()).note):
        assert await wrong_in(log, sealed, kept) == []
        assert await wrong_with(folder, kept) == []
    assert len((folder / EVENTS).read_bytes().splitlines()) == SIZE + 300


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    """An export that was never in a database, with the same checkpoints."""
    folder = tmp_path_factory.mktemp("original") / "export"
    folder.mkdir()
    # No two of them are alike but for a letter: an event that becomes another one counts as moved.
    said = {n: sha256(b"%d" % n).hexdigest().encode() for n in range(1, SIZE + 1)}
    lines = [b'{"position":%d,"at":"noon","data":"%b"}' % each for each in said.items()]
    write(folder, lines, [leaf_hash(line) for line in lines])
    (folder / "key").write_text(f"{KEY.verifier}\n")
    (folder / "checkpoint").write_text(note_of(lines))
    (folder / "checkpoints").write_text(note_of(lines[:256]) + note_of(lines[:512]))
    return folder


def note_of(lines: Lines, key: SealKey = KEY) -> str:
    growing = Growing()
    for line in lines:
        growing.add(leaf_hash(line))
    return key.note(len(lines), growing.root())


def write(folder: Path, lines: Lines, leaves: Lines) -> None:
    (folder / EVENTS).write_bytes(b"".join(line + b"\n" for line in lines))
    (folder / LEAVES).write_bytes(b"".join(leaf.hex().encode() + b"\n" for leaf in leaves))


def read(folder: Path) -> tuple[Lines, Lines]:
    events, leaves = (folder / name for name in (EVENTS, LEAVES))
    return events.read_bytes().split(b"\n")[:-1], [bytes.fromhex(x) for x in leaves.read_text().split()]


@pytest.fixture
def export(original: Path, tmp_path: Path) -> Path:
    """A copy, to be harmed."""
    return Path(shutil.copytree(original, tmp_path / "export"))


def swapped(lines: Lines) -> Lines:
    return [*lines[:9], lines[19], *lines[10:19], lines[9], *lines[20:]]


ON_AN_EXPORT: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "a byte was flipped": (
        lambda lines: [*lines[:9], lines[9].replace(b"noon", b"nooo"), *lines[10:]],
        "position 10: the event was altered",
    ),
    "a number was altered": (
        lambda lines: [*lines[:9], lines[9].replace(b":10,", b":11,"), *lines[10:]],
        "position 10: the event was altered",
    ),
    "a line was removed": (lambda lines: lines[:9] + lines[10:], "position 10: an event was removed"),
    "the first line was removed": (lambda lines: lines[1:], "position 1: an event was removed"),
    "a line was doubled": (
        lambda lines: lines[:10] + lines[9:],
        "position 11: an event was inserted",
    ),
    "a line was inserted": (
        lambda lines: [*lines[:9], b"made up", *lines[9:]],
        "position 10: an event was inserted",
    ),
    "lines were inserted": (
        lambda lines: [*lines[:9], b"", b"made up", *lines[9:]],
        "positions 10 to 11: 2 events were inserted",
    ),
    "a copy of a later line was inserted": (
        lambda lines: [*lines[:9], lines[19], *lines[9:]],
        "position 10: an event was inserted",
    ),
    "a line was added at the end": (
        lambda lines: [*lines, b"made up"],
        "position 601: an event was inserted behind the last one",
    ),
    "lines were swapped": (swapped, "positions 10 and 20: the events were swapped"),
    "a line was put later": (
        lambda lines: [*lines[:9], *lines[10:20], lines[9], *lines[20:]],
        "position 10: the events are in another order, that of position 11 stands here",
    ),
    "the last line was cut off": (
        lambda lines: lines[:-1],
        "the tail was cut off: the events from position 600 to 600 are missing",
    ),
    "the last line was cut in the middle": (
        lambda lines: [*lines[:-1], lines[-1][:-9]],
        "position 600: the event was altered",
    ),
}


@pytest.mark.parametrize("what", ON_AN_EXPORT)
async def test_whatever_is_done_to_an_export_is_named(export, what):
    harm, named = ON_AN_EXPORT[what]
    lines, leaves = read(export)
    write(export, harm(lines), leaves)
    assert await wrong_with(export, note_of(lines)) == [named]


async def test_an_unharmed_export_is_as_it_was_sealed(original):
    assert await wrong_with(original) == []


@settings(deadline=None, max_examples=60)
@given(some.data())
def test_any_one_change_is_named_with_its_position(original, data):
    lines, _ = read(original)
    at = data.draw(some.integers(0, SIZE - 1))
    byte = data.draw(some.integers(0, len(lines[at]) - 1))
    flipped = bytearray(lines[at])
    flipped[byte] ^= data.draw(some.integers(1, 255).filter(lambda by: flipped[byte] ^ by != 10))
    wrong = run(Harmed([*lines[:at], bytes(flipped), *lines[at + 1 :]], lines), lines)
    assert wrong == [f"position {at + 1}: the event was altered"]


class Harmed:
    """Lines and leaves in memory."""

    def __init__(self, lines: Lines, sealed: Lines) -> None:
        self._lines = lines
        self._leaves = [leaf_hash(line) for line in sealed]

    async def lines(self, after: int):
        for at in range(after, len(self._lines), 100):
            yield self._lines[at : at + 100]

    async def leaves(self, after: int):
        for at in range(after, len(self._leaves), 77):
            yield self._leaves[at : at + 77]


def run(evidence: Harmed, sealed: Lines) -> list[str]:
    return asyncio.run(checked(evidence, [note_of(sealed)], None, KEY.verifier, quietly))


async def test_forged_leaves_are_told_by_the_checkpoints_between_which_they_stand(export):
    lines, leaves = read(export)
    forged = [*lines[:299], b"made up", *lines[300:]]
    write(export, forged, [leaf_hash(line) for line in forged])
    assert await wrong_with(export, note_of(lines)) == [
        "the leaves were forged between positions 257 and 512:"
        " they agree with the checkpoint of 256 events and not with that of 512 events"
    ]
    write(export, lines, [*leaves[:9], bytes(32), *leaves[10:]])
    assert await wrong_with(export, note_of(lines)) == [
        "the leaves were forged between positions 1 and 256: they do not agree with that of 256 events;"
        " the events themselves agree with every checkpoint"
    ]


async def test_an_event_before_forged_leaves_is_named_all_the_same(export):
    lines, leaves = read(export)
    write(export, [*lines[:9], b"made up", *lines[10:]], [*leaves[:299], bytes(32), *leaves[300:]])
    wrong = await wrong_with(export)
    assert wrong[0] == "position 10: the event was altered"
    assert wrong[1].startswith("the leaves were forged between positions 257 and 512")


async def test_a_tail_that_is_cut_off_events_leaves_and_checkpoints_alike_is_missed_by_a_kept_checkpoint(
    export,
):
    lines, leaves = read(export)
    write(export, lines[:512], leaves[:512])
    (export / "checkpoint").write_text(note_of(lines[:512]))
    (export / "checkpoints").write_text(note_of(lines[:256]))
    assert await wrong_with(export) == []  # it is what was once signed
    wrong = await wrong_with(export, note_of(lines))
    assert wrong[0] == "the tail was cut off: the events from position 513 to 600 are missing"


async def test_leaves_that_are_missing_are_told_from_events_that_are(export):
    lines, leaves = read(export)
    write(export, lines, leaves[:550])
    assert await wrong_with(export) == [
        "the hashes of the leaves from position 551 to 600 are missing;"
        " the events themselves agree with every checkpoint"
    ]


async def test_a_history_that_was_written_anew_and_signed_again_is_told_by_a_kept_checkpoint(export):
    lines, _ = read(export)
    anew = [*lines[:299], b"made up", *lines[300:]]
    write(export, anew, [leaf_hash(line) for line in anew])
    (export / "checkpoint").write_text(note_of(anew))
    (export / "checkpoints").write_text(note_of(anew[:256]) + note_of(anew[:512]))
    assert await wrong_with(export) == []  # whoever holds the key may write
    assert await wrong_with(export, note_of(lines[:400])) == [
        "the log was written anew and signed again: the checkpoint of 400 events is of another history,"
        " which differs between positions 1 and 400"
    ]


async def test_a_checkpoint_that_another_key_has_signed_is_no_proof(export):
    lines, _ = read(export)
    other = SealKey(KEY.verifier.name, b"o" * 32)
    [wrong] = await wrong_with(export, note_of(lines, other))
    assert wrong.startswith("the checkpoint that was kept: The note is not signed by school.example/log")
    [wrong] = await wrong_with(export, "nonsense")
    assert wrong == "the checkpoint that was kept: This is no signed note."
    (export / "checkpoints").write_text(note_of(lines[:256], other))
    [wrong] = await wrong_with(export, note_of(lines))
    assert wrong.startswith("checkpoint 1 of 2 beside the log: The note is not signed by")


async def test_tiles_and_checkpoints_that_were_altered_in_the_database_are_named(log, sealed):
    flip = "update seal_tiles set hashes = set_byte(hashes, 32, get_byte(hashes, 32) # 1) where number = 1"
    await by_hand(log, flip)
    [wrong] = await wrong_in(log, sealed)
    assert wrong.startswith("the leaves were forged between positions 257 and 512")
    assert wrong.endswith("the events themselves agree with every checkpoint")
    await by_hand(log, flip)
    assert await wrong_in(log, sealed) == []
    await by_hand(log, flip.replace("number = 1", "level = 1"))
    [wrong] = await wrong_in(log, sealed)
    assert wrong == "the seal is damaged: tile 1/0 does not follow from the leaves"
    await by_hand(log, "update seal_checkpoints set note = 'x' where size = 256")
    assert "checkpoint 1 of 3 beside the log: This is no signed note." in await wrong_in(log, sealed)
    await by_hand(log, "delete from seal_checkpoints where size = 600")
    assert await wrong_in(log, sealed) == ["the seal is damaged: the checkpoint of size 600 is missing"]


async def test_a_running_log_that_was_set_back_is_missed_by_a_kept_checkpoint(log, sealed):
    note = (await sealed.head()).note
    await by_hand(
        log,
        "delete from events where position > 512",
        "update log_head set position = 512",
        "update seal_head set size = 512",
        "delete from seal_checkpoints where size > 512",
    )
    assert await wrong_in(log, sealed) == []  # as it once was
    assert await wrong_in(log, sealed, note) == [
        "the tail was cut off: the events from position 513 to 600 are missing",
        "the hashes of the leaves from position 513 to 600 are missing",
    ]


async def test_a_seal_that_was_thrown_away_is_missed_by_a_kept_checkpoint(log, sealed):
    note = (await sealed.head()).note
    await by_hand(log, "update seal_head set size = 0, key = null", "delete from seal_checkpoints")
    assert await wrong_in(log, sealed) == []  # a sealer would begin anew
    [wrong] = await wrong_in(log, sealed, note)
    assert wrong == "nothing is sealed, and the checkpoint says that something was"


async def test_an_export_is_of_what_is_sealed_into_a_folder_of_its_own(log, seal, tmp_path):
    with pytest.raises(NothingSealed):
        await SealedLog.now(log.rows, seal)
    await talk(log, 5)
    await seal_all(log, seal)
    await talk(log, 5, "later")
    folder = await exported(log, seal, tmp_path / "new" / "folder")
    assert len(read(folder)[0]) == len(read(folder)[1]) == 5
    with pytest.raises(FolderNotEmpty):
        await exported(log, seal, folder)
