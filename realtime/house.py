"""All that the handlers use, put together once by the wiring."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from domain.log import EventLog
from domain.prices import LIST, Price
from domain.proofs import Consistency, Inclusion
from projections.credential_document import Document
from projections.leaderboards import Page
from projections.people import PEOPLE
from projections.store import Shown
from projections.view import AnyView, JointView, View
from realtime.access import Tokens
from realtime.dynamics import RoomsDynamics
from realtime.hub import Hub
from realtime.ice_servers import IceServers
from realtime.metrics import Metrics
from realtime.perform import Performer
from realtime.progress import AT_LEAST, NotThereYet, Progress
from realtime.signals import Switchboard
from realtime.standings import Standings
from realtime.voices import Voices
from rooms.attendance import Attendance
from rooms.board.boards import Boards
from rooms.past.pasts import Pasts
from rooms.voice.elsewhere import Elsewhere
from rooms.voice.engine import MediaEngine

S = TypeVar("S", bound=Struct)


class ViewRows(Protocol):
    """Reading the rows of views. Implemented in `adapters/postgres_views.py`."""

    async def many(self, view: str, org: str, keys: Sequence[str]) -> Shown:
        """The rows that exist among `keys`."""
        ...

    async def page(
        self, view: str, org: str, *, prefix: str = "", after: str = "", limit: int = 100
    ) -> Shown:
        """Rows in order of their keys, which begin with `prefix` and come behind `after`."""
        ...

    async def position(self) -> int:
        """How far the views have come that have come furthest."""
        ...


class Leaderboards(Protocol):
    """Reading the boards. Implemented in `adapters/redis_boards.py`."""

    async def page(
        self,
        org: str,
        board: str,
        season: str,
        *,
        limit: int = 50,
        after: str | None = None,
        around: str | None = None,
    ) -> Page:
        """One page of a board."""
        ...

    async def position(self) -> int:
        """How far the boards have come."""
        ...


class Proofs(Protocol):
    """What the log proves; raises as `domain/proofs.py` says. See `adapters/postgres_proofs.py`."""

    async def checkpoint(self) -> str:
        """The newest checkpoint, a signed note."""
        ...

    async def key(self) -> str:
        """The key that checkpoints are checked with."""
        ...

    async def inclusion(self, org: str, position: int, size: int | None = None) -> Inclusion:
        """That the organisation's event at `position` is in the log of `size` events, all by default."""
        ...

    async def consistency(self, old: int, new: int | None = None) -> Consistency:
        """That the log of `new` events, all by default, begins with that of `old` events."""
        ...


class Sounds(Protocol):
    """Recorded sound. Implemented in `adapters/sound_files.py`."""

    async def read(self, org: str, person: str, segment: str) -> bytes:
        """The Ogg stream of a segment. Raises `SoundIsGone`, `LogUnavailable`."""
        ...

    def full(self) -> bool:
        """Whether there is no room for more; it blocks."""
        ...


class Issuer(Protocol):
    """Signing what the world sees of credentials. Implemented in `adapters/issuing.py`."""

    base: str
    name: str
    did: str

    def did_document(self) -> Mapping[str, Any]:
        """What the issuer's DID resolves to."""
        ...

    def signed(self, document: Document) -> bytes:
        """The credential with its proof, as JSON."""
        ...

    def jwt(self, document: Document) -> str:
        """The credential as a token."""
        ...

    def status_list(self, url: str, revoked: Iterable[int], at: datetime) -> bytes:
        """A status list, with its proof, as JSON."""
        ...

    def status_jwt(self, url: str, revoked: Iterable[int], at: datetime) -> str:
        """The same as a token."""
        ...

    def verifies(self, signed: bytes) -> bool:
        """Whether the proof of a document is by one of the house's keys."""
        ...


class Keys(Protocol):
    """The keys of persons. Implemented in `adapters/key_vault.py`."""

    async def destroy(self, org: str, person: str) -> bool:
        """Destroy a key for good; False if that was done before."""
        ...


class Views:
    """Typed states of views. Raises `NotThereYet` where a view is still being built, or lags behind."""

    def __init__(self, rows: ViewRows) -> None:
        self._rows = rows

    async def get(self, view: View[S], org: str, key: str) -> S | None:
        """The state of one key, None if nothing ever concerned it."""
        return (await self.many(view, org, (key,))).get(key)

    async def many(self, view: View[S], org: str, keys: Sequence[str]) -> dict[str, S]:
        """The states that exist among `keys`."""
        return _states(view, await self._rows.many(view.name, org, keys))

    async def rows(self, view: JointView, org: str, keys: Sequence[str]) -> dict[str, Any]:
        """The rows that exist among `keys`, each of its kind."""
        return _states(view, await self._rows.many(view.name, org, keys))

    async def page(
        self, view: View[S], org: str, *, prefix: str = "", after: str = "", limit: int = 100
    ) -> list[tuple[str, S]]:
        """States in order of their keys."""
        shown = await self._rows.page(view.name, org, prefix=prefix, after=after, limit=limit)
        return list(_states(view, shown).items())

    async def position(self) -> int:
        """How far the views have come."""
        return await self._rows.position()

    async def names(self, org: str, persons: Sequence[str]) -> dict[str, str]:
        """The names of those who are known."""
        states = await self.many(PEOPLE, org, persons)
        return {person: state.name for person, state in states.items() if state.name}


def _states(view: AnyView, shown: Shown) -> dict[str, Any]:
    """The states of rows that may be of another version, until that of ours is built."""
    if not shown.version or shown.position < AT_LEAST.get():
        raise NotThereYet
    try:
        return {key: msgspec.msgpack.decode(row, type=view.kind_of(key)) for key, row in shown.rows.items()}
    except msgspec.ValidationError:
        if shown.version == view.version:
            raise
        raise NotThereYet from None


@dataclass(frozen=True, kw_only=True)
class House:
    """The ports of one process."""

    log: EventLog
    keys: Keys
    performer: Performer
    standings: Standings
    views: Views
    leaderboards: Leaderboards
    proofs: Proofs
    issuer: Issuer
    sounds: Sounds
    boards: Boards
    pasts: Pasts
    dynamics: RoomsDynamics
    media: MediaEngine
    voices: Voices
    elsewhere: Elsewhere | None
    ice_servers: IceServers
    hub: Hub
    switchboard: Switchboard
    attendance: Attendance
    progress: Progress
    tokens: Tokens
    metrics: Metrics
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    health: Callable[[], Awaitable[Mapping[str, object]]]
    web: Path
    prices: Sequence[Price] = LIST
    """What models cost."""
    recognises: bool = False
    """Whether speech can be written down here."""
    synthesises: bool = False
    """Whether the facilitator can speak here."""
