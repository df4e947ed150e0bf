"""The way to a peer: its keys, and the address that it was last chosen at."""

import socket
from collections.abc import Callable, Iterable

from rooms.voice.srtp import Sessions, Transform
from rooms.voice.stun import Address


class Link:
    """Sends now or never: voice must not wait. What could not be sent is counted."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts
        self.address: Address | None = None
        self.open = False
        self._protect_rtcp: Transform | None = None
        self._sendto: Callable[[bytes, Address], object] | None = None

    def use(self, keys: Sessions) -> None:
        """The handshake is done."""
        self.protect: Transform = keys.protect
        self._protect_rtcp = keys.protect_rtcp
        self.open = True

    def move(self, address: Address, by: socket.socket) -> None:
        """From now on to this address, by this socket."""
        self.address = address
        self._sendto = by.sendto

    def send(self, data: bytes) -> None:
        """Sends what is protected already, or needs no protection."""
        if self._sendto is None or self.address is None:
            return
        try:
            self._sendto(data, self.address)
        except BlockingIOError:
            self.counts["send-blocked"] += 1
        except OSError:
            self.counts["send-failed"] += 1

    def send_all(self, datagrams: Iterable[bytes]) -> None:
        """One after the other."""
        for datagram in datagrams:
            self.send(datagram)

    def send_rtcp(self, report: bytes) -> None:
        """Protects and sends a compound packet; nothing before the handshake is done."""
        if self._protect_rtcp is not None:
            self.send(self._protect_rtcp(report))
            self.counts["rtcp-out"] += 1
