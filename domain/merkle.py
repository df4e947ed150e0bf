"""A Merkle tree as in RFC 6962: its hashes, its root, and proofs that a reader checks without the log.

Leaves count from 0: the event at position p is leaf p - 1. A node (level, number) is the complete subtree
over 2**level leaves from number * 2**level on; its hash never changes once its leaves are there.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""


class ProofInvalid(Exception):
    """The proof does not lead from what is claimed to the root."""


class Node(NamedTuple):
    """A complete subtree."""

    level: int
    number: int


class Span(NamedTuple):
    """The leaves from `start`, before `end`. Each hash of a proof is that of a span."""

    start: int
    end: int


Lookup = Callable[[Node], bytes]
"""The hash of a complete subtree."""


def leaf_hash(line: bytes) -> bytes:
    """The hash of a leaf, 32 bytes."""
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def nodes(span: Span) -> list[Node]:
    """The complete subtrees that a span consists of, the largest first; the spans of proofs always do so."""
    found: list[Node] = []
    start, end = span
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(Node(level, start >> level))
        start += 1 << level
    return found


def span_hash(span: Span, lookup: Lookup) -> bytes:
    """The hash of the tree over a span, from the hashes of its `nodes`."""
    return _joined([lookup(node) for node in nodes(span)])


def root(size: int, lookup: Lookup) -> bytes:
    """The root of a tree of `size` leaves, from O(log size) hashes."""
    return span_hash(Span(0, size), lookup)


def inclusion(index: int, size: int) -> list[Span]:
    """The spans whose hashes prove that leaf `index` is in the tree of `size` leaves, from the leaf up."""
    if not 0 <= index < size:
        raise ValueError("a leaf is proven in a tree that has it")
    return _path(index, Span(0, size))


def consistency(old: int, new: int) -> list[Span]:
    """The spans whose hashes prove that a tree of `new` leaves begins with that of `old`, which has some."""
    if not 0 < old <= new:
        raise ValueError("a tree is consistent with a later one, unless it is empty")
    return _subproof(old, Span(0, new), whole=True)


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that the proof leads to from a leaf's hash; raises `ProofInvalid` if its form is wrong."""
    if not 0 <= index < size:
        raise ProofInvalid
    at, last, found = index, size - 1, leaf
    for hashed in proof:
        if last == 0:
            raise ProofInvalid
        if at & 1 or at == last:
            found = node_hash(hashed, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, hashed)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofInvalid
    return found


def check_consistency(old: int, new: int, before: bytes, after: bytes, proof: Sequence[bytes]) -> None:
    """Raise `ProofInvalid` unless the tree with root `after` begins with the one with root `before`."""
    if old == new and before == after and not proof:
        return
    if not 0 < old < new or not proof:
        raise ProofInvalid
    path = [before, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if _climb(path, at, last) != (before, after):
        raise ProofInvalid


def _climb(path: Sequence[bytes], at: int, last: int) -> tuple[bytes, bytes]:
    """The roots, old and new, to which a consistency proof leads."""
    older = newer = path[0]
    for hashed in path[1:]:
        if last == 0:
            raise ProofInvalid
        if at & 1 or at == last:
            older, newer = node_hash(hashed, older), node_hash(hashed, newer)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            newer = node_hash(newer, hashed)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofInvalid
    return older, newer


class Growing:
    """A tree that grows leaf by leaf and remembers O(log n) hashes: for its root at any moment."""

    def __init__(self) -> None:
        self.size = 0
        self._nodes: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """One more leaf, by its hash."""
        complete = self.size
        while complete & 1:
            leaf = node_hash(self._nodes.pop(), leaf)
            complete >>= 1
        self._nodes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over the leaves so far."""
        return _joined(self._nodes)


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The hash over complete subtrees beside each other, the largest first."""
    if not hashes:
        return EMPTY
    found = hashes[-1]
    for hashed in reversed(hashes[:-1]):
        found = node_hash(hashed, found)
    return found


def _halves(span: Span) -> tuple[Span, Span]:
    """Split behind the largest power of two that is smaller than the span."""
    middle = span.start + (1 << ((span.end - span.start - 1).bit_length() - 1))
    return Span(span.start, middle), Span(middle, span.end)


def _path(index: int, span: Span) -> list[Span]:
    if span.end - span.start == 1:
        return []
    left, right = _halves(span)
    if index < left.end:
        return [*_path(index, left), right]
    return [*_path(index, right), left]


def _subproof(old: int, span: Span, *, whole: bool) -> list[Span]:
    """`whole`: the reader knows the hash of this span, since it is all of the old tree."""
    if span.end == old:
        return [] if whole else [span]
    left, right = _halves(span)
    if old <= left.end:
        return [*_subproof(old, left, whole=whole), right]
    return [*_subproof(old, right, whole=False), left]
