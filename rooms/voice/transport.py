"""One UDP port for all peers: tells STUN, DTLS and SRTP apart, and finds whose packet it is."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterable
from typing import Protocol

from rooms.voice import stun
from rooms.voice.counts import Dropped
from rooms.voice.stun import Address, BadStun, Credentials

log = logging.getLogger(__name__)

BUFFER = 4 << 20
"""Bytes asked for the socket's buffers: everybody's packets come through one socket, in bursts."""
ADDRESSES = 8
"""Addresses of one peer that are remembered: candidates of its networks, old ones first to go."""


class Endpoint(Protocol):
    """A peer as the port sees it. The methods that take a packet raise Dropped."""

    address: Address | None
    addresses: list[Address]

    def credentials(self, ufrag: str) -> Credentials: ...

    def reached(self, ufrag: str) -> None:
        """An authentic request came for these credentials."""
        ...

    def lively(self) -> bool:
        """Whether it was heard from just now."""
        ...

    def dtls_received(self, data: bytes) -> None: ...

    def srtp_received(self, data: bytes) -> None: ...


class Port(asyncio.DatagramProtocol):
    """The socket, and the two ways to find a peer: by the ufrag in a STUN request, and by address."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.closed = asyncio.Event()
        self._counts = counts
        self._socket: asyncio.DatagramTransport | None = None
        self._blocked = False
        self._by_ufrag: dict[str, Endpoint] = {}
        self._by_address: dict[Address, Endpoint] = {}

    @property
    def number(self) -> int:
        """The port number. Only while open."""
        assert self._socket is not None
        return int(self._socket.get_extra_info("sockname")[1])

    def admit(self, ufrag: str, endpoint: Endpoint) -> None:
        """From now on, STUN requests for this ufrag belong to the endpoint."""
        self._by_ufrag[ufrag] = endpoint

    def revoke(self, ufrag: str) -> None:
        """This ufrag is not valid any more."""
        self._by_ufrag.pop(ufrag, None)

    def forget(self, endpoint: Endpoint, ufrags: Iterable[str]) -> None:
        """The endpoint is no more."""
        for ufrag in ufrags:
            self.revoke(ufrag)
        for address in endpoint.addresses:
            if self._by_address.get(address) is endpoint:
                del self._by_address[address]

    def send(self, data: bytes, address: Address) -> None:
        """Sends now or never."""
        if self._blocked or self._socket is None:
            self._counts["send-blocked"] += 1
            return
        self._socket.sendto(data, address)

    def close(self) -> None:
        """Closes the socket; `closed` is set when that is done."""
        if self._socket is not None:
            self._socket.close()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        """The socket is open."""
        self._socket = transport
        raw = transport.get_extra_info("socket")
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            with contextlib.suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, option, BUFFER)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed."""
        self._socket = None
        self.closed.set()

    def pause_writing(self) -> None:
        """The socket's buffer is full."""
        self._blocked = True

    def resume_writing(self) -> None:
        """There is room again."""
        self._blocked = False

    def error_received(self, exc: Exception) -> None:
        """An ICMP error: some peer's port is closed. Its silence will tell; there is nothing to do."""

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """A packet came; whatever it is, the next one is received too."""
        try:
            self._receive(data, addr)
        except Dropped as dropped:
            self._counts[dropped.reason] += 1
        except BadStun as bad:
            self._counts[str(bad)] += 1
        except Exception:
            self._counts["internal"] += 1
            log.exception("A packet of %d bytes could not be handled", len(data))

    def _receive(self, data: bytes, addr: Address) -> None:
        kind = data[0] if data else 255
        if 128 <= kind < 192:
            self._whose(addr).srtp_received(data)
        elif kind < 4:
            self._stun(data, addr)
        elif 20 <= kind < 64:
            self._whose(addr).dtls_received(data)
        else:
            raise Dropped("not-for-us")

    def _whose(self, addr: Address) -> Endpoint:
        endpoint = self._by_address.get(addr)
        if endpoint is None:
            raise Dropped("stranger")
        return endpoint

    def _stun(self, data: bytes, addr: Address) -> None:
        ufrag = stun.local_ufrag(data)
        endpoint = self._by_ufrag.get(ufrag)
        if endpoint is None:
            raise Dropped("stun-unknown")
        password = endpoint.credentials(ufrag).password
        request = stun.check(data, password)
        if stun.conflicts(request):
            self._counts["stun-role-conflict"] += 1
        else:
            self._seen_at(endpoint, addr, nominated=stun.nominates(request))
            endpoint.reached(ufrag)
        self.send(stun.answer(request, addr, password), addr)

    def _seen_at(self, endpoint: Endpoint, addr: Address, *, nominated: bool) -> None:
        owner = self._by_address.get(addr)
        if owner is not endpoint:
            # A request with a forged source must not take an address from the peer that is using it.
            if owner is not None and owner.lively():
                raise Dropped("address-taken")
            self._by_address[addr] = endpoint
            endpoint.addresses.append(addr)
        if nominated or endpoint.address is None:
            endpoint.address = addr
        if len(endpoint.addresses) > ADDRESSES:
            self._forget_oldest(endpoint)

    def _forget_oldest(self, endpoint: Endpoint) -> None:
        oldest = next(address for address in endpoint.addresses if address != endpoint.address)
        endpoint.addresses.remove(oldest)
        if self._by_address.get(oldest) is endpoint:
            del self._by_address[oldest]
