"""A LiveKit server on loopback: its API (Twirp), its signalling, real WebRTC to those who listen, its events.

People are played by the tests: they come with a pass, play a script of sound, and are sent away.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import jwt
from aiohttp import web
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from livekit import api
from livekit.protocol import models, room, rtc, webhook

from tests.fakes.livekit_signal import Signal
from tests.voice.client import Playing, Samples

KEY, SECRET = "APItest", "what-this-server-and-the-house-share-and-nobody-else"
MICROPHONE = models.TrackSource.MICROPHONE
Reason = models.DisconnectReason


@dataclass(eq=False)
class Person:
    """Somebody in a room: with a signal, if it is a client of LiveKit's SDK, else played by a test."""

    info: models.ParticipantInfo
    samples: Samples | None = None
    signal: Signal | None = None
    playing: list[Playing] = field(default_factory=list)
    gone: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def hidden(self) -> bool:
        return self.info.permission.hidden

    @property
    def zero(self) -> int:
        """When its script began to play, ms since the epoch."""
        return next(playing.zero for playing in self.playing if playing.zero is not None)


class LiveKit:
    """The server. `url` is what clients are told."""

    def __init__(self) -> None:
        self.url = ""
        self.rooms: dict[str, dict[str, Person]] = {}
        self.away = False
        self.asked: list[str] = []
        self.hooks: list[Callable[[bytes, str], Awaitable[object]]] = []
        self._verifier = api.TokenVerifier(KEY, SECRET)
        self._numbers = count(1)
        self._changed = asyncio.Condition()

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/rtc", self._signalled)
        app.router.add_post("/twirp/livekit.RoomService/{method}", self._called)
        return app

    async def join(self, token: str, samples: Samples | None = None) -> Person:
        """Somebody comes with a pass, and plays a script if they may."""
        person, name = self._admitted(token)
        person.samples = samples
        await self._enter(name, person)
        await self._publish(name, person)
        return person

    async def leave(self, name: str, person: Person, reason: int = Reason.CLIENT_INITIATED) -> None:
        """Out of the room, by their own will or not."""
        people = self.rooms.get(name, {})
        if people.get(person.info.identity) is person:
            del people[person.info.identity]
        if not people:
            self.rooms.pop(name, None)
        if not person.gone.done():
            person.gone.set_result(reason)
        person.info.state = models.ParticipantInfo.DISCONNECTED
        person.info.disconnect_reason = reason
        if person.signal is not None:
            await person.signal.leave(reason)
        await self._tell(name, person)
        await self._hook("participant_left", name, person)
        await self._moved()

    async def until(self, true: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(true)

    def ear(self, name: str) -> Person | None:
        """The hidden participant of a room."""
        return next((person for person in self.rooms.get(name, {}).values() if person.hidden), None)

    def _admitted(self, token: str) -> tuple[Person, str]:
        """Whoever may come in by this token, and where to."""
        claims = self._verifier.verify(token)
        grants = claims.video
        assert grants is not None
        assert grants.room_join
        sources = [models.TrackSource.Value(source.upper()) for source in grants.can_publish_sources or ()]
        permission = models.ParticipantPermission(
            can_subscribe=True,
            can_publish=grants.can_publish,
            can_publish_sources=sources,
            hidden=bool(grants.hidden),
        )
        info = models.ParticipantInfo(
            sid=f"PA_{next(self._numbers)}",
            identity=claims.identity,
            metadata=claims.metadata,
            state=models.ParticipantInfo.ACTIVE,
            permission=permission,
        )
        return Person(info), grants.room

    async def _enter(self, name: str, person: Person) -> None:
        if former := self.rooms.get(name, {}).get(person.info.identity):
            await self.leave(name, former, Reason.DUPLICATE_IDENTITY)
        self.rooms.setdefault(name, {})[person.info.identity] = person
        await self._tell(name, person)
        await self._hook("participant_joined", name, person)
        await self._moved()

    async def _publish(self, name: str, person: Person) -> None:
        """A microphone's track, if there is something to play and they may; else none."""
        allowed = person.info.permission
        may = allowed.can_publish and (
            not allowed.can_publish_sources or MICROPHONE in allowed.can_publish_sources
        )
        wanted = person.samples is not None and may
        if wanted == bool(person.info.tracks):
            return
        del person.info.tracks[:]
        if wanted:
            person.info.tracks.add(
                sid=f"TR_{next(self._numbers)}",
                type=models.TrackType.AUDIO,
                source=MICROPHONE,
                mime_type="audio/opus",
            )
        await self._tell(name, person)

    async def _tell(self, name: str, person: Person) -> None:
        """Everybody else in the room learns of somebody as they are now."""
        if person.hidden:
            return
        person.info.version += 1
        for other in list(self.rooms.get(name, {}).values()):
            if other is not person and other.signal is not None:
                await other.signal.send(update=rtc.ParticipantUpdate(participants=[person.info]))

    async def _hook(self, event: str, name: str, person: Person) -> None:
        body, signature = signed(event, name, person.info)
        for hook in self.hooks:
            await hook(body, signature)

    async def _moved(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _signalled(self, request: web.Request) -> web.StreamResponse:
        try:
            person, name = self._admitted(request.headers["Authorization"].removeprefix("Bearer "))
        except jwt.PyJWTError:
            return web.Response(status=401)
        if self.away:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        others = [other.info for other in self.rooms.get(name, {}).values() if not other.hidden]
        person.signal = Signal(socket, lambda sid: self._playing(name, sid))
        await person.signal.join(name, person.info, others)
        await self._enter(name, person)
        try:
            await person.signal.run()
        finally:
            await person.signal.close()
            if not person.gone.done():
                await self.leave(name, person)
        return socket

    def _playing(self, name: str, sid: str) -> tuple[str, Playing] | None:
        """Who plays a track, and the track."""
        for person in self.rooms.get(name, {}).values():
            if any(track.sid == sid for track in person.info.tracks) and person.samples is not None:
                person.playing.append(Playing(person.samples))
                return person.info.sid, person.playing[-1]
        return None

    async def _called(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.asked.append(method)
        await self._moved()
        if self.away:
            return _refused(503, "unavailable")
        try:
            grants = self._verifier.verify(request.headers["Authorization"].removeprefix("Bearer ")).video
        except (KeyError, jwt.PyJWTError):
            return _refused(401, "unauthenticated")
        answer = getattr(self, f"_{method}", None)
        if answer is None:
            return _refused(404, "bad_route")
        return await answer(await request.read(), grants)

    async def _ListRooms(self, body: bytes, grants: api.VideoGrants) -> web.Response:  # noqa: N802  LiveKit's name
        if not grants.room_list:
            return _refused(403, "permission_denied")
        return _answer(room.ListRoomsResponse(rooms=[models.Room(name=name) for name in self.rooms]))

    async def _ListParticipants(self, body: bytes, grants: api.VideoGrants) -> web.Response:  # noqa: N802
        wanted = room.ListParticipantsRequest.FromString(body)
        if not _administers(grants, wanted.room):
            return _refused(403, "permission_denied")
        infos = [person.info for person in self.rooms.get(wanted.room, {}).values()]
        return _answer(room.ListParticipantsResponse(participants=infos))

    async def _RemoveParticipant(self, body: bytes, grants: api.VideoGrants) -> web.Response:  # noqa: N802
        wanted = room.RoomParticipantIdentity.FromString(body)
        person = self.rooms.get(wanted.room, {}).get(wanted.identity)
        if not _administers(grants, wanted.room):
            return _refused(403, "permission_denied")
        if person is None:
            return _refused(404, "not_found")
        await self.leave(wanted.room, person, Reason.PARTICIPANT_REMOVED)
        return _answer(room.RemoveParticipantResponse())

    async def _UpdateParticipant(self, body: bytes, grants: api.VideoGrants) -> web.Response:  # noqa: N802
        wanted = room.UpdateParticipantRequest.FromString(body)
        person = self.rooms.get(wanted.room, {}).get(wanted.identity)
        if not _administers(grants, wanted.room):
            return _refused(403, "permission_denied")
        if person is None:
            return _refused(404, "not_found")
        person.info.permission.CopyFrom(wanted.permission)
        await self._publish(wanted.room, person)
        await self._moved()
        return _answer(person.info)


def signed(event: str, name: str, info: models.ParticipantInfo, secret: str = SECRET) -> tuple[bytes, str]:
    """An event as LiveKit sends it: the body, and its signature for the header `Authorization`."""
    told = webhook.WebhookEvent(event=event, room=models.Room(name=name), participant=info)
    body = MessageToJson(told).encode()
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return body, api.AccessToken(KEY, secret).with_sha256(digest).to_jwt()


def _administers(grants: api.VideoGrants, name: str) -> bool:
    return bool(grants.room_admin) and grants.room == name


def _answer(message: Message) -> web.Response:
    return web.Response(body=message.SerializeToString(), content_type="application/protobuf")


def _refused(status: int, code: str) -> web.Response:
    return web.json_response({"code": code, "msg": code.replace("_", " ")}, status=status)


@asynccontextmanager
async def livekit() -> AsyncIterator[LiveKit]:
    """The server, running."""
    server = LiveKit()
    runner = web.AppRunner(server.application(), shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"ws://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        for people in list(server.rooms.values()):
            for person in list(people.values()):
                if person.signal is not None:
                    await person.signal.close()
        await runner.cleanup()
