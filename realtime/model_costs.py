"""What models cost: per room and in all, at list price, by the hour in which people were together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

from domain.events import Item, Query, Recorded, type_of
from domain.interventions import HOUR, ModelAnswered, ModelAsked
from domain.log import EventLog
from domain.prices import Price, cost
from domain.rooms import RoomClosed, RoomJoined, RoomLeft
from realtime.model_calls import Tokens
from rooms.facilitator.picture import millis

READ = (RoomJoined, RoomLeft, RoomClosed, ModelAsked, ModelAnswered)


class Cost(Struct, frozen=True, kw_only=True):
    """What calls came to: `hours` are those in which two people or more were together in a room.

    `unpriced` calls are of models without a price, and not in `usd`.
    """

    calls: int
    outcomes: dict[str, int]
    tokens: Tokens
    usd: float
    unpriced: int
    hours: float
    usd_an_hour: float | None


class RoomCost(Struct, frozen=True, kw_only=True):
    """One room's."""

    room: str
    cost: Cost


class ModelCosts(Struct, frozen=True, kw_only=True):
    """An organisation's, and those of the rooms in which a model was called last; and by which prices."""

    position: int
    total: Cost
    rooms: tuple[RoomCost, ...]
    prices: tuple[Price, ...]


@dataclass
class _Sum:
    """What one room, or all of them, came to. Times are in ms."""

    members: set[str] = field(default_factory=set[str])
    since: int = 0
    together: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    tokens: Counter[str] = field(default_factory=Counter[str])
    usd: float = 0.0
    unpriced: int = 0

    def move(self, member: str, inside: bool, at: int) -> None:
        """Somebody came or went."""
        self.pass_time(at)
        (self.members.add if inside else self.members.discard)(member)

    def pass_time(self, at: int) -> None:
        """It is so late now."""
        if len(self.members) > 1:
            self.together += max(0, at - self.since)
        self.since = max(self.since, at)

    def call(self, event: ModelAnswered, usd: float | None) -> None:
        """A model was called."""
        self.outcomes[event.outcome] += 1
        self.tokens.update(read=event.tokens[0], written=event.tokens[1])
        self.tokens.update(from_cache=event.cached[0], into_cache=event.cached[1])
        self.usd += usd or 0.0
        self.unpriced += usd is None

    def add(self, other: "_Sum") -> None:
        """All of another sum, too."""
        self.together += other.together
        self.outcomes.update(other.outcomes)
        self.tokens.update(other.tokens)
        self.usd += other.usd
        self.unpriced += other.unpriced

    def shown(self) -> Cost:
        """As it is answered."""
        hours = self.together / HOUR
        return Cost(
            calls=self.outcomes.total(),
            outcomes=dict(self.outcomes),
            tokens=Tokens(**{name: self.tokens[name] for name in Tokens.__struct_fields__}),
            usd=round(self.usd, 9),
            unpriced=self.unpriced,
            hours=round(hours, 4),
            usd_an_hour=round(self.usd / hours, 9) if hours else None,
        )


class Costs:
    """The sums of an organisation from one instant to another (ms), as the log is gone through."""

    def __init__(self, prices: Sequence[Price], since: int, until: int) -> None:
        self._prices = prices
        self._since = since
        self._until = until
        self._rooms: dict[str, _Sum] = {}
        self._models: dict[str, str] = {}

    def fold(self, recorded: Recorded) -> None:
        """Take one event in."""
        at = min(max(millis(recorded.at), self._since), self._until)
        event = recorded.event
        match event:
            case RoomJoined() | RoomLeft():
                self._room(event.room).move(event.person, isinstance(event, RoomJoined), at)
            case RoomClosed():
                self._room(event.room).pass_time(at)
                self._room(event.room).members.clear()
            case ModelAsked():
                self._models[event.intervention] = event.model
            case ModelAnswered():
                self._call(event, recorded.at)
            case _:
                pass

    def shown(self, position: int, most: int) -> ModelCosts:
        """The answer, with so many rooms at most."""
        total = _Sum()
        for room in self._rooms.values():
            room.pass_time(self._until)
            total.add(room)
        called = [(name, room) for name, room in self._rooms.items() if room.outcomes]
        rooms = (RoomCost(room=name, cost=room.shown()) for name, room in called[::-1][:most])
        return ModelCosts(
            position=position, total=total.shown(), rooms=tuple(rooms), prices=tuple(self._prices)
        )

    def _call(self, event: ModelAnswered, at: datetime) -> None:
        model = self._models.pop(event.intervention, "")
        if self._since <= millis(at) <= self._until:
            usd = cost(self._prices, model, at.date(), event.tokens, event.cached)
            room = self._rooms.pop(event.room, None) or _Sum(since=self._since)
            self._rooms[event.room] = room  # behind the others: it is the latest in which one was called
            room.call(event, usd)

    def _room(self, name: str) -> _Sum:
        return self._rooms.setdefault(name, _Sum(since=self._since))


async def costs(
    log: EventLog,
    org: str,
    prices: Sequence[Price],
    span: tuple[datetime | None, datetime],
    most: int,
    room: str | None = None,
) -> ModelCosts:
    """What models came to in an organisation, or one room of it. Raises `LogUnavailable`."""
    since, until = span
    found = Costs(prices, millis(since) if since else 0, millis(until))
    head = await log.head()
    tags = (f"room:{room}",) if room else ()
    query = Query((Item(types=tuple(type_of(event) for event in READ), tags=tags),))
    async for batch in log.read(query, upto=head, org=org):
        for recorded in batch:
            if recorded.at <= until:
                found.fold(recorded)
    return found.shown(head, most)
