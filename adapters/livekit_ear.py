"""The hidden participant in a LiveKit room: it hears who comes, who goes, and how loud each is."""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress

import numpy
from livekit import rtc
from livekit.rtc.room import EventTypes

from adapters.livekit_hearing import EarListener, EarLost, EarReplaced

RATE = 48_000
PERIOD = 20
"""Milliseconds of sound for which a level is told."""
QUEUE = 50
"""Frames of one voice that may wait, a second's worth; the oldest are dropped beyond that."""
CONNECT_WITHIN = 10.0
GOODBYE_WITHIN = 2.0
"""Seconds."""
SILENT = 127


async def listen(url: str, token: str, listener: EarListener) -> None:
    """The Ear by LiveKit's own SDK."""
    room = rtc.Room()
    try:
        await _connect(room, url, token)
        async with asyncio.TaskGroup() as group:
            hearing = _Hearing(room, listener, group)
            hearing.begin()
            lost = await hearing.over
            hearing.end()
        raise lost
    finally:
        with suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(GOODBYE_WITHIN):
                await room.disconnect()


async def _connect(room: rtc.Room, url: str, token: str) -> None:
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            await room.connect(url, token, rtc.RoomOptions(auto_subscribe=False))
    except (TimeoutError, rtc.ConnectError) as error:
        raise EarLost(type(error).__name__) from None


class _Hearing:
    """What happens in a room, as its listener is told."""

    def __init__(self, room: rtc.Room, listener: EarListener, group: asyncio.TaskGroup) -> None:
        self.over: asyncio.Future[EarLost] = asyncio.get_running_loop().create_future()
        self._room, self._listener, self._group = room, listener, group
        self._streams: dict[str, asyncio.Task[None]] = {}

    def begin(self) -> None:
        """Be told by the room, of those first who are in it already."""
        handlers: dict[EventTypes, Callable[..., None]] = {
            "participant_connected": self._came,
            "participant_disconnected": self._went,
            "track_published": self._published,
            "track_subscribed": self._subscribed,
            "track_unsubscribed": self._unsubscribed,
            "disconnected": self._disconnected,
        }
        for event, handler in handlers.items():
            self._room.on(event, handler)
        for participant in self._room.remote_participants.values():
            self._came(participant)
            for publication in participant.track_publications.values():
                self._published(publication, participant)

    def _came(self, participant: rtc.RemoteParticipant) -> None:
        self._listener.came(participant.identity)

    def _went(self, participant: rtc.RemoteParticipant) -> None:
        self._listener.went(participant.identity)

    def end(self) -> None:
        """Hear nobody any longer."""
        for stream in self._streams.values():
            stream.cancel()

    def _published(self, publication: rtc.RemoteTrackPublication, _: rtc.RemoteParticipant) -> None:
        # Microphones only: what is shown is not listened to.
        publication.set_subscribed(publication.source == rtc.TrackSource.SOURCE_MICROPHONE)

    def _subscribed(
        self, track: rtc.Track, publication: rtc.TrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if publication.kind == rtc.TrackKind.KIND_AUDIO:
            self._unsubscribed(track)
            self._streams[track.sid] = self._group.create_task(self._hear(track, participant.identity))

    def _unsubscribed(self, track: rtc.Track, *_: object) -> None:
        if stream := self._streams.pop(track.sid, None):
            stream.cancel()

    async def _hear(self, track: rtc.Track, identity: str) -> None:
        stream = rtc.AudioStream(
            track, sample_rate=RATE, num_channels=1, frame_size_ms=PERIOD, capacity=QUEUE
        )
        try:
            async for event in stream:
                samples = event.frame.data
                self._listener.sounded(identity, level_of(samples), bytes(samples))
        finally:
            await stream.aclose()

    def _disconnected(self, reason: int) -> None:
        if self.over.done():
            return
        replaced = reason == rtc.DisconnectReason.DUPLICATE_IDENTITY
        self.over.set_result(EarReplaced() if replaced else EarLost(str(reason)))


def level_of(samples: memoryview) -> int:
    """The level of 16-bit samples in -dBov, 0 (loudest) to 127, as RFC 6464 has it."""
    sound = numpy.frombuffer(samples, dtype=numpy.int16).astype(numpy.float64)
    power = float(sound @ sound) / max(1, len(sound)) / 32768**2
    return SILENT if power <= 0 else min(SILENT, max(0, round(-10 * math.log10(power))))
