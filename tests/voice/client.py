"""A WebRTC client (aiortc) that plays a script of sound, and measures what it hears in a slot."""

import array
import asyncio
import fractions
import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import av
from aiortc import (
    AudioStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)

from rooms.voice.engine import USUAL, May, MediaEngine

RATE = 48000
FRAME = RATE // 50

if TYPE_CHECKING:
    Samples = array.array[int]
else:
    Samples = array.array  # which takes no parameter before Python 3.12


def tone(ms: int, hertz: int = 440, loudness: float = 0.3) -> Samples:
    """16-bit samples of a tone."""
    step, peak = 2 * math.pi * hertz / RATE, loudness * 32767
    return array.array("h", (int(peak * math.sin(step * n)) for n in range(ms * RATE // 1000)))


def hush(ms: int) -> Samples:
    """16-bit samples of silence."""
    return array.array("h", bytes(2 * (ms * RATE // 1000)))


def script(*parts: tuple[int, int]) -> Samples:
    """So many ms of silence, then of tone; and again."""
    samples = array.array("h")
    for quiet, loud in parts:
        samples += hush(quiet) + tone(loud)
    return samples


# Its own "balanced" policy leaves the second sending line for pictures without a transport.
BUNDLED = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)


class Playing(AudioStreamTrack):
    """Plays samples once, then silence. `zero` is when it began, in ms since the epoch; `late` by how many ms
    a frame was late at most, since the machine was busy."""

    def __init__(self, samples: Samples) -> None:
        super().__init__()
        self.zero: int | None = None
        self.late = 0
        self._samples = samples
        self._at = 0
        self._start = 0.0

    async def recv(self) -> av.AudioFrame:
        if self.zero is None:
            self.zero, self._start = time.time_ns() // 1_000_000, time.monotonic()
        due = self._start + (self._at + FRAME) / RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        self.late = max(self.late, int((time.monotonic() - due) * 1000))
        piece = self._samples[self._at : self._at + FRAME].tobytes().ljust(2 * FRAME, b"\0")
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(piece)
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, fractions.Fraction(1, RATE)
        self._at += FRAME
        return frame


class Painting(VideoStreamTrack):
    """Small grey pictures, ten a second, all of one brightness (0 to 255)."""

    def __init__(self, brightness: int) -> None:
        super().__init__()
        self._brightness = brightness
        self._at = 0
        self._start = 0.0

    async def recv(self) -> av.VideoFrame:
        self._start = self._start or time.monotonic()
        await asyncio.sleep(max(0.0, self._start + self._at / 10 - time.monotonic()))
        frame = av.VideoFrame(160, 120, "yuv420p")
        for plane, value in zip(frame.planes, (self._brightness, 128, 128), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts, frame.time_base = self._at * 9000, fractions.Fraction(1, 90000)
        self._at += 1
        return frame


class Client:
    """Sends samples and `paintings` (the first a camera, the second a screen), receives in slots."""

    def __init__(
        self,
        samples: Samples | None,
        slots: int = 2,
        configuration: RTCConfiguration | None = None,
        paintings: Sequence[VideoStreamTrack] = (),
        pictures: int = 0,
    ) -> None:
        self.pc = RTCPeerConnection(configuration or BUNDLED)
        self.playing = Playing(samples) if samples is not None else None
        if self.playing:
            self.pc.addTransceiver(self.playing, direction="sendonly")
        for _ in range(slots):
            self.pc.addTransceiver("audio", direction="recvonly")
        for painting in paintings:
            self.pc.addTransceiver(painting, direction="sendonly")
        for _ in range(pictures):
            self.pc.addTransceiver("video", direction="recvonly")
        self.voice = ""

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def take(self, answer: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def join(
        self, engine: MediaEngine, room: str, person: str, via: int | None = None, may: May = USUAL
    ) -> None:
        """Joins; `via` is the port of a cable in between."""
        joined = await engine.join(room, person, await self.offer(), may=may)
        self.voice = joined.voice
        port = str(engine.port)
        await self.take(joined.sdp.replace(f" {port} typ", f" {via or port} typ"))

    async def loudness(self, mid: str, frames: int = 25) -> float:
        """The greatest loudness (0 to 1) within so many frames heard in a slot."""
        track = next(t.receiver.track for t in self.pc.getTransceivers() if t.mid == mid)
        peak = 0.0
        for _ in range(frames):
            frame = await track.recv()
            heard = array.array("h", bytes(frame.planes[0]))
            peak = max(peak, max(heard) / 32768)
        return peak

    async def sees(self, mid: str, brightness: int, seconds: float = 8.0) -> None:
        """Waits until pictures of this brightness are seen in a slot."""
        track = next(t.receiver.track for t in self.pc.getTransceivers() if t.mid == mid)
        async with asyncio.timeout(seconds):
            while True:
                frame = await track.recv()
                if abs(bytes(frame.planes[0])[0] - brightness) < 10:
                    return

    async def hears(self, mid: str, seconds: float = 8.0) -> None:
        """Waits until something loud is heard in a slot."""
        async with asyncio.timeout(seconds):
            while await self.loudness(mid, 5) < 0.1:
                pass

    async def received(self) -> int:
        """Packets received, over all slots."""
        stats = await self.pc.getStats()
        return sum(s.packetsReceived for s in stats.values() if s.type == "inbound-rtp")

    async def close(self) -> None:
        await self.pc.close()


async def close_all(clients: Sequence[Client]) -> None:
    for client in clients:
        await client.close()
