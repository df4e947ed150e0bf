"""The way to a peer: its keys, and the address that it was last chosen at."""

import socket
from collections.abc import Callable, Iterable

from rooms.voice import srtp
from rooms.voice.stun import Address


class Link:
    """Sends now or never: voice must not wait. What could not be sent is counted."""

    __slots__ = ("_keys", "address", "counts", "moved", "open", "outward", "sendto")

    outward: srtp.Handle
    address: Address
    sendto: Callable[[bytes, Address], object]
    """These three are there from when it is open; the last two as soon as it has moved."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts
        self.open, self.moved = False, False
        self._keys: srtp.Sessions | None = None

    def use(self, keys: srtp.Sessions) -> None:
        """The handshake is done, over the address that it moved to."""
        self._keys, self.outward = keys, keys.outward
        self.open = self.moved

    def move(self, address: Address, by: socket.socket) -> None:
        """From now on to this address, by this socket."""
        self.address, self.sendto = address, by.sendto
        self.moved = True

    def send(self, data: bytes) -> None:
        """Sends what is protected already, or needs no protection; nothing without an address."""
        if not self.moved:
            return
        try:
            self.sendto(data, self.address)
        except OSError as error:
            self.failed(error)

    def failed(self, error: OSError) -> None:
        """Counts a packet that could not be sent."""
        self.counts["send-blocked" if isinstance(error, BlockingIOError) else "send-failed"] += 1

    def send_all(self, datagrams: Iterable[bytes]) -> None:
        """One after the other."""
        for datagram in datagrams:
            self.send(datagram)

    def send_rtcp(self, report: bytes) -> None:
        """Protects and sends a compound packet; nothing before the handshake is done."""
        if self._keys is not None:
            self.send(srtp.protect_rtcp(self.outward, report))
            self.counts["rtcp-out"] += 1
