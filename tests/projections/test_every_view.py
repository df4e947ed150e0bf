"""What holds for every view."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import matches
from domain.events import Recorded
from domain.practice import AnswerGiven
from projections.catalogue import KEPT, VIEWS
from projections.folding import Folder
from projections.past import touching
from projections.prediction.model import Model
from projections.prediction.view import COMMON, PREDICTION
from projections.store import Head, Key
from projections.view import AnyView
from tests.projections.given import fold
from tests.projections.streams import KINDS, streams

each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


def test_every_event_that_a_view_reads_is_tried():
    timeline_only = {
        "ModelAsked",
        "ModelTextsKept",
        "ModelAnswered",
        "InterventionHeldOut",
        "InterventionProposed",
    }
    timeline_only |= {"InterventionWithheld", "OutcomeMeasured", "StuckReported"}
    reads = {event for view in VIEWS for event in view.reads if event.__name__ not in timeline_only}
    assert reads <= KINDS.keys()


def test_no_two_views_have_one_name():
    assert len({view.name for view in VIEWS}) == len(VIEWS)


@each_view
@given(log=streams(), data=st.data())
def test_a_snapshot_taken_anywhere_changes_nothing(view: AnyView, log: list[Recorded], data: st.DataObject):
    cuts = data.draw(st.frozensets(st.integers(1, max(1, len(log)))))
    straight = fold(view, log)
    assert fold(view, log, cuts) == straight
    assert fold(view, log, None) == straight


@each_view
@given(log=streams())
def test_no_event_touches_a_key_twice(view: AnyView, log: list[Recorded]):
    for each in log:
        if isinstance(each.event, view.reads):
            assert len(set(view.keys(each))) == len(view.keys(each))


@each_view
@given(log=streams())
def test_the_log_finds_all_that_touches_a_key_by_the_identity_that_it_begins_with(view, log):
    for each in log:
        if isinstance(each.event, view.reads):
            assert all(matches(touching(view, key), each.event) for key in view.keys(each))


@each_view
@given(log=streams(size=120))
def test_a_key_that_is_touched_once_is_said_to_be(view: AnyView, log: list[Recorded]):
    touched = [
        (each.org, key) for each in log if isinstance(each.event, view.reads) for key in view.keys(each)
    ]
    assert not view.once or len(touched) == len(set(touched))


@given(log=streams(size=120), data=st.data())
async def test_views_kept_live_are_those_rebuilt_to_the_bit(log: list[Recorded], data: st.DataObject):
    """Live: batches of any size, followers that begin anew at any moment. Rebuilt: each view at one go."""
    store = Rows()
    folder = None
    rest = log
    while rest:
        if folder is None or data.draw(st.booleans()):
            folder = Folder(store, KEPT, await store.heads(KEPT))
        size = data.draw(st.integers(1, len(rest)))
        await folder.fold(rest[:size])
        rest = rest[size:]
    rebuilt = {
        Key(view.name, *key): msgspec.msgpack.encode(state)
        for view in VIEWS
        for key, state in fold(view, log).items()
    }
    assert store.rows == rebuilt | predictions(log)


def predictions(log: list[Recorded]) -> dict[Key, bytes]:
    """What the model makes of all answers, one after the other, as rows."""
    models: dict[str, Model] = {}
    for each in log:
        if isinstance(event := each.event, AnswerGiven):
            model = models.setdefault(each.org, Model())
            at = each.at.timestamp()
            model.answered(event.person, event.problem, event.skill, at, event.correct)
    found: dict[str, dict[str, Any]] = {
        org: {
            COMMON: model.rows.common,
            **{
                f"{kind}.{key}": row
                for kind in PREDICTION.kinds
                if kind != COMMON
                for key, row in rows(model, kind)
            },
        }
        for org, model in models.items()
    }
    return {
        Key(PREDICTION.name, org, key): msgspec.msgpack.encode(row)
        for org, rows in found.items()
        for key, row in rows.items()
    }


def rows(model: Model, kind: str) -> Iterable[tuple[str, Any]]:
    return getattr(model.rows, kind).items()


class Rows:
    """A store of rows in memory."""

    def __init__(self) -> None:
        self.rows: dict[Key, bytes] = {}
        self.position = 0

    async def heads(self, views: Sequence[AnyView]) -> dict[str, Head]:
        return {view.name: Head(1, self.position) for view in views}

    async def load(self, keys: Sequence[Key], generations: Mapping[str, int]) -> dict[Key, bytes]:
        return {key: self.rows[key] for key in keys if key in self.rows}

    async def commit(
        self, heads: Mapping[str, Head], position: int, rows: Sequence[tuple[Key, bytes]]
    ) -> None:
        self.rows.update(rows)
        self.position = position
