"""The server of voice that anybody would write first: aiortc with its MediaRelay, decoding and encoding."""

import asyncio
import gc
from dataclasses import dataclass, field
from unittest.mock import patch

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaRelay

from benchmarks.measuring.voice_control import obey, serve


@dataclass
class Seat:
    """One person's connection: what it sends, and the lines on which it hears others."""

    pc: RTCPeerConnection
    track: MediaStreamTrack | None = None
    free: list[RTCRtpTransceiver] = field(default_factory=list[RTCRtpTransceiver])


class Rooms:
    """Rooms by name, in each of which everybody hears everybody else."""

    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._rooms: dict[str, dict[str, Seat]] = {}

    async def join(self, room: str, person: str, sdp: str) -> dict[str, str]:
        """Answer an offer with one sending line and as many receiving as there can be others."""
        seat = Seat(RTCPeerConnection(RTCConfiguration(iceServers=[])))

        @seat.pc.on("track")
        def _(track: MediaStreamTrack) -> None:
            seat.track = track

        await seat.pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        for line in seat.pc.getTransceivers():
            if line.mid != "0":
                line.direction = "sendonly"
                seat.free.append(line)
        await seat.pc.setLocalDescription(await seat.pc.createAnswer())
        here = self._rooms.setdefault(room, {})
        for other in here.values():
            self._hear(seat, other)
            self._hear(other, seat)
        here[person] = seat
        return {"voice": f"{room}/{person}", "sdp": seat.pc.localDescription.sdp}

    async def leave(self, voice: str) -> None:
        """Whoever leaves is heard no more; what they heard is given back."""
        room, person = voice.split("/")
        await self._rooms[room].pop(person).pc.close()
        if not self._rooms[room]:
            del self._rooms[room]

    async def look(self) -> dict[str, int]:
        """What there is."""
        gc.collect()
        return {"tasks": len(asyncio.all_tasks()), "voices": sum(map(len, self._rooms.values()))}

    def _hear(self, listener: Seat, speaker: Seat) -> None:
        if speaker.track is not None and listener.free:
            listener.free.pop(0).sender.replaceTrack(self._relay.subscribe(speaker.track))


def _loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    return ["127.0.0.1"]


async def main() -> None:
    """Serve until standard input ends. Loopback is the only address, which aioice would leave out."""
    rooms = Rooms()
    with patch("aioice.ice.get_host_addresses", _loopback):
        await obey({"join": rooms.join, "leave": rooms.leave, "look": rooms.look})


if __name__ == "__main__":
    serve(main)
