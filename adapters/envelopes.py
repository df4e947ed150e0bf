"""What nodes tell each other, closed: the bus carries it, and whoever is on the bus neither reads it nor
makes any that a node would believe."""

import os
from functools import lru_cache
from itertools import count

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = b"\x01"
SIZE = 32
"""Bytes of a key: AES-256."""
NAME = 16
"""Bytes of the name that each process makes up for itself. It has a key of its own."""
NUMBER = 8
"""Bytes of the number of a message, so that no two are closed alike under one key."""
PAD = bytes(4)
"""Fills the number up to a nonce."""
SEALED = len(FORMAT) + NAME + NUMBER
KEYS = 1024
"""Keys of other processes that are remembered."""


class Envelopes:
    """Implements `realtime.neighbours.Envelopes`, by AES-256-GCM, for all who share this secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._key = lru_cache(KEYS)(self._derived)
        self._head = FORMAT + os.urandom(NAME)
        self._own = self._derived(self._head[1:])
        self._numbers = count()

    def close(self, subject: str, plain: bytes) -> bytes:
        """See `realtime.neighbours.Envelopes.close`."""
        number = next(self._numbers).to_bytes(NUMBER)
        return self._head + number + self._own.encrypt(PAD + number, plain, subject.encode())

    def open(self, subject: str, closed: bytes) -> bytes | None:
        """See `realtime.neighbours.Envelopes.open`."""
        if len(closed) < SEALED or closed[:1] != FORMAT:
            return None
        key = self._key(closed[1 : 1 + NAME])
        try:
            return key.decrypt(PAD + closed[1 + NAME : SEALED], closed[SEALED:], subject.encode())
        except InvalidTag:
            return None

    def _derived(self, name: bytes) -> AESGCM:
        """The key of the process of this name."""
        return AESGCM(HKDF(SHA256(), SIZE, None, b"lyceum between nodes " + name).derive(self._secret))
