"""What the state machines of the deciders have in common: wishes at random, and what must hold of each."""

from datetime import datetime, timedelta
from typing import ClassVar

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine

from domain.deciding import AnyDecider, Command
from domain.errors import Refused
from domain.events import Event, Role
from tests.domain.spec import NOON, History, given


class DeciderMachine(RuleBasedStateMachine):
    """One decider and all that has happened. Every event is inside the boundary of its own decision (the
    sentences see to that), and a command that was performed does nothing when it is repeated."""

    decider: ClassVar[AnyDecider]

    def __init__(self) -> None:
        super().__init__()
        self.history: History = given(self.decider)
        self.now: datetime = NOON

    def wish(self, command: Command, actor: str, role: Role = "student") -> list[Event] | type[Refused]:
        """What happened, or how it was refused."""
        wish = self.history.when(command, actor=actor, role=role, at=self.now)
        try:
            events = wish.decide()
        except Refused as refused:
            return type(refused)
        self.history = History(self.decider, (*self.history.events, *events))
        assert self.history.when(command, actor=actor, role=role, at=self.now).decide() == []
        return events

    def wait(self, minutes: int) -> None:
        """Let time go by."""
        self.now += timedelta(minutes=minutes)


OFTEN = settings(max_examples=60, stateful_step_count=40, deadline=None)
