"""Turns of speech that were told, and may not be on record yet, by the node that measures them. Pure.

Spans of time are those of the bus, in ms: no clock of a node is compared with another's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.identity import Key, OrgId, PersonId, RoomId
from domain.speech import LONGEST
from realtime.signals import Speaking, Spoke, decode
from rooms.voices.calls import of_voices


class Begun(Struct, frozen=True, kw_only=True):
    """A turn that has begun at `at`, which was told at `told` by the bus; its end, as far as it was told."""

    org: OrgId
    room: RoomId
    person: PersonId
    turn: Key
    at: Annotated[int, Meta(ge=0, le=2**53)]
    node: str
    told: int
    ended: int | None = None

    def over(self, heard: int) -> "Begun":
        """The turn as it is over, if its node was last heard of at `heard` by the bus."""
        ended = self.at + heard - self.told if self.ended is None else self.ended
        return replace(self, ended=self.at + min(max(ended - self.at, 1), LONGEST))


@dataclass
class Unrecorded:
    """Folds what the bus keeps of voices, from any point on and in order."""

    _turns: dict[tuple[str, str, str], Begun] = field(default_factory=dict[tuple[str, str, str], Begun])
    _heard: dict[str, int] = field(default_factory=dict[str, int])
    """When each node was last heard of."""

    def heard(self, subject: str, payload: bytes, at: int) -> None:
        """What was told at `at`; what cannot be read is counted by those who hear it live."""
        try:
            match subject.split("."):
                case ["lyceum", "nodes", "voices"]:
                    self._heard[of_voices(payload).node] = at
                case ["lyceum", org, "rooms", room, "voice"]:
                    self._marked(org, room, payload, at)
                case _:
                    pass
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass

    def quiet(self, since: int) -> list[str]:
        """Nodes not heard of later than `since`, of which there are turns."""
        of = {each.node: self._last(each) for each in self._turns.values()}
        self._heard = {node: at for node, at in self._heard.items() if at > since or node in of}
        return [node for node, heard in of.items() if heard <= since]

    def of(self, node: str) -> list[Begun]:
        """Its turns as they are over, now that the node is gone."""
        return [each.over(self._last(each)) for each in self._turns.values() if each.node == node]

    def ended(self) -> list[Begun]:
        """Turns whose end was told."""
        return [each for each in self._turns.values() if each.ended is not None]

    def settled(self, turns: Iterable[Begun]) -> None:
        """These are on record, or can never be."""
        for each in turns:
            self._turns.pop((each.org, each.room, each.turn), None)

    def _marked(self, org: str, room: str, payload: bytes, at: int) -> None:
        match decode(payload):
            case Speaking(person=person, turn=turn, at=began, node=node) if node:
                where = {"org": org, "room": room, "person": person, "turn": turn, "node": node}
                begun = msgspec.convert({**where, "at": began, "told": at}, Begun)
                self._heard[node] = at
                self._turns[org, room, turn] = begun
            case Spoke(turn=turn, ended=ended):
                begun = self._turns.get((org, room, turn))
                if begun is not None and begun.ended is None:
                    self._turns[org, room, turn] = replace(begun, ended=ended)
            case _:
                pass

    def _last(self, begun: Begun) -> int:
        return self._heard.get(begun.node, begun.told)
