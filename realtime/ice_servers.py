"""TURN servers for those whose network lets no UDP through, with credentials that end by themselves."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

LASTS = 6 * 3600
"""Seconds for which credentials serve: longer than any lesson, since a restart of ICE needs them again."""


class IceServer(Struct, frozen=True, kw_only=True):
    """As `RTCPeerConnection` takes it in its `iceServers`."""

    urls: Sequence[str]
    username: str
    credential: str


@dataclass(frozen=True, kw_only=True)
class IceServers:
    """Mints credentials in the form that coturn calls its REST API: `expiry:user`, signed with HMAC-SHA1."""

    urls: Sequence[str]
    """`turn:` and `turns:` URLs (RFC 7065); without any there are no servers to tell of."""
    secret: str
    """What is shared with the TURN servers."""
    key: bytes
    """What pseudonyms are made with; TURN servers do not have it."""
    clock: Callable[[], datetime]

    def of(self, org: str, person: str) -> list[IceServer]:
        """The servers for a person, whom they know by a pseudonym, always the same: for quotas, no more."""
        if not self.urls:
            return []
        user = hmac.new(self.key, f"turn/{org}/{person}".encode(), hashlib.sha256).hexdigest()[:32]
        username = f"{int(self.clock().timestamp()) + LASTS}:{user}"
        # SHA-1 is what TURN servers take here; as an HMAC it is not broken.
        signed = hmac.digest(self.secret.encode(), username.encode(), "sha1")
        return [IceServer(urls=self.urls, username=username, credential=b64encode(signed).decode())]


def links(servers: Sequence[IceServer]) -> str:
    """A `Link` header that tells of them, as WHIP has it (RFC 9725, 4.6)."""
    return ", ".join(
        f'<{url}>; rel="ice-server"; username="{server.username}"; '
        f'credential="{server.credential}"; credential-type="password"'
        for server in servers
        for url in server.urls
    )
