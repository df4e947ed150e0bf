"""How every part is, and how far behind the log it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.nats_bus import NatsBus
from adapters.postgres_followers import PostgresFollowers
from adapters.postgres_log import PostgresLog
from adapters.postgres_seal import PostgresSeal
from adapters.postgres_views import PostgresViews
from adapters.redis_boards import RedisBoards
from domain.errors import LogUnavailable
from domain.tiles import SealDamaged
from infra.relay import NAME as RELAY
from projections.catalogue import KEPT
from projections.leaderboards import BoardsUnavailable
from projections.store import Stand


@dataclass(frozen=True)
class Health:
    """Asks each part."""

    log: PostgresLog
    views: PostgresViews
    leaderboards: RedisBoards
    followers: PostgresFollowers
    bus: NatsBus
    seal: PostgresSeal

    async def parts(self) -> Mapping[str, object]:
        """Each part: `ok`, and where it applies `behind`, in events; `building` are views not shown yet."""
        bus = {"ok": self.bus.connected}
        try:
            head = await self.log.head()
            stands = await self.views.stands()
            relay = await self.followers.position(RELAY)
            seal = await self._seal(head)
        except LogUnavailable:
            return {"log": {"ok": False}, "bus": bus}
        return {
            "log": {"ok": True, "head": head},
            "views": _views(stands, head),
            "relay": {"ok": True, "behind": head - relay},
            "seal": seal,
            "leaderboards": await self._leaderboards(head),
            "bus": bus,
        }

    async def _seal(self, head: int) -> Mapping[str, object]:
        try:
            seal = await self.seal.head()
        except SealDamaged as error:
            return {"ok": False, "why": str(error)}
        if seal.broken is not None:
            return {"ok": False, "behind": head - seal.size, "why": seal.broken}
        return {"ok": True, "behind": max(0, head - seal.size)}

    async def _leaderboards(self, head: int) -> Mapping[str, object]:
        try:
            return {"ok": True, "behind": head - await self.leaderboards.position()}
        except BoardsUnavailable:
            return {"ok": False}


def _views(stands: Sequence[Stand], head: int) -> Mapping[str, object]:
    shown = {stand.view: stand.position for stand in stands if stand.live}
    building = {
        stand.view: {"position": stand.position, "behind": max(0, head - stand.position)}
        for stand in stands
        if stand.building
    }
    behind = head - min(shown.get(view.name, 0) for view in KEPT)
    return {"ok": True, "behind": max(0, behind), **({"building": building} if building else {})}
