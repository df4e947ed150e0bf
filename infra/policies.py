"""Policy files of the facilitator: JSON, or TOML where the name ends so."""

from pathlib import Path

import msgspec

from rooms.facilitator.policy import STANDARD, InvalidPolicy, Policy, parse


def read_policy(path: Path | None) -> Policy:
    """The policy of a file, the standard one without a file. Raises `InvalidPolicy`."""
    if path is None:
        return STANDARD
    try:
        data = path.read_bytes()
        if path.suffix == ".toml":
            data = msgspec.json.encode(msgspec.toml.decode(data))
        return parse(data)
    except (InvalidPolicy, msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
        raise InvalidPolicy(f"{path}: {error}") from error


def shown_policy(policy: Policy) -> str:
    """A policy as a file that can be changed and read again."""
    return msgspec.json.format(msgspec.json.encode(policy), indent=2).decode()
