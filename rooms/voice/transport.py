"""One UDP port for all peers: tells STUN, DTLS and SRTP apart, and finds whose packet it is."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Protocol

from rooms.voice import stun
from rooms.voice.clock import Clock
from rooms.voice.counts import Dropped
from rooms.voice.stun import Address, BadStun, Credentials

log = logging.getLogger(__name__)

BUFFER = 4 << 20
"""Bytes asked for the socket's buffers: everybody's packets come through one socket, in bursts."""
ADDRESSES = 8
"""Addresses of one peer that are remembered: candidates of its networks, old ones first to go."""
BATCH = 64
"""Packets that are taken before anything else of the node has its turn."""
LARGEST = 2048
RUSH, REST = 0.0004, 0.001
"""Seconds: when packets come as soon after one another as the first, they are let gather for the second.
To be woken costs as much as a packet: where there are many, each pays less, and few wait for nothing."""


class Endpoint(Protocol):
    """A peer as the port sees it. The methods that take a packet raise Dropped."""

    addresses: list[Address]

    @property
    def address(self) -> Address | None:
        """Where packets go."""
        ...

    def credentials(self, ufrag: str) -> Credentials: ...

    def move(self, address: Address, by: socket.socket) -> None:
        """From now on packets go to this address, by this socket."""
        ...

    def reached(self, ufrag: str) -> None:
        """An authentic request came for these credentials."""
        ...

    def lively(self) -> bool:
        """Whether it was heard from just now."""
        ...

    def dtls_received(self, data: bytes) -> None: ...

    def srtp_received(self, data: bytes) -> None: ...


class Port:
    """A socket for each family, and the two ways to find a peer: by a request's ufrag, and by address."""

    def __init__(self, counts: dict[str, int], clock: Clock) -> None:
        self._counts = counts
        self._clock = clock
        self._woken_at = 0.0
        self._sockets: list[socket.socket] = []
        self._by_ufrag: dict[str, Endpoint] = {}
        self._by_address: dict[Address, Endpoint] = {}

    @property
    def number(self) -> int:
        """The port number. Only while open."""
        return int(self._sockets[0].getsockname()[1])

    def open(self, hosts: Sequence[str], port: int) -> None:
        """Binds all hosts to one port, any free one for 0, and listens. Raises OSError."""
        try:
            for host in hosts:
                self._sockets.append(_bound(host, port))
                port = self.number
        except OSError:
            self.close()
            raise
        for one in self._sockets:
            self._listen(one)

    def close(self) -> None:
        """Closes the sockets."""
        for one in self._sockets:
            asyncio.get_running_loop().remove_reader(one)
            one.close()
        self._sockets.clear()

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

    def _readable(self, by: socket.socket) -> None:
        """Packets are there: takes some; what is left is told again."""
        self._clock.read()
        before, self._woken_at = self._woken_at, self._clock.at
        receive = by.recvfrom
        for _ in range(BATCH):
            try:
                data, address = receive(LARGEST)
            except BlockingIOError:
                if self._woken_at - before < RUSH:
                    self._rest(by)
                return
            except OSError:  # an ICMP error: some peer's port is closed, which its silence will tell
                continue
            self.received(data, address, by)

    def _rest(self, by: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(by)
        loop.call_later(REST, self._listen, by)

    def _listen(self, by: socket.socket) -> None:
        if by in self._sockets:  # it was not closed meanwhile
            asyncio.get_running_loop().add_reader(by, self._readable, by)

    def received(self, data: bytes, address: Address, by: socket.socket) -> None:
        """A packet came; whatever it is, the next one is received too."""
        try:
            kind = data[0] if data else 255
            if 128 <= kind < 192:
                endpoint = self._by_address.get(address)
                if endpoint is None:
                    raise Dropped("stranger")
                endpoint.srtp_received(data)
            elif kind < 4:
                self._stun(data, address, by)
            elif 20 <= kind < 64:
                self._whose(address).dtls_received(data)
            else:
                raise Dropped("not-for-us")
        except Dropped as dropped:
            self._counts[dropped.reason] += 1
        except BadStun as bad:
            self._counts[str(bad)] += 1
        except Exception:
            self._counts["internal"] += 1
            log.exception("A packet of %d bytes could not be handled", len(data))

    def _whose(self, address: Address) -> Endpoint:
        endpoint = self._by_address.get(address)
        if endpoint is None:
            raise Dropped("stranger")
        return endpoint

    def _stun(self, data: bytes, address: Address, by: socket.socket) -> None:
        request = stun.read(data)
        endpoint = self._by_ufrag.get(request.ufrag)
        if endpoint is None:
            raise Dropped("stun-unknown")
        password = endpoint.credentials(request.ufrag).password
        request.check(password)
        if request.conflicts:
            self._counts["stun-role-conflict"] += 1
        else:
            self._seen_at(endpoint, address, by, nominated=request.nominates)
            endpoint.reached(request.ufrag)
        with contextlib.suppress(OSError):  # it will ask again
            by.sendto(stun.answer(request, address, password), address)

    def _seen_at(self, endpoint: Endpoint, address: Address, by: socket.socket, *, nominated: bool) -> None:
        owner = self._by_address.get(address)
        if owner is not endpoint:
            # A request with a forged source must not take an address from the peer that is using it.
            if owner is not None and owner.lively():
                raise Dropped("address-taken")
            self._by_address[address] = endpoint
            endpoint.addresses.append(address)
        if (nominated and endpoint.address != address) or endpoint.address is None:
            endpoint.move(address, by)
        if len(endpoint.addresses) > ADDRESSES:
            self._forget_oldest(endpoint)

    def _forget_oldest(self, endpoint: Endpoint) -> None:
        oldest = next(address for address in endpoint.addresses if address != endpoint.address)
        endpoint.addresses.remove(oldest)
        if self._by_address.get(oldest) is endpoint:
            del self._by_address[oldest]


def hosts(host: str, addresses: Sequence[str]) -> list[str]:
    """What to bind: `host`, and for addresses of the other family its like there. Raises OSError."""
    host = str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])
    other = next((one for one in addresses if ip_address(one).version != ip_address(host).version), None)
    if other is None:
        return [host]
    wildcards = {"0.0.0.0": "::", "::": "0.0.0.0"}
    return [host, wildcards.get(host, other)]


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        one.bind((host, port))
    except OSError:
        one.close()
        raise
    return one
