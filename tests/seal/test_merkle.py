"""The Merkle tree is that of RFC 6962, and its proofs prove what they say and nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain import merkle
from domain.merkle import EMPTY, Growing, Node, ProofInvalid, Span, leaf_hash

# Published with Certificate Transparency: the leaves, the roots over the first of them, and proofs.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (7, 8): [
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (3, 7): [
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
SIZES = some.integers(1, 70)


def tree(leaves: list[bytes]) -> bytes:
    """The root, as RFC 6962 defines it in 2.1."""
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0]).digest() if leaves else sha256().digest()
    k = split(len(leaves))
    return sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def split(n: int) -> int:
    """The largest power of two below n."""
    return max(2**power for power in range(n.bit_length()) if 2**power < n)


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """The proof of inclusion, as RFC 6962 defines it in 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), tree(leaves[k:])]
    return [*path(m - k, leaves[k:]), tree(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """The proof of consistency, as RFC 6962 defines it in 2.1.2."""
    if m == len(leaves):
        return [] if whole else [tree(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), tree(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), tree(leaves[:k])]


def leaves_of(size: int) -> list[bytes]:
    return LEAVES[:size] if size <= 8 else [str(n).encode() for n in range(size)]


def looked_up(leaves: list[bytes], asked: list[Node] | None = None):
    """The hashes of complete subtrees, and which were asked for."""

    def lookup(node: Node) -> bytes:
        if asked is not None:
            asked.append(node)
        level, index = node
        part = leaves[index << level : (index + 1) << level]
        assert len(part) == 1 << level  # complete
        return tree(part)

    return lookup


def proof(spans: list[Span], leaves: list[bytes]) -> list[bytes]:
    return [merkle.span_hash(span, looked_up(leaves)) for span in spans]


def hexed(hashes: list[bytes]) -> list[str]:
    return [each.hex() for each in hashes]


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots_are_ours(size):
    growing = Growing()
    for leaf in LEAVES[:size]:
        growing.add(leaf_hash(leaf))
    assert growing.root().hex() == ROOTS[size]
    assert merkle.root(size, looked_up(LEAVES)).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_published_proofs_of_inclusion_are_ours(index, size):
    ours = proof(merkle.inclusion(index, size), LEAVES)
    assert hexed(ours) == INCLUSION[index, size]
    found = merkle.root_from_inclusion(index, size, leaf_hash(LEAVES[index]), ours)
    assert found.hex() == ROOTS[size]


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_published_proofs_of_consistency_are_ours(old, new):
    ours = proof(merkle.consistency(old, new), LEAVES)
    assert hexed(ours) == CONSISTENCY[old, new]
    merkle.check_consistency(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), ours)


@given(SIZES)
def test_a_root_is_that_of_the_definition(size):
    leaves = leaves_of(size)
    growing = Growing()
    for leaf in leaves:
        growing.add(leaf_hash(leaf))
    assert growing.root() == merkle.root(size, looked_up(leaves)) == tree(leaves)


@given(SIZES, some.data())
def test_a_proof_of_inclusion_is_that_of_the_definition_and_leads_to_the_root(size, data):
    index = data.draw(some.integers(0, size - 1))
    leaves = leaves_of(size)
    ours = proof(merkle.inclusion(index, size), leaves)
    assert ours == path(index, leaves)
    assert merkle.root_from_inclusion(index, size, leaf_hash(leaves[index]), ours) == tree(leaves)


@given(SIZES, some.data())
def test_a_proof_of_consistency_is_that_of_the_definition_and_holds(new, data):
    old = data.draw(some.integers(1, new))
    leaves = leaves_of(new)
    ours = proof(merkle.consistency(old, new), leaves)
    assert ours == subproof(old, leaves, True)
    merkle.check_consistency(old, new, tree(leaves[:old]), tree(leaves), ours)


@given(SIZES, some.data())
def test_an_altered_proof_of_inclusion_proves_nothing(size, data):
    index = data.draw(some.integers(0, size - 1))
    leaves = leaves_of(size)
    ours = proof(merkle.inclusion(index, size), leaves)
    altered = data.draw(altered_from(ours))
    try:
        found = merkle.root_from_inclusion(index, size, leaf_hash(leaves[index]), altered)
    except ProofInvalid:
        return
    assert found != tree(leaves)


@given(SIZES, some.data())
def test_an_altered_proof_of_consistency_proves_nothing(new, data):
    old = data.draw(some.integers(1, new))
    leaves = leaves_of(new)
    altered = data.draw(altered_from(proof(merkle.consistency(old, new), leaves)))
    with pytest.raises(ProofInvalid):
        merkle.check_consistency(old, new, tree(leaves[:old]), tree(leaves), altered)


@some.composite
def altered_from(draw, hashes: list[bytes]) -> list[bytes]:
    """The proof with one hash more, less, or another."""
    at = draw(some.integers(0, len(hashes)))
    other = draw(some.binary(min_size=32, max_size=32))
    if at == len(hashes) or draw(some.booleans()):
        return [*hashes[:at], other, *hashes[at:]]
    return [*hashes[:at], *([other] if draw(some.booleans()) else []), *hashes[at + 1 :]]


def test_a_history_that_was_written_anew_is_not_consistent_with_the_old_one():
    before = leaves_of(20)
    after = [*before[:7], b"another", *before[8:], b"more"]
    with pytest.raises(ProofInvalid):
        merkle.check_consistency(20, 21, tree(before), tree(after), proof(merkle.consistency(20, 21), after))


def test_a_proof_about_a_large_log_reads_few_hashes():
    asked: list[Node] = []

    def lookup(node: Node) -> bytes:
        asked.append(node)
        return EMPTY

    size = 5_000_001
    for span in (*merkle.inclusion(1_234_567, size), *merkle.consistency(4_000_037, size)):
        merkle.span_hash(span, lookup)
    assert len(asked) < 4 * size.bit_length()


def test_what_is_not_in_the_tree_is_not_proven():
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="in a tree that has it"):
            merkle.inclusion(index, size)
        with pytest.raises(ProofInvalid):
            merkle.root_from_inclusion(index, size, EMPTY, [])
    for old, new in ((0, 3), (4, 3), (-1, 3)):
        with pytest.raises(ValueError, match="unless it is empty"):
            merkle.consistency(old, new)
        with pytest.raises(ProofInvalid):
            merkle.check_consistency(old, new, EMPTY, ROOTS[3].encode(), [EMPTY])
