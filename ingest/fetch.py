"""Pages from the open network: politely, bounded in size and time, and never from a private address."""

from __future__ import annotations

import math
import ssl
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from ingest.addresses import Guarded, Resolve, resolved
from rag.errors import Rejected

AGENT = "Groundwire"
SECONDS = 20.0
LARGEST = 16 * 2**20
MOST_REDIRECTS = 5
_LONGEST_URL = 2_000
_QUIET_SECONDS = 10.0
_LARGEST_ROBOTS = 500 * 2**10
_ROBOTS_SECONDS = 3_600.0
_MOST_ROBOTS = 1_000
_REMEMBERED = 32 * 2**20
_BUSY = frozenset({429, 503})
_LONGEST_PAUSE = 3_600.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_SAFE = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Page:
    """What was found. `url` is where it was found in the end, `media` its type without parameters.

    `validators` are headers with which it may be asked whether it has changed since.
    """

    url: str
    media: str
    charset: str
    body: bytes
    validators: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetcher:
    """Fetches pages, and asks again only whether they have changed. Safe to be used by several threads.

    `seconds` are for one page with all its redirects, `largest` are its bytes, unpacked. Only public addresses
    are reached, and those in `allowed`, which is for a server of one's own: nothing that a request can set.
    A server that asks to come back later is waited for as long as there is time, and else left alone until then.
    """

    def __init__(
        self,
        resolve: Resolve = resolved,
        allowed: Collection[str] = (),
        seconds: float = SECONDS,
        largest: int = LARGEST,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._resolve = resolve
        self._allowed = frozenset(allowed)
        self._seconds = seconds
        self._largest = largest
        self._sleep = sleep
        self._not_before: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()
        self._robots: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._remembered: OrderedDict[str, Page] = OrderedDict()

    def get(self, url: str) -> Page:
        """The page at an address, after redirects.

        Raises `Rejected`: `invalid_url`, `private_address`, `robots_disallowed`, `not_found`, `try_later`,
        `http_error`, `too_many_redirects`, `too_large`, `timeout` or `unreachable`.
        """
        page = self.changed(url, {})
        assert page is not None, "only what is asked for with validators can be unchanged"
        return page

    def changed(self, url: str, validators: Mapping[str, str]) -> Page | None:
        """The page at an address, None if it is still that of these `validators`. Raises as `get`."""
        deadline = time.monotonic() + self._seconds
        address = checked(url)
        for _ in range(MOST_REDIRECTS + 1):
            self._ask_robots(address, deadline)
            known = self._remembered.get(address)
            reply = self._patiently(address, deadline, validators or (known.validators if known else {}))
            if reply.status == 304 and validators:
                return None
            if reply.status == 304 and known is not None:
                return known
            if reply.status in _REDIRECTS and "location" in reply.headers:
                address = _led(address, reply.headers["location"])
                continue
            if reply.status in _GONE:
                raise Rejected("not_found", f"there is nothing at this address (HTTP {reply.status})")
            if reply.status != 200:
                raise Rejected("http_error", f"the server answered with HTTP {reply.status}")
            page = _page(address, reply)
            self._remember(page)
            return page
        raise Rejected("too_many_redirects", f"the address leads on more than {MOST_REDIRECTS} times")

    def _patiently(self, address: str, deadline: float, validators: Mapping[str, str]) -> _Reply:
        """A reply that is not "later": the server is waited for, once. Raises `Rejected("try_later")`."""
        origin = "://".join(urlsplit(address)[:2])
        for waits in (True, False):
            now = time.monotonic()
            pause = self._not_before.get(origin, now) - now
            if pause > 0:
                if now + pause >= deadline:
                    raise Rejected("try_later", f"the server asks to come back in {math.ceil(pause)} seconds")
                self._sleep(pause)
            reply = self._request(address, deadline, self._largest, validators)
            if reply.status not in _BUSY or "retry-after" not in reply.headers:
                break
            with self._lock:
                self._not_before[origin] = time.monotonic() + _seconds(reply.headers["retry-after"])
                while len(self._not_before) > _MOST_ROBOTS:
                    self._not_before.popitem(last=False)
            if not waits:
                break
        if reply.status in _BUSY:
            raise Rejected("try_later", f"the server has too much to do (HTTP {reply.status}); ask again later")
        return reply

    def _ask_robots(self, address: str, deadline: float) -> None:
        """Raises `Rejected` where the rules of the site keep this away, or cannot be had because the site is down."""
        origin = "://".join(urlsplit(address)[:2])
        known = self._robots.get(origin)
        if known is None or known[0] < time.monotonic():
            known = (time.monotonic() + _ROBOTS_SECONDS, self._rules(origin, deadline))
            with self._lock:
                self._robots[origin] = known
                while len(self._robots) > _MOST_ROBOTS:
                    self._robots.popitem(last=False)
        if known[1] is not None and not known[1].can_fetch(address, AGENT):
            raise Rejected("robots_disallowed", "the site asks in its robots.txt that this page is not fetched")

    def _rules(self, origin: str, deadline: float) -> Any:
        """What robots.txt says, None for nothing. Rules that cannot be had keep everything away, as RFC 9309 has it."""
        from protego import Protego

        address = f"{origin}/robots.txt"
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._request(address, deadline, _LARGEST_ROBOTS, {}, cut=True)
            if reply.status in _REDIRECTS and "location" in reply.headers:
                address = _led(address, reply.headers["location"])
            elif reply.status == 200:
                return Protego.parse(reply.body.decode("utf-8", "replace"))
            elif reply.status < 500:
                return None
            else:
                raise Rejected("robots_disallowed", f"robots.txt of the site cannot be had (HTTP {reply.status})")
        return None

    def _request(
        self, address: str, deadline: float, largest: int, headers: Mapping[str, str], cut: bool = False
    ) -> _Reply:
        """One reply, redirects not followed. What is larger is `too_large`, or cut off there with `cut`."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        sent = {
            "Host": parts.netloc,
            "User-Agent": f"{AGENT}/1.0",
            "Accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/pdf, "
            "*/*;q=0.5",
            "Accept-Encoding": "gzip, deflate",
            **headers,
        }
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        url = httpcore.URL(scheme=parts.scheme, host=host, port=port, target=target)
        waits = dict.fromkeys(("connect", "read", "write", "pool"), _QUIET_SECONDS)
        backend = Guarded(self._resolve, self._allowed, deadline)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._ssl, network_backend=backend) as pool,
                pool.stream("GET", url, headers=list(sent.items()), extensions={"timeout": waits}) as response,
            ):
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                if response.status != 200:
                    return _Reply(response.status, found, b"")
                return _Reply(200, found, _body(response.iter_stream(), found, largest, cut))
        except httpcore.TimeoutException as error:
            raise Rejected("timeout", "the server takes too long to answer") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            raise Rejected("unreachable", f"{host!r} does not answer as a web server does") from error

    def _remember(self, page: Page) -> None:
        """The page with what tells whether it has changed, as long as there is room."""
        with self._lock:
            self._remembered.pop(page.url, None)
            if page.validators and len(page.body) <= _REMEMBERED // 4:
                self._remembered[page.url] = page
            while sum(len(known.body) for known in self._remembered.values()) > _REMEMBERED:
                self._remembered.popitem(last=False)

    @cached_property
    def _ssl(self) -> ssl.SSLContext:
        return httpcore.default_ssl_context()


def checked(url: str) -> str:
    """The address as it is sent, without its fragment. Raises `Rejected("invalid_url")`."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError as error:
        raise Rejected("invalid_url", "this is not an address of the Web") from error
    if parts.scheme not in {"http", "https"} or not host or len(url) > _LONGEST_URL or port == 0:
        raise Rejected(
            "invalid_url", f"an address begins with http or https and has at most {_LONGEST_URL:,} characters"
        )
    if parts.username is not None or parts.password is not None:
        raise Rejected("invalid_url", "an address with a user or a password in it is not fetched")
    if not host.isprintable() or set(host) & set(" /\\@?#%"):
        raise Rejected("invalid_url", "this is not an address of the Web")
    place = f"[{host}]" if ":" in host else host
    netloc = place if port in {None, {"http": 80, "https": 443}[parts.scheme]} else f"{place}:{port}"
    query = f"?{quote(parts.query, safe=_SAFE + '?[]')}" if parts.query else ""
    return f"{parts.scheme}://{netloc}{quote(parts.path, safe=_SAFE) or '/'}{query}"


def _led(address: str, location: str) -> str:
    """Where a redirect leads. Raises `Rejected("invalid_url")`."""
    try:
        return checked(urljoin(address, location))
    except ValueError as error:  # what stands in brackets is no address
        raise Rejected("invalid_url", "the address leads on to what is not an address of the Web") from error


def _body(chunks: Iterable[bytes], headers: Mapping[str, str], largest: int, cut: bool) -> bytes:
    """The body, unpacked, and never more than `largest` bytes of it in memory.

    What is sent counts as well as what it unpacks to, which may be nothing; what follows the end of the packed part is
    left unread.
    """
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
        raise Rejected("unsupported_format", f"the page is packed in a way that is not known here ({coding[:20]})")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding not in {"identity", ""} else None
    parts: list[bytes] = []
    size = sent = 0
    try:
        for chunk in chunks:
            sent += len(chunk)
            part = unpack.decompress(chunk, largest - size + 1) if unpack else chunk
            parts.append(part)
            size += len(part)
            if max(size, sent) > largest or (unpack and unpack.eof):
                break
    except zlib.error as error:
        raise Rejected("broken_file", "the page is packed, and damaged") from error
    whole = unpack is not None and unpack.eof
    if (size > largest or (sent > largest and not whole)) and not cut:
        raise Rejected("too_large", f"the page has more than {largest:,} bytes")
    return b"".join(parts)[:largest]


def _page(address: str, reply: _Reply) -> Page:
    header = Message()
    header["Content-Type"] = reply.headers.get("content-type", "")
    media = header.get_content_type() if reply.headers.get("content-type") else ""
    pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
    validators = {asks: reply.headers[says] for asks, says in pairs if says in reply.headers}
    return Page(address, media, str(header.get_param("charset") or ""), reply.body, validators)


def _seconds(retry_after: str) -> float:
    """How long to stay away: what the header says, in seconds or as a date, from 1 second to an hour."""
    try:
        wanted = float(int(retry_after))
    except ValueError:
        try:
            found = parsedate_to_datetime(retry_after)
            wanted = (found.replace(tzinfo=found.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, IndexError, OverflowError):
            wanted = 0.0
    return min(max(wanted, 1.0), _LONGEST_PAUSE)
