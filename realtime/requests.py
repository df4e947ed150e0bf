"""How the body of a request is read."""

from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException


class StrictRequest(Request[Any, Any, Any]):
    """Reads a body once, into the type that its handler takes, and as it stands: "3" is no number."""

    async def json(self) -> Any:
        """The body; raises `ValidationException`, whatever is wrong with it."""
        kind = self.route_handler.parsed_fn_signature.parameters["data"].annotation
        try:
            return msgspec.json.decode(await self.body(), type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ValidationException(f"The body: {error}") from error
