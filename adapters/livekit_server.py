"""LiveKit's server: passes into its rooms, its API (Twirp over HTTP), and the events that it sends."""

from datetime import timedelta
from types import TracebackType
from typing import Self, cast

import jwt
from aiohttp import ClientError, ClientTimeout
from google.protobuf.json_format import ParseError
from livekit import api
from livekit.api.room_service import RoomService
from livekit.protocol.models import ParticipantPermission, TrackSource
from livekit.protocol.room import ListParticipantsRequest, ListRoomsRequest, UpdateParticipantRequest
from livekit.protocol.webhook import WebhookEvent

from adapters.livekit_names import EAR
from rooms.voice.elsewhere import NotFromLiveKit
from rooms.voice.engine import May

SERVES = timedelta(seconds=60)
"""How long a pass can be used; LiveKit renews the token of whoever has joined."""
WITHIN = ClientTimeout(total=4)
LARGEST_EVENT = 64 * 1024
"""Bytes of an event's body."""
SPEAKING = (TrackSource.MICROPHONE,)
SHOWING = (TrackSource.CAMERA, TrackSource.SCREEN_SHARE, TrackSource.SCREEN_SHARE_AUDIO)


class LiveKitAway(Exception):
    """LiveKit did not answer, or not as it should."""


class LiveKitServer:
    """A client of it. Passes are made without asking; all else needs `async with`."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        """`url` is where clients join: `wss://…`; the API is at the same place."""
        self.url = url
        self._key, self._secret = key, secret
        self._api: api.LiveKitAPI | None = None

    async def __aenter__(self) -> Self:
        self._api = api.LiveKitAPI(self.url, self._key, self._secret, timeout=WITHIN)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._api is not None:
            await self._api.aclose()
            self._api = None

    def token(self, room: str, identity: str, may: May) -> str:
        """A pass into the room."""
        grants = api.VideoGrants(
            room_join=True,
            room=room,
            can_publish=may.speak or may.show,
            can_publish_sources=[TrackSource.Name(source).lower() for source in _sources(may)],
            can_publish_data=False,
            can_update_own_metadata=False,
        )
        return self._signed(identity, grants)

    def token_of_the_ear(self, room: str) -> str:
        """The pass of the hidden participant."""
        grants = api.VideoGrants(
            room_join=True, room=room, hidden=True, can_publish=False, can_publish_data=False
        )
        return self._signed(EAR, grants)

    def _signed(self, identity: str, grants: api.VideoGrants) -> str:
        token = api.AccessToken(self._key, self._secret).with_identity(identity).with_grants(grants)
        return token.with_ttl(SERVES).to_jwt()

    async def permit(self, room: str, identity: str, may: May) -> None:
        """What the participant may do from now on; LiveKit takes back what they publish beyond it."""
        permission = ParticipantPermission(
            can_subscribe=True,
            can_publish=may.speak or may.show,
            can_publish_sources=cast(list[TrackSource], _sources(may)),  # as its stub has it
        )
        update = UpdateParticipantRequest(room=room, identity=identity, permission=permission)
        with _Asking():
            await self._asked.update_participant(update)

    async def remove(self, room: str, identity: str) -> None:
        """Out of the room; nothing happens for somebody who is not in it."""
        with _Asking():
            await self._asked.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity))

    async def rooms(self) -> list[str]:
        """The names of all rooms that are open."""
        with _Asking():
            return [room.name for room in (await self._asked.list_rooms(ListRoomsRequest())).rooms]
        return []

    async def identities(self, room: str) -> set[str]:
        """Who is in a room, hidden participants too."""
        with _Asking():
            found = await self._asked.list_participants(ListParticipantsRequest(room=room))
            return {participant.identity for participant in found.participants}
        return set()

    def event(self, body: bytes, authorization: str) -> WebhookEvent:
        """What it sent, if it was this server that did. Raises NotFromLiveKit."""
        if len(body) > LARGEST_EVENT:
            raise NotFromLiveKit
        receiver = api.WebhookReceiver(api.TokenVerifier(self._key, self._secret))
        try:
            return receiver.receive(body.decode(), authorization.removeprefix("Bearer "))
        except (jwt.PyJWTError, ParseError, ValueError) as error:
            raise NotFromLiveKit from error
        except Exception as error:
            # The library has no class for a body that was not signed.
            if type(error) is Exception:
                raise NotFromLiveKit from error
            raise

    @property
    def _asked(self) -> RoomService:
        if self._api is None:
            raise LiveKitAway
        return self._api.room


class _Asking:
    """Turns whatever goes wrong on the way into LiveKitAway; what is not there counts as done."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, api.ServerError):
            if error.code == api.ServerErrorCode.NOT_FOUND:
                return True
            raise LiveKitAway(error.code) from None
        if isinstance(error, (ClientError, TimeoutError)):
            raise LiveKitAway(type(error).__name__) from None
        return False


def _sources(may: May) -> list[TrackSource.ValueType]:
    return [*(SPEAKING if may.speak else ()), *(SHOWING if may.show else ())]
