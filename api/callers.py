"""Where a request comes from, and whether a browser may have been led to send it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from rag.settings import LOOPBACK, listed

Network = IPv4Network | IPv6Network
_IPV6_PREFIX = 64


def caller(peer: str, forwarded: Sequence[str], trusted: Collection[Network]) -> str:
    """The address a request counts for: that of the connection, or, behind trusted proxies, the nearest before them.

    `forwarded` are the `X-Forwarded-For` headers. Each proxy adds whom it heard from at the end, so they are read from
    there as long as the one who said so is trusted: what a client writes itself comes before, and is never reached.
    An IPv6 address stands for its /64, which is what one subscriber has.
    """
    hops = [hop.strip() for header in forwarded for hop in header.split(",")]
    address = peer
    while hops and _among(address, trusted):
        address = hops.pop()
    parsed = _parsed(address)
    if parsed is None:
        return peer
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed)


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks separated by commas. Raises `ValueError` for what is neither."""
    return tuple(ip_network(part, strict=False) for part in listed(text))


def is_loopback(host: str) -> bool:
    """Whether what is bound there can be reached from this machine only."""
    parsed = _parsed(host)
    return host == "localhost" or (parsed is not None and parsed.is_loopback)


def is_local(host_header: str, bound: str) -> bool:
    """Whether a `Host` header names this machine.

    One that does not comes from a page whose own name was pointed at loopback, to read what only this machine may.
    """
    try:
        name = urlsplit(f"//{host_header}").hostname
    except ValueError:
        return False
    return name is not None and name in LOOPBACK | {bound.lower()}


def is_own(origin: str, host_header: str, others: Collection[str]) -> bool:
    """Whether a page of this `Origin` may change something here without a key: our own, or one of the `others`."""
    return origin in others or origin in (f"http://{host_header}", f"https://{host_header}")


def _among(address: str, trusted: Collection[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
