"""Checkpoints: what a log says of itself at a size, as C2SP tlog-checkpoint, signed as a C2SP signed note."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

ED25519 = b"\x01"
"""The type of the signature, in keys and in the ids of keys."""
DASH = "\u2014 "
"""What a line with a signature begins with."""
NOTE_LINES = 5
"""Lines in a note of ours: origin, size, root, none, and one signature."""
LONGEST = 100_000
"""Characters in a note; more is not read. With the signatures of sixteen witnesses it has far less."""

Sign = Callable[[bytes], bytes]
"""The Ed25519 signature of a message, 64 bytes."""
Check = Callable[[bytes, bytes, bytes], bool]
"""Whether (public key, signature, message) belong together."""


class NotANote(Exception):
    """This is no signed note."""


class NotACheckpoint(Exception):
    """This is no checkpoint: its text is the log's name, its size, and its root in base64, a line each."""


class NotAKey(Exception):
    """This is no verifier key: name+hash+base64, as `GET /audit/key` answers it."""


class NotSigned(Exception):
    """The note is not signed by this key."""


class WrongSignature(Exception):
    """The signature is false: the note was altered, or signed with another key of the same name."""


class Checkpoint(NamedTuple):
    """A log of this name has had this root when it had `size` leaves."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


class VerifierKey(NamedTuple):
    """A public key, and the name of whose it is."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes by which signatures name the key."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"


def is_name(text: str) -> bool:
    """Whether a log and its key can be called so: something, without spaces, plus or control characters."""
    return bool(re.fullmatch(r"[^\s+\x00-\x1f\x7f]+", text))


def key_of(text: str) -> VerifierKey:
    """The key of `name+hash+base64`; raises `NotAKey`."""
    name, _, rest = text.strip().partition("+")
    given, _, coded = rest.partition("+")
    try:
        decoded = b64decode(coded, validate=True)
    except ValueError as error:
        raise NotAKey(NotAKey.__doc__) from error
    key = VerifierKey(name, decoded[1:])
    if not (is_name(name) and len(decoded) == 33 and decoded[:1] == ED25519):
        raise NotAKey(NotAKey.__doc__)
    if key.id.hex() != given:
        raise NotAKey("The key and its hash do not belong together: it was altered, or copied badly.")
    return key


def signed(text: str, key: VerifierKey, sign: Sign) -> str:
    """The note of this text, which ends in a line break."""
    signature = b64encode(key.id + sign(text.encode())).decode()
    return f"{text}\n{DASH}{key.name} {signature}\n"


def opened(note: str, key: VerifierKey, check: Check) -> str:
    """The text of a note, if this key has signed it.

    Raises `NotANote`, `NotSigned`, `WrongSignature`. Signatures of other keys are passed over.
    """
    text, signatures = _parts(note)
    ours = [signature for name, given, signature in signatures if (name, given) == (key.name, key.id)]
    if not ours:
        raise NotSigned(f"The note is not signed by {key.name} ({key.id.hex()}).")
    if not all(check(key.public, signature, text.encode()) for signature in ours):
        raise WrongSignature(WrongSignature.__doc__)
    return text


def checkpoint_of(text: str) -> Checkpoint:
    """The checkpoint of a note's text; raises `NotACheckpoint`. Lines that follow are passed over."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NotACheckpoint(NotACheckpoint.__doc__)
    origin, size, coded = lines[:3]
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", size, re.ASCII):
        raise NotACheckpoint(f"The size of a checkpoint is a whole number, not {size[:40]!r}.")
    root = _base64(coded)
    if len(root) != 32:
        raise NotACheckpoint("The root of a checkpoint is 32 bytes in base64.")
    return Checkpoint(origin, int(size), root)


def verified(note: str, key: VerifierKey, check: Check) -> Checkpoint:
    """The checkpoint of a note that this key has signed, for a log of its own name."""
    found = checkpoint_of(opened(note, key, check))
    if found.origin != key.name:
        raise NotSigned(f"The checkpoint is of the log {found.origin!r}, the key of {key.name!r}.")
    return found


def _parts(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The text, and (name, id of the key, signature) for each signature."""
    head, blank, tail = note.rpartition("\n\n")
    plain = len(note) <= LONGEST and not re.search(r"[\x00-\x09\x0b-\x1f]", note)
    if not (plain and blank and head and tail.endswith("\n")):
        raise NotANote(NotANote.__doc__)
    return head + "\n", [_signature(line) for line in tail[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, coded = line.removeprefix(DASH).partition(" ")
    decoded = _base64(coded)
    if not line.startswith(DASH) or not is_name(name) or len(decoded) < 5:
        raise NotANote("A line with a signature is a dash, a name and base64, with spaces between.")
    return name, decoded[:4], decoded[4:]


def _base64(coded: str) -> bytes:
    """The bytes, or none if this is not base64 in its one form."""
    try:
        decoded = b64decode(coded, validate=True)
    except ValueError:
        return b""
    return decoded if b64encode(decoded).decode() == coded else b""
