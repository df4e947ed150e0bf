"""What LiveKit is told of people: pseudonyms that our nodes alone can read, and what a pass was good for."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from msgspec import Struct

EAR = "lyceum-ear"
"""The identity of the hidden participant. LiveKit lets an identity into a room once, so there is one."""
LONGEST = 200
"""Letters of an identity or a stamp of ours, at most."""


class Names:
    """A person has one identity in a room, another in each other room, and none that says who it is.

    Nothing is kept: whoever has the secret reads the person back (AES-SIV, RFC 5297, is deterministic).
    """

    def __init__(self, secret: str) -> None:
        self._cipher = AESSIV(hmac.digest(secret.encode(), b"identities in LiveKit", "sha512"))

    def of(self, room: str, person: str) -> str:
        """The person's identity in the room."""
        return urlsafe_b64encode(self._cipher.encrypt(person.encode(), [room.encode()])).decode().rstrip("=")

    def person(self, room: str, identity: str) -> str | None:
        """Whose identity it is; None if it is none of ours in this room."""
        if len(identity) > LONGEST:
            return None
        try:
            sealed = urlsafe_b64decode(identity.encode() + b"=" * (-len(identity) % 4))
            return self._cipher.decrypt(sealed, [room.encode()]).decode()
        except (ValueError, InvalidTag):
            return None


class Stamp(Struct, frozen=True, kw_only=True):
    """What a pass said, as its participant carries it (metadata, which participants cannot change)."""

    voice: str
    at: int
    """When it was made, in ms since the epoch."""

    def text(self) -> str:
        """As metadata."""
        return msgspec.json.encode(self).decode()


def read_stamp(metadata: str) -> Stamp | None:
    """The stamp in a participant's metadata; None if it is none of ours."""
    if len(metadata) > LONGEST:
        return None
    try:
        return msgspec.json.decode(metadata, type=Stamp)
    except msgspec.MsgspecError:
        return None
