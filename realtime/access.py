"""Who is asking: tokens, the roles they carry, and what a role may see."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
import msgspec
from msgspec import Struct

from domain.errors import Forbidden, Refused
from domain.events import Context, Role
from domain.identity import OrgId, PersonId, RoomId

ALGORITHM = "HS256"
LONGEST = timedelta(days=365)
KEPT = 10_000
"""Tokens that are known to be signed by us, so that they are not looked at again each time."""
STAFF: tuple[Role, ...] = ("tutor", "admin", "service")
"""Who sees what concerns other people."""


class Unauthenticated(Refused):
    """A valid token is needed: `Authorization: Bearer …`, or `?token=…` for streams and sockets."""

    status = 401


class TokenExpired(Unauthenticated):
    """The token has expired."""


class OtherRoom(Forbidden):
    """The token is for another room."""


class OnlyForYourself(Forbidden):
    """Only the person concerned and the staff may see this."""


class OnlyForAuditors(Forbidden):
    """Only an auditor or an administrator may see this."""


class Access(Struct, frozen=True, kw_only=True):
    """The claims of a token. `room`, if any, is the only room that it opens."""

    sub: PersonId
    role: Role
    exp: int
    org: OrgId = "main"
    room: RoomId | None = None

    def context(self, at: datetime, cause: str | None = None) -> Context:
        """Who acts and when, for a decision."""
        return Context(org=self.org, actor=self.sub, role=self.role, at=at, cause=cause)

    def must_enter(self, room: str) -> None:
        """Refuse a token that was made for another room."""
        if self.room is not None and self.room != room:
            raise OtherRoom

    def must_audit(self) -> None:
        """Refuse all but auditors and administrators. What shows people is for `realtime/reading.py`."""
        if self.role not in ("auditor", "admin"):
            raise OnlyForAuditors


class Tokens:
    """Makes and reads tokens: JWT, signed with HMAC-SHA256."""

    def __init__(self, secret: str, clock: Callable[[], datetime], org: str = "main") -> None:
        self._secret = secret
        self._clock = clock
        self.org = org
        self._verified = lru_cache(KEPT)(self._verify)

    def make(
        self,
        person: str,
        role: Role,
        *,
        org: str | None = None,
        room: str | None = None,
        lasts: timedelta = timedelta(hours=12),
    ) -> str:
        """A token for this person; `lasts` is cut to a year."""
        expires = self._clock() + min(lasts, LONGEST)
        access = Access(sub=person, role=role, org=org or self.org, room=room, exp=int(expires.timestamp()))
        claims: dict[str, Any] = msgspec.to_builtins(access)
        msgspec.convert(claims, Access)  # the ids are ids
        return jwt.encode(claims, self._secret, ALGORITHM)

    def signed(self, *parts: str) -> str:
        """What only this house can say of these parts: HMAC-SHA256, as hexadecimal digits."""
        return hmac.new(self._secret.encode(), "\0".join(parts).encode(), "sha256").hexdigest()

    def read(self, token: str | None) -> Access:
        """The claims; raises `Unauthenticated` for all that is no valid token."""
        if not token or len(token) > 4096:
            raise Unauthenticated
        try:
            access = self._verified(token)
        except (jwt.InvalidTokenError, msgspec.ValidationError, ValueError) as error:
            raise Unauthenticated from error
        if access.exp <= self._clock().timestamp():
            raise TokenExpired
        return access

    def _verify(self, token: str) -> Access:
        # The clock is ours, so that tokens can be tested at any time.
        claims = jwt.decode(
            token, self._secret, [ALGORITHM], options={"verify_exp": False, "require": ["exp", "sub"]}
        )
        return msgspec.convert({"org": self.org, **claims}, Access)


def token_of(header: str | None, parameter: str | None) -> str | None:
    """The token of a request: from its Authorization header, else from its query."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else parameter
