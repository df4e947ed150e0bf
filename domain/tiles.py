"""The hashes of a Merkle tree in tiles of 256, laid out as in C2SP tlog-tiles.

Tile (level, number) holds the hashes of the nodes (8 * level, 256 * number) and up to 255 behind it: leaves
at level 0, above them the roots of full tiles below. What lies between is hashed again when it is needed.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain import merkle
from domain.merkle import Node, node_hash

WIDTH = 256
HEIGHT = 8
HASH = 32


class SealDamaged(Exception):
    """What the seal stands on is missing, or cut short."""


class Tile(NamedTuple):
    """The place of a tile."""

    level: int
    number: int


def tile_of(node: Node) -> Tile:
    """The tile from which the hash of a node is had."""
    level, height = divmod(node.level, HEIGHT)
    return Tile(level, node.number >> (HEIGHT - height))


def hash_in(tiles: Mapping[Tile, bytes], node: Node) -> bytes:
    """The hash of a node, from the tiles that were read. Raises `SealDamaged`."""
    height = node.level % HEIGHT
    first = (node.number << height) % WIDTH * HASH
    hashes = tiles.get(tile_of(node), b"")[first : first + (HASH << height)]
    if len(hashes) != HASH << height:
        raise SealDamaged(f"tile {tile_of(node).level}/{tile_of(node).number} is missing or too short")
    return _over(hashes)


def edge_of(size: int) -> list[Tile]:
    """The tiles at the right edge that are not full, in a tree of so many leaves; some may be empty."""
    levels = range((size.bit_length() + HEIGHT - 1) // HEIGHT)
    return [Tile(level, size >> (HEIGHT * (level + 1))) for level in levels]


def width_of(tile: Tile, size: int) -> int:
    """How many hashes a tile has in a tree of so many leaves."""
    return max(0, min(WIDTH, (size >> (HEIGHT * tile.level)) - WIDTH * tile.number))


class Tiles:
    """A tree that grows, with the tiles at its edge in memory. Takes them as `edge_of` names them."""

    def __init__(self, size: int, edge: Mapping[Tile, bytes]) -> None:
        self.size = size
        self._edge = [bytearray(edge.get(tile, b"")[: width_of(tile, size) * HASH]) for tile in edge_of(size)]
        self._changed: dict[Tile, bytes] = {}
        self._touched: set[int] = set()

    def add(self, leaves: Iterable[bytes]) -> None:
        """More leaves, by their hashes."""
        for leaf in leaves:
            self._put(0, leaf)
            self.size += 1

    def root(self) -> bytes:
        """The root over the leaves so far. Raises `SealDamaged` if the tiles given were damaged."""
        tiles = {tile: bytes(self._edge[tile.level]) for tile in edge_of(self.size)}
        return merkle.root(self.size, lambda node: hash_in(tiles, node))

    def changed(self) -> dict[Tile, bytes]:
        """The tiles that have changed since this was asked last."""
        edge = {
            tile: bytes(self._edge[tile.level])
            for tile in edge_of(self.size)
            if tile.level in self._touched and self._edge[tile.level]
        }
        changed, self._changed = {**self._changed, **edge}, {}
        self._touched.clear()
        return changed

    def _put(self, level: int, hashed: bytes) -> None:
        if level == len(self._edge):
            self._edge.append(bytearray())
        edge = self._edge[level]
        edge += hashed
        self._touched.add(level)
        if len(edge) == WIDTH * HASH:
            self._changed[Tile(level, self.size >> (HEIGHT * (level + 1)))] = bytes(edge)
            self._put(level + 1, _over(edge))
            edge.clear()


def _over(hashes: bytes | bytearray) -> bytes:
    """The root over a power of two of hashes."""
    row = [bytes(hashes[at : at + HASH]) for at in range(0, len(hashes), HASH)]
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]
