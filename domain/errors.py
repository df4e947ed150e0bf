"""Refusals: named classes whose docstring is the message that a person reads."""

import re


class Refused(Exception):
    """The command was refused."""

    status = 409

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or type(self).__doc__)

    @property
    def code(self) -> str:
        """The stable problem type, for example `room-is-full`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()


class Unknown(Refused):
    """There is no such thing."""

    status = 404


class Forbidden(Refused):
    """You may not do this."""

    status = 403


class Invalid(Refused):
    """The request does not make sense."""

    status = 400


class TooOften(Refused):
    """This was asked for too often; please try again later."""

    status = 429

    def __init__(self, left: int = 1000) -> None:
        """`left` is in milliseconds."""
        super().__init__()
        self.wait = max(1, -(-left // 1000))
        """Seconds after which to try again."""


class BoundaryMoved(Exception):
    """What the decision had read was changed by somebody else in the meantime."""

    def __init__(self, tag: str) -> None:
        super().__init__(f"{self.__doc__} ({tag})")
        self.tag = tag


class LogUnavailable(Exception):
    """The log cannot be written or read right now. Repeat the request: nothing is recorded twice."""
