"""The door: whose name was called, which key was brought, and how often. ASGI middleware.

Whether keys are needed is asked of the store at each request, and so is the key: one that is made or revoked on the
command line counts from the next request on. Where there never was a key everything is open, on loopback only.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api import callers, keys
from api.boot import Boot
from api.denials import (
    CollectionDenied,
    ForeignOrigin,
    KeyExpired,
    KeyRefused,
    KeyRevoked,
    ScopeMissing,
    Unauthenticated,
    WrongHost,
)
from api.errors import respond
from api.limits import Limits
from api.scopes import READS, Kind, kind_of, scope_of
from api.service import BOUND, State
from rag.errors import GroundwireError, Unavailable
from rag.settings import Settings, listed
from rag.store import AccessKey, Store

KEY_ID = "groundwire.key_id"
"""Where the scope of a request has the id of its key; `""` where no key was needed."""
COUNTS_ALL = "/metrics"
"""What tells of every collection at once, and so nothing to a key that is bound to some."""


def asks_for_keys(boot: Boot, settings: Settings) -> bool:
    """Whether a key is needed now; while the store is not open yet, whether one is sure to be."""
    if not callers.is_loopback(settings.host):
        return True
    try:
        return boot.collections.default.store.access_key("")[0]
    except Unavailable:
        return False


class Guard:
    """Lets a request through to `app`, or answers it with the problem it has."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._host = settings.host
        self._loopback = callers.is_loopback(settings.host)
        self._origins = frozenset(listed(settings.cors_origins))
        self._proxies = callers.networks(settings.trusted_proxies)
        a_minute = {Kind.ASKS: settings.asks_per_minute, Kind.WRITES: settings.writes_per_minute}
        self._limits = Limits(a_minute, settings.requests_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            turn = await self._admitted(scope)
        except GroundwireError as error:
            # Replied to here rather than further out, so that a page of a site that may call can read why.
            response = await respond(Request(scope), error)
            await response(scope, receive, send)
            return
        with turn:
            await self._app(scope, receive, send)

    async def _admitted(self, scope: Scope) -> AbstractContextManager[None]:
        """Raises what stands in the way; otherwise the request's turn, to be entered."""
        method, path, headers = scope["method"], scope["path"], Headers(scope=scope)
        scope[KEY_ID] = ""
        needed = scope_of(method, path)
        if needed is None:  # nothing of the collection is there, and a probe must not depend on the store
            return nullcontext()
        peer, forwarded = scope["client"], headers.getlist("x-forwarded-for")
        who = callers.caller(peer[0] if peer else "", forwarded, self._proxies)
        kind = kind_of(method, path)
        self._limits.count(kind, who)
        store = cast(State, scope["state"])["boot"].collections.default.store
        key = await run_in_threadpool(self._key, store, headers.getlist("authorization"))
        if key is None:
            self._local_only(method, headers)
            BOUND.set(frozenset())
            return self._limits.turn(who)
        if needed not in key.scopes:
            raise ScopeMissing(needed)
        if key.collections and path == COUNTS_ALL:
            raise CollectionDenied
        BOUND.set(key.collections)
        scope[KEY_ID] = key.id
        self._limits.count(kind, key.id)
        return self._limits.turn(key.id)

    def _key(self, store: Store, sent: Sequence[str]) -> AccessKey | None:
        """The key in these `Authorization` headers; None where none is needed. Raises `Unauthenticated`."""
        text, wrong = "", None
        try:
            text = keys.bearer(sent)
        except Unauthenticated as error:
            wrong = error
        any_keys, kept = store.access_key(keys.id_of(text) or "")
        if self._loopback and not any_keys:
            return None
        if wrong is not None:
            raise wrong
        # Only who has the whole key is told more than that there is no such key.
        if not keys.fits(text, kept.digest if kept else None) or kept is None:
            raise KeyRefused("there is no such API key")
        if kept.revoked_at is not None:
            raise KeyRevoked("this API key was revoked")
        if not kept.usable(datetime.now(UTC)):
            raise KeyExpired("the time of this API key is over")
        return kept

    def _local_only(self, method: str, headers: Headers) -> None:
        """Without keys, what protects the service is that only this machine reaches it: no web page may borrow that."""
        host = headers.get("host", "")
        if not callers.is_local(host, self._host):
            raise WrongHost("without API keys the service answers to the name it is bound to, and to localhost")
        origin = headers.get("origin")
        if origin is not None and method not in READS and not callers.is_own(origin, host, self._origins):
            raise ForeignOrigin("without API keys a page of another site may change nothing here")
