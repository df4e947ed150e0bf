"""Given these events, then this state: what the tests of the views have in common."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from domain.catalogue import tags_of
from domain.events import Event, Recorded
from domain.practice import AnswerGiven
from projections.view import View

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = START.date()
MINUTE = timedelta(minutes=1)

States = dict[tuple[str, str], Any]


def recorded(position: int, event: Event, at: datetime = START, org: str = "school") -> Recorded:
    """The event as the log would give it."""
    return Recorded(
        position=position, org=org, at=at, actor="somebody", cause=None, tags=tags_of(event), event=event
    )


def history(*events: Event, start: datetime = START, step: timedelta = MINUTE) -> list[Recorded]:
    """Events a step apart, from position 1."""
    return [recorded(index + 1, event, start + index * step) for index, event in enumerate(events)]


def fold(view: View, log: Iterable[Recorded], cuts: frozenset[int] | None = frozenset()) -> States:
    """The states of a view by (organisation, key); at the positions in `cuts` (None: at each) every state
    is written down and read back."""
    states: States = {}
    for each in log:
        if isinstance(each.event, view.reads):
            for key in view.keys(each):
                state = states.setdefault((each.org, key), view.state())
                view.apply(state, key, each)
        if cuts is None or each.position in cuts:
            states = {key: reread(state) for key, state in states.items()}
    return states


def reread(state: Any) -> Any:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=type(state))


def state_of(view: View, key: str, *events: Event, **options: Any) -> Any:
    """The state of one key after these events."""
    return fold(view, history(*events, **options))["school", key]


def shown_json(answer: Any) -> Any:
    """The answer as a client reads it."""
    return msgspec.json.decode(msgspec.json.encode(answer))


def answer(
    person: str = "ada",
    correct: bool = True,
    day: date = TODAY,
    zone: str = "UTC",
    skill: str = "fractions",
    xp: int = 10,
    room: str | None = None,
    problem: str = "p1",
    test: str | None = None,
    elapsed: int | None = None,
) -> AnswerGiven:
    """An answer of which only what matters is said."""
    return AnswerGiven(
        answer="a1",
        person=person,
        problem=problem,
        skill=skill,
        given="1/2",
        correct=correct,
        xp=xp,
        day=day,
        zone=zone,
        room=room,
        test=test,
        elapsed=elapsed,
    )
