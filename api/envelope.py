"""Around every request: an id, two headers, a bound on the body, one line in the log, and no bare error.

The line names method, path, status, milliseconds and id; never a query, a question or a key.
"""

from __future__ import annotations

import logging
import re
import time
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from ulid import ULID

from api.errors import CLIENT_LEFT, TooLarge, respond
from api.receiving import is_lines

access = logging.getLogger("groundwire.access")

ID_HEADER = "X-Request-ID"
STREAMED = "/v1/documents"
PROBES = frozenset({"/healthz", "/readyz"})
_GIVEN_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")


class Envelope:
    """ASGI middleware. An id the client sends in `X-Request-ID` is kept if it is short and plain.

    Of a body that is read line by line, the lines are bounded instead of the whole.
    """

    def __init__(self, app: ASGIApp, max_request_bytes: int) -> None:
        self._app = app
        self._limit = max_request_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(ID_HEADER, "")
        request_id = given if _GIVEN_ID.fullmatch(given) else f"req_{ULID()}"
        scope["groundwire.request_id"] = request_id
        began = time.monotonic()
        streamed = scope["path"] == STREAMED and is_lines(headers.get("content-type", ""))
        status = CLIENT_LEFT
        started = False
        received = 0

        async def bounded_receive() -> Message:
            nonlocal received
            message = await receive()
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
                marked["X-Content-Type-Options"] = "nosniff"
            await send(message)

        try:
            if _length(headers) > self._limit and not streamed:
                raise self._too_large()
            await self._app(scope, bounded_receive, marked_send)
        except Exception as error:
            if started:
                raise
            response = await respond(Request(scope), error)
            await response(scope, receive, marked_send)
        finally:
            took = (time.monotonic() - began) * 1000
            # The path is percent-encoded as it was sent, so that it cannot break the line.
            path = quote(scope["path"], safe="/%:@!$&'()*+,;=~")
            level = logging.DEBUG if path in PROBES else logging.INFO  # asked every second, by machines
            line = "method=%s path=%s status=%d ms=%d id=%s"
            access.log(level, line, scope["method"], path, status, took, request_id)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"a request body has at most {self._limit:,} bytes")


def _length(headers: Headers) -> int:
    """The length the client announces; 0 when it announces none that can be read."""
    try:
        return int(headers.get("content-length", "0"))
    except ValueError:
        return 0
