"""One client of a LiveKit server: its signalling, in protobuf on a WebSocket, and how it hears."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
from aiohttp import WSMsgType, web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp
from livekit.protocol import models, rtc

from tests.voice.client import Playing


class Signal:
    def __init__(
        self, socket: web.WebSocketResponse, playing: Callable[[str], tuple[str, Playing] | None]
    ) -> None:
        """`playing` gives for a track who publishes it (their sid), and its sound."""
        self._socket, self._playing = socket, playing
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._sends: dict[str, object] = {}
        self._wanted: list[str] = []
        self._offering = False

    async def send(self, **message: object) -> None:
        with suppress(ConnectionError):  # it has just gone
            await self._socket.send_bytes(rtc.SignalResponse(**message).SerializeToString())

    async def join(
        self, name: str, info: models.ParticipantInfo, others: Sequence[models.ParticipantInfo]
    ) -> None:
        """The first message, and the first offer: data channels alone."""
        joined = rtc.JoinResponse(
            room=models.Room(sid=f"RM_{name}", name=name),
            participant=info,
            other_participants=others,
            subscriber_primary=True,
            ping_timeout=15,
            ping_interval=5,
            server_info=models.ServerInfo(version="1.9.0", protocol=15),
        )
        await self.send(join=joined)
        self._pc.createDataChannel("_reliable")
        self._pc.createDataChannel("_lossy", ordered=False, maxRetransmits=0)
        await self._offer()

    async def leave(self, reason: int) -> None:
        """The server ends it, and does not want the client back."""
        await self.send(leave=rtc.LeaveRequest(reason=reason, action=rtc.LeaveRequest.DISCONNECT))

    async def run(self) -> None:
        """Serve the client until it goes."""
        async for message in self._socket:
            if message.type != WSMsgType.BINARY:
                continue
            request = rtc.SignalRequest.FromString(message.data)
            match request.WhichOneof("message"):
                case "answer":
                    await self._answered(request.answer.sdp)
                case "trickle" if request.trickle.target == rtc.SignalTarget.SUBSCRIBER:
                    await self._candidate(request.trickle.candidateInit)
                case "subscription":
                    await self._subscribe(request.subscription)
                case "ping_req":
                    await self.send(pong_resp=rtc.Pong(last_ping_timestamp=request.ping_req.timestamp))
                case "leave":
                    return
                case _:
                    pass

    async def close(self) -> None:
        async with asyncio.timeout(5):
            await self._pc.close()
            await self._socket.close()

    async def _subscribe(self, wanted: rtc.UpdateSubscription) -> None:
        if wanted.subscribe:
            self._wanted += [sid for sid in wanted.track_sids if sid not in self._sends]
            await self._offer_wanted()

    async def _offer_wanted(self) -> None:
        """One offer at a time: what is wanted meanwhile is in the next."""
        if self._offering or not self._wanted:
            return
        for sid in self._wanted:
            if found := self._playing(sid):
                publisher, track = found
                sender = self._pc.addTransceiver(track, direction="sendonly").sender
                sender._stream_id, sender._track_id = f"{publisher}|{sid}", sid
                self._sends[sid] = sender
        self._wanted.clear()
        await self._offer()

    async def _offer(self) -> None:
        self._offering = True
        await self._pc.setLocalDescription(await self._pc.createOffer())
        await self.send(offer=rtc.SessionDescription(type="offer", sdp=self._pc.localDescription.sdp))

    async def _answered(self, sdp: str) -> None:
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        self._offering = False
        await self._offer_wanted()

    async def _candidate(self, text: str) -> None:
        found = msgspec.json.decode(text)
        if found["candidate"]:
            candidate = candidate_from_sdp(found["candidate"].removeprefix("candidate:"))
            candidate.sdpMid, candidate.sdpMLineIndex = found["sdpMid"], found["sdpMLineIndex"]
            await self._pc.addIceCandidate(candidate)
