"""Holding a log against its seal, and naming the first event that is not as it was sealed."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

from adapters.signing import check
from domain.checkpoint import (
    Checkpoint,
    NotACheckpoint,
    NotANote,
    NotSigned,
    VerifierKey,
    WrongSignature,
    verified,
)
from domain.merkle import leaf_hash
from infra.agreeing import Claims, Progress, agreement

FALSE = (NotANote, NotACheckpoint, NotSigned, WrongSignature)
"""What is raised of a checkpoint that the key has not signed."""
POSITION = b'{"position":'
"""What a line begins with; a comma follows the number."""


class Evidence(Protocol):
    """A log as it stands somewhere, and the hashes of its leaves as they were sealed."""

    def lines(self, after: int) -> AsyncGenerator[Sequence[bytes], None]:
        """The lines of events behind the first `after` lines, in batches."""
        ...

    def leaves(self, after: int) -> AsyncGenerator[Sequence[bytes], None]:
        """The hashes of leaves behind the first `after`, in batches."""
        ...


async def checked(
    evidence: Evidence, notes: Sequence[str], kept: str | None, key: VerifierKey, progress: Progress
) -> list[str]:
    """What is wrong with a log, in words; nothing if it is as it was sealed.

    `notes` are the checkpoints that lie beside the log, `kept` is one that was kept elsewhere.
    """
    beside: list[Checkpoint] = []
    wrong: list[str] = []
    try:
        trusted = [] if kept is None else [verified(kept, key, check)]
    except FALSE as error:
        return [f"the checkpoint that was kept: {error}"]
    for number, note in enumerate(notes, 1):
        try:
            beside.append(verified(note, key, check))
        except FALSE as error:
            wrong.append(f"checkpoint {number} of {len(notes)} beside the log: {error}")
    claims = Claims(trusted, beside)
    return [*await differences(evidence, claims, progress), *wrong] if claims.all() else wrong


async def differences(evidence: Evidence, claims: Claims, progress: Progress) -> list[str]:
    """What is wrong with a log, in words; nothing if it is as it was sealed."""
    size = claims.size
    leaves = await agreement(evidence.leaves(0), claims, progress)
    if leaves.all_agree:
        found = await first_difference(evidence, size, progress) or await _behind(evidence, size)
        return [] if found is None else [found]
    found = await first_difference(evidence, leaves.last_right, progress)
    events = await agreement(_hashed(evidence.lines(0)), claims, progress)
    if found is None and events.count < size:
        found = cut_off(events.count, size)
    if events.all_agree:
        return [f"{leaves.told()}; the events themselves agree with every checkpoint"]
    return [told for told in (found, leaves.told()) if told]


async def first_difference(evidence: Evidence, size: int, progress: Progress) -> str | None:
    """The first of `size` events that is not as it was sealed, in words."""
    index = 0
    async with aclosing(_each(evidence.lines(0))) as lines, aclosing(evidence.leaves(0)) as leaves:
        async for batch in leaves:
            for leaf in batch[: size - index]:
                line = await anext(lines, None)
                if line is None:
                    return cut_off(index, size)
                if leaf_hash(line) != leaf:
                    return await _named(evidence, index, size, line, leaf)
                index += 1
            progress(index, size)
            if index == size:
                break
        return None


async def _behind(evidence: Evidence, size: int) -> str | None:
    async with aclosing(_each(evidence.lines(size))) as lines:
        async for _ in lines:
            return f"position {size + 1}: an event was inserted behind the last one"
    return None


def cut_off(lines: int, size: int) -> str:
    """Only so many events are there."""
    return f"the tail was cut off: the events from position {lines + 1} to {size} are missing"


async def _named(evidence: Evidence, index: int, size: int, line: bytes, leaf: bytes) -> str:
    """What became of the event at a leaf, where another line stands.

    A line counts as the event of a leaf if it is that but for its number: whoever removes or inserts an
    event may have numbered the others anew.
    """
    here = index + 1
    sealed = await _sealed_at(evidence, line, index, size)
    stands = await _stands_at(evidence, leaf, index)
    if sealed is not None and sealed == stands:
        return f"positions {here} and {sealed + 1}: the events were swapped"
    if stands is not None and (sealed is None or stands == index + 1):
        return _some("inserted", here, stands)
    if stands is not None and sealed is not None:
        return f"position {here}: the events are in another order, that of position {sealed + 1} stands here"
    if sealed is not None:
        return _some("removed", here, sealed)
    return f"position {here}: the event was altered"


def _some(happened: str, first: int, last: int) -> str:
    if first == last:
        return f"position {first}: an event was {happened}"
    return f"positions {first} to {last}: {last - first + 1} events were {happened}"


async def _sealed_at(evidence: Evidence, line: bytes, index: int, size: int) -> int | None:
    """The later leaf which is the event of this line."""
    at = index + 1
    async with aclosing(_each(evidence.leaves(at))) as leaves:
        async for leaf in leaves:
            if at >= size:
                return None
            if _hash_at(line, at) == leaf:
                return at
            at += 1
    return None


async def _stands_at(evidence: Evidence, leaf: bytes, index: int) -> int | None:
    """The later line which is the event of this leaf."""
    at = index + 1
    async with aclosing(_each(evidence.lines(at))) as lines:
        async for line in lines:
            if _hash_at(line, index) == leaf:
                return at
            at += 1
    return None


def _hash_at(line: bytes, index: int) -> bytes:
    """The hash that a line would have as this leaf."""
    number, comma, rest = line.partition(b",")
    if not (comma and number.startswith(POSITION)):
        return leaf_hash(line)
    return leaf_hash(b"%b%d,%b" % (POSITION, index + 1, rest))


async def _each(batches: AsyncGenerator[Sequence[bytes], None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(batches):
        async for batch in batches:
            for each in batch:
                yield each


async def _hashed(batches: AsyncGenerator[Sequence[bytes], None]) -> AsyncGenerator[Sequence[bytes]]:
    async with aclosing(batches):
        async for batch in batches:
            yield [leaf_hash(line) for line in batch]
