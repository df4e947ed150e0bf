"""Ed25519: signing checkpoints, and checking what is signed."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.checkpoint import Checkpoint, VerifierKey, signed


class SealKey:
    """The key that a log is sealed with, from its name and 32 secret bytes."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey(name, self._private.public_key().public_bytes_raw())

    def note(self, size: int, root: bytes) -> str:
        """The signed checkpoint of this log."""
        return signed(Checkpoint(self.verifier.name, size, root).text(), self.verifier, self._private.sign)


def check(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of this key has signed this message; implements `domain.checkpoint.Check`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
