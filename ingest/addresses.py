"""Which addresses of the network may be reached, and connections that reach no other.

A name is resolved once for a connection, every address it has is checked, and the connection is made to one of those
very addresses: a name that means something else a moment later gains nothing. However an address is written
(decimal, octal, hexadecimal, IPv4 within IPv6), it is checked as what it resolves to.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

import httpcore

from rag.errors import Rejected

Resolve = Callable[[str, int], list[str]]
"""A host and a port to the addresses it has. Raises `OSError` when it has none."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
# Not of the open network, though not every release of Python knows it: addresses of a site (RFC 3879), those that a
# protocol gives away by itself (RFC 6890), and relays that are no more (RFC 7526).
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("fec0::/10", "192.0.0.0/24", "192.88.99.0/24")))
_MOST_TRIED = 4


def resolved(host: str, port: int) -> list[str]:
    """What the system says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address is one of the open network, as is any IPv4 address within it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(found in network for network in _NOT_PUBLIC):
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in _LOCAL_NAT64 or found in _COMPATIBLE:
            return False
        within = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
        if found in _NAT64:
            within.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
        inner = [each for each in within if each is not None]
        if inner:
            return all(is_public(str(each)) for each in inner)
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def reachable(host: str, port: int, resolve: Resolve, allowed: Collection[str] = ()) -> list[str]:
    """The addresses of a host, all of them public or among `allowed`. Raises `Rejected`."""
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise Rejected("unreachable", f"there is no host {host!r}") from error
    if not addresses:
        raise Rejected("unreachable", f"there is no host {host!r}")
    if not all(address in allowed or is_public(address) for address in addresses):
        raise Rejected("private_address", f"{host!r} is not on the public network; pages are fetched from there only")
    return addresses


class Guarded(httpcore.NetworkBackend):
    """Connections to reachable addresses only, that end at `deadline` (of `time.monotonic`) whatever trickles in."""

    def __init__(self, resolve: Resolve, allowed: Collection[str], deadline: float) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = reachable(host, port, self._resolve, self._allowed)[:_MOST_TRIED]
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, timeout, local_address, socket_options)

    def _connect(self, address: str, port: int, timeout: float | None, *options: Any) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout)
        return Bounded(self._backend.connect_tcp(address, port, left, *options), self._deadline)


class Bounded(httpcore.NetworkStream):
    """A stream on which nothing is waited for after `deadline`."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return Bounded(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is over")
    return left if timeout is None else min(left, timeout)
