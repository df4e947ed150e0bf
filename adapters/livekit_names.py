"""What LiveKit is told of people: pseudonyms that our nodes alone can read."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

EAR = "lyceum-ear"
"""The identity of the hidden participant. LiveKit lets an identity into a room once, so there is one."""
LONGEST = 200
"""Letters of an identity of ours, at most."""
VOICE = 22
"""Letters of a voice's id: so many at the beginning of its identity are chance enough."""


@dataclass(frozen=True)
class Who:
    """Whose identity it is, the id of the voice, and when its pass was made, in ms since the epoch."""

    person: str
    voice: str
    at: int


class Names:
    """Each pass has an identity of its own, which says to nobody else whose it is.

    Nothing is kept: whoever has the secret reads it back (AES-SIV, RFC 5297, needs no chance).
    """

    def __init__(self, secret: str) -> None:
        self._cipher = AESSIV(hmac.digest(secret.encode(), b"identities in LiveKit", "sha512"))

    def of(self, room: str, person: str, at: int) -> str:
        """The identity of a pass into the room."""
        sealed = self._cipher.encrypt(f"{at}:{person}".encode(), [room.encode()])
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, room: str, identity: str) -> Who | None:
        """Whose it is; None if it is none of ours in this room."""
        if len(identity) > LONGEST:
            return None
        try:
            sealed = urlsafe_b64decode(identity.encode() + b"=" * (-len(identity) % 4))
            at, _, person = self._cipher.decrypt(sealed, [room.encode()]).decode().partition(":")
            return Who(person, voice_of(identity), int(at))
        except (ValueError, InvalidTag):
            return None


def voice_of(identity: str) -> str:
    """The id of the voice with this identity, as it stands in paths."""
    return identity[:VOICE]
