"""How long a client may take to send a request, so that one that sends a byte at a time holds nothing for ever.

The head has `seconds`, from when the connection was opened or the head's first byte came; the body has as many, and one
more for each `BYTES_A_SECOND` that came, of the time that the service waits for it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

from starlette.types import Message, Receive
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from rag.errors import GroundwireError

BYTES_A_SECOND = 500
HEAD_BYTES = 64 * 2**10
_HEAD_ENDS = b"\r\n\r\n"
_REFUSED = "HTTP/1.1 {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}"


class TooSlow(GroundwireError):
    """The body came too slowly to be waited for."""

    code = "too_slow"


class Body:
    """`receive` for a request whose body is not waited for longer than it may take."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._left = seconds
        self._seconds = seconds
        self._whole = False

    async def __call__(self) -> Message:
        """The next message. Raises `TooSlow`."""
        if self._whole:  # what is waited for now is that the client leaves
            return await self._receive()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._left) as limit:
                message = await self._receive()
        except TimeoutError:
            if not limit.expired():
                raise
            told = f"the body came too slowly; it has {self._seconds:g} s, and one more for each {BYTES_A_SECOND} bytes"
            raise TooSlow(told) from None
        self._left += len(message.get("body", b"")) / BYTES_A_SECOND - (time.monotonic() - began)
        self._whole = not message.get("more_body", False)
        return message


def patient(seconds: float) -> type[asyncio.Protocol]:
    """The server's HTTP protocol, with so many seconds for the head of a request, and a bound on its bytes."""
    return type("Patient", (_Patient,), {"seconds": seconds})


class _Patient(asyncio.Protocol):
    """Stands before the server's own protocol, which closes only connections on which nothing at all comes."""

    seconds: float

    def __init__(self, *given: Any, **named: Any) -> None:
        self._served = cast("Any", AutoHTTPProtocol)(*given, **named)
        self._alarm: asyncio.TimerHandle | None = None
        self._bytes = 0
        self._last = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._served.connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        if not self._answering() and self._head(data) > HEAD_BYTES:
            # before it is read: one that came in a single piece would be answered otherwise
            self._refuse("431 Request Header Fields Too Large", f"a head has at most {HEAD_BYTES:,} bytes")
            return
        self._served.data_received(data)
        if self._answering():
            self._rest()
            return
        self._wait()
        self._bytes += len(data)
        self._last = (self._last + data)[1 - len(_HEAD_ENDS) :]

    def eof_received(self) -> bool | None:
        return cast("bool | None", self._served.eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self._served.connection_lost(exc)

    def pause_writing(self) -> None:
        self._served.pause_writing()

    def resume_writing(self) -> None:
        self._served.resume_writing()

    def _answering(self) -> bool:
        """Whether a request's head is whole and its reply is not."""
        cycle = self._served.cycle
        return cycle is not None and not cycle.response_complete

    def _head(self, data: bytes) -> int:
        """The bytes of the head that these are a part of, up to its end if that is among them."""
        end = (self._last + data).find(_HEAD_ENDS)
        return self._bytes + (len(data) if end < 0 else end + len(_HEAD_ENDS) - len(self._last))

    def _wait(self) -> None:
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(self.seconds, self._over)

    def _rest(self) -> None:
        self._bytes = 0
        self._last = b""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _over(self) -> None:
        self._alarm = None
        if self._bytes:
            self._refuse("408 Request Timeout", f"the head of a request has {self.seconds:g} s")
        else:
            self._transport.close()

    def _refuse(self, status: str, why: str) -> None:
        if not self._transport.is_closing():
            self._transport.write(_REFUSED.format(status, len(why), why).encode())
            self._transport.close()
