"""Streams: a room's feed, a learner's figures, a leaderboard."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.params import HeaderParameter
from litestar.response import Stream

from domain.errors import Invalid, LogUnavailable
from projections.leaderboards import BoardsUnavailable
from projections.mastery import MASTERY
from projections.quests import QUESTS
from realtime.access import Access
from realtime.announcing import ALL_BOARDS, BOARDS
from realtime.feed import Feed
from realtime.house import House
from realtime.hub import FellBehind, Listener, Topic
from realtime.reading import Reading, must_see
from realtime.routes.common import Asking, InAllowance, InHouse, PathId
from realtime.routes.leaderboards import BoardPath, Season, leaderboard_page
from realtime.routes.mastery import mastery_of
from realtime.routes.practice import ZoneQuery, progress_of
from realtime.signals import VOICES, slots_frame
from realtime.speech import place
from realtime.streams import ALIVE, BEAT, EVENTS, LIFE, Frame, frame, stream
from realtime.watching import WATCHING, looking, must_watch

ALONE = Frame(BEAT)
Changed = Callable[[set[str]], Awaitable[list[Frame]]]
"""Takes the names of the views that changed, and answers what to show."""


class BadLastEventId(Invalid):
    """Last-Event-ID must be a position that the log has come to."""


LastEventId = Annotated[
    int | None,
    HeaderParameter(
        name="Last-Event-ID",
        ge=0,
        le=2**62,
        description="The position of the last event that was received.",
    ),
]


@get("/rooms/{room:str}/feed", media_type=EVENTS)
async def room_feed(
    request: Request[Any, Any, Any],
    house: InHouse,
    access: Asking,
    allowance: InAllowance,
    room: PathId,
    last_event_id: LastEventId = None,
) -> Stream:
    """The room's events as they happen. Comes back where it was, with Last-Event-ID."""
    found = await must_watch(house, access, room)
    if last_event_id is not None and last_event_id > await house.log.head():
        raise BadLastEventId
    reading = looking(house, access, room, found, "feed")
    await reading.of(found.members)
    feed: Feed = request.app.state.feed
    return stream(allowance.streaming(access, _watch(house, feed, access, room, last_event_id, reading)))


async def _watch(
    house: House, feed: Feed, access: Access, room: str, after: int | None, reading: Reading
) -> AsyncGenerator[bytes, None]:
    try:
        async for item in _shown(house, feed, access, room, after):
            await reading.of(item.persons)
            yield item.data
    except LogUnavailable:
        return  # the browser comes back, and is told what it has missed


async def _shown(
    house: House, feed: Feed, access: Access, room: str, after: int | None
) -> AsyncGenerator[Frame, None]:
    with (
        house.hub.listening(*_topics(access, room)) as listener,
        house.attendance.attending(access.org, room, access.sub),
    ):
        sent = feed.position if after is None else after
        yield frame("hello", {"position": max(sent, feed.position)})
        if held := await house.media.slots(place(access.org, room), access.sub):
            yield slots_frame(held)
        for speaks in house.switchboard.speaking(access.org, room):
            yield speaks
        if sent < feed.position:
            person = None if access.role in WATCHING else access.sub
            async for item in feed.missed(access.org, room, sent, feed.position, person):
                sent = item.position
                yield item
        async for item in _live(house, access, listener):
            if item is None:
                yield ALONE
            elif not item.position or item.position > sent:
                sent = item.position or sent
                yield item


def _topics(access: Access, room: str) -> Sequence[Topic]:
    mine = [VOICES, ("room", access.org, room), ("slots", access.org, room, access.sub)]
    if access.role in WATCHING:
        return [*mine, ("watching", access.org, room)]
    return [*mine, ("member", access.org, room, access.sub), ("own", access.org, room, access.sub)]


async def _live(house: House, access: Access, listener: Listener) -> AsyncIterator[Any]:
    """Items until the stream's life or the token is over; None when there was nothing for a while."""
    now = house.clock().timestamp()
    loop = asyncio.get_running_loop()
    ends = loop.time() + min(LIFE, access.exp - now)
    while (left := ends - loop.time()) > 0:
        try:
            yield await listener.next(min(ALIVE, left))
        except FellBehind:
            return


@get("/learners/{person:str}/live", media_type=EVENTS)
async def learner_live(
    house: InHouse, access: Asking, allowance: InAllowance, person: PathId, zone: ZoneQuery = "UTC"
) -> Stream:
    """A learner's mastery and quests: at once, and whenever they change."""
    await must_see(house, access, person, "learner-live")
    await progress_of(house, access.org, person, zone)  # a bad zone is refused before the stream begins

    async def changed(names: set[str]) -> list[Frame]:
        frames: list[Frame] = []
        if MASTERY.name in names:
            frames.append(frame("mastery", await mastery_of(house, access.org, person)))
        if QUESTS.name in names:
            frames.append(frame("quests", await progress_of(house, access.org, person, zone)))
        return frames

    names = {MASTERY.name, QUESTS.name}
    topics = [("view", access.org, name, person) for name in names]
    return stream(allowance.streaming(access, _figures(house, access, names, topics, changed)))


@get("/leaderboards/{board:str}/live", media_type=EVENTS)
async def leaderboard_live(
    house: InHouse,
    access: Asking,
    allowance: InAllowance,
    board: BoardPath,
    season: Season = "week",
) -> Stream:
    """The top of a leaderboard: at once, and whenever it changes."""
    await leaderboard_page(house, access.org, board, season)

    async def changed(_: set[str]) -> list[Frame]:
        return [frame("leaderboard", await leaderboard_page(house, access.org, board, season))]

    topics = [("view", access.org, BOARDS, name) for name in (board, ALL_BOARDS)]
    return stream(allowance.streaming(access, _figures(house, access, {BOARDS}, topics, changed)))


async def _figures(
    house: House, access: Access, names: set[str], topics: Sequence[Topic], changed: Changed
) -> AsyncGenerator[bytes, None]:
    """What `changed` answers: for all names at once, then for those that changed."""
    with house.hub.listening(*topics) as listener:
        for shown in await changed(names):
            yield shown.data
        async for item in _live(house, access, listener):
            if item is None:
                yield BEAT
                continue
            moved = {item.name, *(other.name for other in listener.drain())}
            try:
                for shown in await changed(moved):
                    yield shown.data
            except (LogUnavailable, BoardsUnavailable):
                return  # the browser comes back, and is told everything then


ROUTER = Router("/", route_handlers=[room_feed, learner_live, leaderboard_live], tags=["streams"])
