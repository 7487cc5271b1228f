"""Around every request: an id, headers for browsers, a bound on the body, one line in the log, and no bare error.

The line and the counts name method, route, status and milliseconds; never a path, a query, a question or a key.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from ulid import ULID

from api.errors import CLIENT_LEFT, PROBLEM, REQUEST_ID, PackedBody, Stopping, TooLarge, respond
from api.headers import headers_for
from api.keys import masked
from api.metrics import Metrics
from api.patience import Body
from api.receiving import is_lines
from rag.logs import belonging_to

access = logging.getLogger("groundwire.access")

ID_HEADER = "X-Request-ID"
STREAMED = "/v1/documents"
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
NO_ROUTE = "none"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")


class Envelope:
    """ASGI middleware. An id the client sends in `X-Request-ID` is kept if it is short and plain.

    Of a body that is read line by line, the lines are bounded instead of the whole, and it may come as slowly as it is
    written. HEAD is answered wherever GET is.
    """

    def __init__(self, app: ASGIApp, max_request_bytes: int, receive_seconds: float, metrics: Metrics) -> None:
        self._app = app
        self._limit = max_request_bytes
        self._seconds = receive_seconds
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # Like GET, and the server sends no body: monitors ask so whether something is there.
            scope = {**scope, "method": "GET"}
        headers = Headers(scope=scope)
        given = headers.get(ID_HEADER, "")
        request_id = given if _GIVEN_ID.fullmatch(given) and masked(given) == given else f"req_{ULID()}"
        scope[REQUEST_ID] = request_id
        with belonging_to(request_id):
            await self._handle(scope, receive, send, headers, request_id)

    async def _handle(self, scope: Scope, receive: Receive, send: Send, headers: Headers, request_id: str) -> None:
        began = time.monotonic()
        streamed = scope["path"] == STREAMED and is_lines(headers.get("content-type", ""))
        status = CLIENT_LEFT
        started = False
        received = 0
        coming = receive if streamed else Body(receive, self._seconds)

        async def bounded_receive() -> Message:
            nonlocal received
            message = await coming()
            received += len(message.get("body", b""))
            if received > self._limit and not streamed:
                raise self._too_large()
            return message

        async def marked_send(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                marked = MutableHeaders(raw=message.setdefault("headers", []))
                marked[ID_HEADER] = request_id
                for name, value in headers_for(scope["path"]).items():
                    marked.setdefault(name, value)
            await send(message)

        try:
            if _length(headers) > self._limit and not streamed:
                raise self._too_large()
            if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
                raise PackedBody("send the body as it is, without a Content-Encoding")
            await self._app(scope, bounded_receive, marked_send)
        except Exception as error:
            if started:
                raise
            response = await respond(Request(scope), error)
            await response(scope, receive, marked_send)
        except asyncio.CancelledError:
            if not started:  # the service ends, and the time it had for this reply is over
                with contextlib.suppress(Exception):
                    response = await respond(Request(scope), Stopping())
                    await response(scope, receive, marked_send)
            raise
        finally:
            self._note(scope, status, time.monotonic() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        code = scope.get(PROBLEM, "")
        self._metrics.requested(scope["method"], route, status, seconds)
        if code:
            self._metrics.problem(code)
        level = logging.DEBUG if route in PROBES else logging.INFO  # asked every second, by machines
        told = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000)}
        access.log(level, "request", extra=told | ({"code": code} if code else {}))

    def _too_large(self) -> TooLarge:
        return TooLarge(f"a request body has at most {self._limit:,} bytes")


def _length(headers: Headers) -> int:
    """The length the client announces; 0 when it announces none that can be read."""
    try:
        return int(headers.get("content-length", "0"))
    except ValueError:
        return 0
