"""How the text of a setting becomes its value. A `ValueError` says what is wrong, and quotes no secret."""

import ipaddress
import re
import socket
from base64 import b64decode
from collections.abc import Callable, Collection

from domain.checkpoint import is_name
from domain.identity import ID_PATTERN

TURN_URL = r"turns?:([\w.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(:\d{1,5})?(\?transport=(udp|tcp))?"
SECRET_LENGTH = 32  # bytes at least: a shorter one is guessed too easily (RFC 7518, 3.2)


def text(value: str) -> str:
    """As it is."""
    return value


def port(value: str) -> int:
    """A port number; 0 takes a free one."""
    if not (value.isascii() and value.isdigit() and int(value) <= 65535):
        raise ValueError(f"must be a port, a whole number from 0 to 65535, not {value!r}")
    return int(value)


def port_if_any(value: str) -> int | None:
    """A port number, or None for no text."""
    return port(value) if value else None


def whole(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers within these bounds."""

    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit() and len(value) < 19 and least <= int(value) <= most):
            raise ValueError(f"must be a whole number from {least} to {most}, not {value!r}")
        return int(value)

    return parse


def addresses(value: str) -> tuple[str, ...]:
    """IP addresses with commas between them."""
    for address in parts(value):
        if not is_address(address):
            raise ValueError(f"must be IP addresses with commas between them; {address!r} is none")
    return parts(value)


def url(*schemes: str) -> Callable[[str], str]:
    """A parser of URLs of these schemes, or several of them with commas between; no text is no URL."""
    starts = tuple(f"{scheme}://" for scheme in schemes)

    def parse(value: str) -> str:
        if not all(part.startswith(starts) for part in parts(value)):
            raise ValueError(
                f"must be a URL that starts with {' or '.join(starts)}"
            )  # it may hold a password
        return value

    return parse


def turn_urls(value: str) -> tuple[str, ...]:
    """URLs of TURN servers (RFC 7065) with commas between them."""
    for each in parts(value):
        if not re.fullmatch(TURN_URL, each, re.ASCII):
            raise ValueError(f"must be URLs as turn:turn.example:3478?transport=udp, {each!r} is none")
    return parts(value)


def secret(value: str) -> str:
    """A secret that is long enough, or none."""
    if value and len(value.encode()) < SECRET_LENGTH:
        raise ValueError(f"must have at least {SECRET_LENGTH} bytes")
    return value


def seal_key(value: str) -> str:
    """32 bytes as base64, or none."""
    try:
        right = not value or len(b64decode(value, validate=True)) == 32
    except ValueError:
        right = False
    if not right:
        raise ValueError("must be 32 bytes in base64, as `openssl rand -base64 32` prints them")
    return value


def issuing_keys(value: str) -> str:
    """Some keys of 32 bytes as base64, with commas between, or none."""
    for part in parts(value):
        seal_key(part)
    return value


def log_name(value: str) -> str:
    """A name that checkpoints can carry."""
    if not is_name(value) or len(value) > 200:
        raise ValueError(
            f"must be a name without spaces and without a plus, up to 200 letters, not {value!r}"
        )
    return value


def identity(value: str) -> str:
    """An opaque id."""
    if not re.fullmatch(ID_PATTERN, value):
        raise ValueError(f"must be 1 to 64 letters, digits, hyphens or underscores, not {value!r}")
    return value


def some_of(known: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """A parser of one or more of `known`, with commas between them."""

    def parse(value: str) -> tuple[str, ...]:
        if not parts(value) or not set(parts(value)) <= set(known):
            raise ValueError(f"must be some of {', '.join(known)} with commas between them, not {value!r}")
        return parts(value)

    return parse


def parts(value: str) -> tuple[str, ...]:
    """What stands between the commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def is_address(value: str) -> bool:
    """Whether it is an IP address."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def own_addresses(host: str) -> tuple[str, ...]:
    """Loopback, and the address `host`; the machine's own if that means all of them."""
    if host in {"0.0.0.0", "::"}:
        host = _outward_address()
    return tuple(dict.fromkeys(address for address in ("127.0.0.1", host) if is_address(address)))


def _outward_address() -> str:
    """This machine's address as its network sees it. Connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address (RFC 5737): any way out will do
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def one_of(*known: str) -> Callable[[str], str]:
    """Takes one of these words."""

    def parse(given: str) -> str:
        if given not in known:
            raise ValueError(f"must be one of {', '.join(known)}, not {given!r}")
        return given

    return parse


def yes(value: str) -> bool:
    """Yes or no."""
    if value not in ("yes", "no"):
        raise ValueError(f"must be yes or no, not {value!r}")
    return value == "yes"


def language(value: str) -> str:
    """A language by two or three letters, or none."""
    if value and not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError(f"must be a language such as en, not {value!r}")
    return value


def voice(value: str) -> str:
    """The name of a voice; it goes to a program as an argument."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_+/-]{0,63}", value):
        raise ValueError(f"must be the name of a voice such as en-gb, not {value!r}")
    return value
