"""Hostile messages, thousands of them: `benchmarks/board_fuzz.py` hands over a million."""

import pytest

from benchmarks.board_fuzz import fuzz


@pytest.mark.parametrize("seed", range(3))
def test_what_is_refused_changes_nothing_and_the_document_stays_sound(seed):
    seen = fuzz(2000, seed)
    assert seen.taken + seen.broken + sum(seen.refused.values()) == 2000
    assert seen.refused[4400] > 1000  # or else this is not hostile
    assert (seen.changed, seen.unlike) == (0, 0)
