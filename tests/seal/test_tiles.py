"""Tiles hold what a tree's proofs need, wherever it stopped growing and went on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from domain import merkle
from domain.merkle import Growing, Node, leaf_hash
from domain.tiles import HASH, WIDTH, SealDamaged, Tile, Tiles, edge_of, hash_in, tile_of, width_of

MOST = 2 * WIDTH * WIDTH + 3 * WIDTH + 7
LEAVES = [leaf_hash(str(n).encode()) for n in range(1500)]


def root(leaves: list[bytes]) -> bytes:
    growing = Growing()
    for leaf in leaves:
        growing.add(leaf)
    return growing.root()


@settings(deadline=None, max_examples=30)
@given(some.lists(some.integers(0, 600), max_size=5))
def test_a_tree_that_stops_anywhere_goes_on_from_its_tiles(steps):
    stored: dict[Tile, bytes] = {}
    size = 0
    for step in steps:
        tiles = Tiles(size, {tile: stored[tile] for tile in edge_of(size) if tile in stored})
        assert tiles.root() == root(LEAVES[:size])
        tiles.add(LEAVES[size : size + step])
        stored |= tiles.changed()
        size = tiles.size
        assert tiles.root() == root(LEAVES[:size])
    for tile, hashes in stored.items():
        assert len(hashes) == width_of(tile, size) * HASH
    assert merkle.root(size, lambda node: hash_in(stored, node)) == root(LEAVES[:size])


@given(some.integers(0, 3000))
def test_as_many_hashes_stand_in_the_edge_as_the_format_says(size):
    for tile in edge_of(size):
        assert width_of(tile, size) == size // WIDTH**tile.level % WIDTH


def test_the_example_of_the_format_is_laid_out_so():
    size = 70_000
    assert edge_of(size) == [Tile(0, 273), Tile(1, 1), Tile(2, 0)]
    assert [width_of(tile, size) for tile in edge_of(size)] == [112, 17, 1]
    assert width_of(Tile(1, 0), size) == WIDTH
    assert edge_of(WIDTH) == [Tile(0, 1), Tile(1, 0)]
    assert [width_of(tile, WIDTH) for tile in edge_of(WIDTH)] == [0, 1]


def test_a_large_tree_has_the_root_that_growing_leaf_by_leaf_gives():
    leaf, growing, tiles = LEAVES[0], Growing(), Tiles(0, {})
    for _ in range(MOST):
        growing.add(leaf)
    tiles.add([leaf] * MOST)
    assert tiles.root() == growing.root()
    stored = tiles.changed()
    assert merkle.root(MOST, lambda node: hash_in(stored, node)) == growing.root()
    assert set(stored) >= set(edge_of(MOST))


def test_a_node_is_found_in_the_tile_that_spans_it():
    assert tile_of(Node(0, 255)) == Tile(0, 0)
    assert tile_of(Node(0, 256)) == Tile(0, 1)
    assert tile_of(Node(7, 1)) == Tile(0, 0)
    assert tile_of(Node(8, 1)) == Tile(1, 0)
    assert tile_of(Node(15, 2)) == Tile(1, 1)


def test_a_tile_that_is_missing_or_too_short_is_said_to_be():
    tiles = Tiles(0, {})
    tiles.add(LEAVES[:10])
    stored = tiles.changed()
    for damaged in ({}, {Tile(0, 0): stored[Tile(0, 0)][:-1]}):
        with pytest.raises(SealDamaged, match=r"tile 0/0 is missing or too short"):
            merkle.root(10, lambda node, damaged=damaged: hash_in(damaged, node))
        with pytest.raises(SealDamaged):
            Tiles(10, damaged).root()
