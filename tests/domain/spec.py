"""Sentences about deciders: given these events, when somebody wants this, then that happens.

    given(ROOMS, opened).when(JoinRoom(room="algebra")).then(joined)
    given(ROOMS, opened, closed).when(JoinRoom(room="algebra")).refused(RoomIsClosed)
    given(ROOMS, opened, joined).when(JoinRoom(room="algebra")).nothing()

The command sees only the events that its boundary matches, as it does over the real log. What happens
joins the history, so that a sentence can go on: `.then(joined).again().nothing()`, `.then(joined).when(…)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.catalogue import decode, encode, matches
from domain.deciding import AnyDecider, Command
from domain.errors import Refused
from domain.events import Context, Event, Query, Role, type_of

NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)
"""A Monday."""


@dataclass(frozen=True)
class History:
    """What has happened, for one decider."""

    decider: AnyDecider
    events: tuple[Event, ...]

    def within(self, query: Query) -> Any:
        """The state of what the query matches."""
        state = self.decider.initial()
        for event in self.events:
            if matches(query, event):
                state = self.decider.evolve(state, event)
        return state

    def when(
        self,
        command: Command,
        *,
        actor: str = "ada",
        role: Role = "student",
        at: datetime = NOON,
        org: str = "main",
    ) -> "Wish":
        """Somebody wants something; who and when come from here, not from the command."""
        return Wish(self, command, Context(org=org, actor=actor, role=role, at=at))


@dataclass(frozen=True)
class Wish:
    """A command on top of a history, decided when the sentence says what is expected."""

    history: History
    command: Command
    context: Context

    def decide(self) -> list[Event]:
        """What the decider answers; raises what it refuses with."""
        decider = self.history.decider
        query = decider.boundary(self.command, self.context)
        state = self.history.within(query)
        if decider.widen is not None and (wider := decider.widen(self.command, state)) is not None:
            query, state = wider, self.history.within(wider)
        events = list(decider.decide(self.command, state, self.context))
        for event in events:
            assert matches(query, event), f"{type_of(event)} is outside the boundary of its own decision"
            assert decode(type_of(event), encode(event)) == event
        return events

    def then(self, *expected: Event) -> "Told":
        """Exactly these events."""
        assert expected, "say nothing() when nothing happens"
        assert self.decide() == list(expected)
        return Told(self, expected)

    def nothing(self) -> "Told":
        """The command is fine, and changes nothing."""
        assert self.decide() == []
        return Told(self, ())

    def refused(self, error: type[Refused]) -> None:
        """Exactly this refusal."""
        with pytest.raises(Refused) as told:
            self.decide()
        assert type(told.value) is error


@dataclass(frozen=True)
class Told:
    """A sentence that held, and can go on."""

    wish: Wish
    happened: Sequence[Event]

    @property
    def history(self) -> History:
        """All that has happened by now."""
        before = self.wish.history
        return History(before.decider, (*before.events, *self.happened))

    def again(self) -> Wish:
        """The same command once more."""
        return Wish(self.history, self.wish.command, self.wish.context)

    def when(
        self, command: Command, *, actor: str = "ada", role: Role = "student", at: datetime = NOON
    ) -> Wish:
        """Then somebody wants something else."""
        return self.history.when(command, actor=actor, role=role, at=at)


def given(decider: AnyDecider, *events: Event) -> History:
    """The beginning of a sentence: what happened before, in order."""
    return History(decider, events)
