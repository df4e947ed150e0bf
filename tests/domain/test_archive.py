"""Archiving on record: a segment once, by a service or an administrator."""

import pytest

from domain.archive import ARCHIVE, ArchiveSegment, SegmentArchived
from domain.people import OnlyForAdmins
from tests.domain.spec import given

FACTS = {"events": 40, "first": 3, "last": 99, "rooms": 2, "size": 5_000}
archive = ArchiveSegment(segment="a1" * 32, **FACTS)
archived = SegmentArchived(segment="a1" * 32, **FACTS)
another = SegmentArchived(segment="b2" * 32, **FACTS)


@pytest.mark.parametrize("role", ["admin", "service"])
def test_a_segment_is_put_on_record_once(role):
    given(ARCHIVE, another).when(archive, actor="archive", role=role).then(archived).again().nothing()


@pytest.mark.parametrize("role", ["student", "tutor", "auditor"])
def test_nobody_else_archives_anything(role):
    given(ARCHIVE).when(archive, actor="ada", role=role).refused(OnlyForAdmins)
    given(ARCHIVE, archived).when(archive, actor="ada", role=role).refused(OnlyForAdmins)
