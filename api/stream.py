"""One question from its place in line to its reply, whole or as server-sent events.

Whatever ends the request early, the client leaving included, closes the engine's stream and so
frees the model, and gives up the place in line.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.admission import Admission, Place
from api.errors import PROBLEM, REQUEST_ID, Stopping, TimedOut, problem, to_json
from api.schemas.around import Problem
from api.schemas.asking import AnswerOut, PassagesOut, SentenceEvent
from api.watch import Watch
from rag.errors import GroundwireError, Unavailable
from rag.seams import Answering
from rag.types import Answer, Completed, Event, Question, Refusal, Retrieved
from rag.usage import Usage

log = logging.getLogger("groundwire.api")

KEEP_ALIVE_SECONDS = 15.0
WAITING_SECONDS = 3.0
LAST_WORD_SECONDS = 0.5
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

T = TypeVar("T")


class Form(Protocol):
    """How the events of a reply, and what went wrong with it, are written as server-sent events."""

    def event(self, event: Event) -> bytes: ...

    def failed(self, problem: Problem) -> bytes: ...


class ClientGone(Exception):
    """The client left before its reply was ready; nobody is left to be told."""


class Asking:
    """How questions are put to the engine: one at a time from the line, each within its time."""

    def __init__(
        self, answerer: Answering, admission: Admission, timeout: float, watch: Watch, request: Request | None = None
    ) -> None:
        """`watch` is told of each question, and `request` says whose it is, where it came by HTTP itself.

        `usage` is what the language model read and wrote for the last question.
        """
        self._answerer = answerer
        self._admission = admission
        self._timeout = timeout
        self._watch = watch
        self._headers = request.headers if request else {}
        self._request_id = request.scope.get(REQUEST_ID) if request else None
        self.usage = Usage()

    async def reply(self, question: Question, receive: Receive) -> Answer | Refusal:
        """The whole reply. Raises `Overloaded`, `TimedOut`, `Unavailable`, or `ClientGone`."""
        async with self._admission.place() as place:
            return await while_connected(receive, self._last(place, question))

    def stream(self, question: Question, form: Form) -> EventStream:
        """A response that streams the events of the reply in that form."""
        return EventStream(self, self._admission, question, form)

    async def told(self, question: Question) -> AsyncGenerator[Event, None]:
        """The events, from joining the line on, for a reader that is no HTTP client. Raises as `reply` does."""
        async with self._admission.place() as place, aclosing(self.events(place, question)) as events:
            async for event in events:
                yield event

    async def events(self, place: Place, question: Question) -> AsyncGenerator[Event, None]:
        """The engine's events once it is this place's turn. Closing this closes the engine's stream."""
        with self._watch.asking(self._headers, self._request_id) as asked:
            self.usage = asked.usage
            await place.turn()
            asked.turn()
            try:
                async with aclosing(self._timed(question)) as events:
                    async for event in events:
                        if isinstance(event, Completed):
                            place.ran()
                            asked.completed(event)
                        yield event
            except TimedOut:
                place.ran()
                raise

    async def _timed(self, question: Question) -> AsyncGenerator[Event, None]:
        deadline = asyncio.get_running_loop().time() + self._timeout
        async with aclosing(self._answerer.ask(question)) as events:
            while True:
                # The limit is set around each step and not around the loop, since a generator must
                # not be suspended inside a timeout: that would interrupt whoever reads it.
                try:
                    async with asyncio.timeout_at(deadline) as limit:
                        event = await anext(events, None)
                except TimeoutError:
                    if limit.expired():
                        raise TimedOut(f"the answer took longer than {self._timeout:g} seconds") from None
                    raise
                if event is None:
                    return
                yield event

    async def _last(self, place: Place, question: Question) -> Answer | Refusal:
        async with aclosing(self.events(place, question)) as events:
            async for event in events:
                if isinstance(event, Completed):
                    return event.reply
        raise Unavailable("model", "the answer ended before it was complete")


class EventStream(Response):
    """The events in the form that was asked for, and a comment now and then to keep the line open.

    While it is not its turn yet the comment is `waiting`, how many are before it, and the seconds that should take.
    A full line is refused before anything is sent, with a status of its own.
    """

    media_type = "text/event-stream"

    def __init__(self, asking: Asking, admission: Admission, question: Question, form: Form) -> None:
        self._asking = asking
        self._admission = admission
        self._question = question
        self._form = form
        self.status_code = 200
        self.background = None
        self.init_headers(_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._admission.place() as place:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            try:
                await while_connected(receive, self._write(place, scope, send))
            except ClientGone:
                pass
            except asyncio.CancelledError:  # the service ends, and the time it had for this reply is over
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LAST_WORD_SECONDS):
                        await self._tell(scope, send, Stopping())
                        await _send(send, b"", more=False)
                raise
            await _send(send, b"", more=False)

    async def _write(self, place: Place, scope: Scope, send: Send) -> None:
        keep_alive = asyncio.create_task(_keep_alive(place, send))
        try:
            async with aclosing(self._asking.events(place, self._question)) as events:
                async for event in events:
                    await _send(send, self._form.event(event))
        except Exception as error:
            if not isinstance(error, GroundwireError):
                log.exception("an answer failed while it was streamed")
            await self._tell(scope, send, error)
        finally:
            keep_alive.cancel()

    async def _tell(self, scope: Scope, send: Send, error: Exception) -> None:
        failed = problem(error, scope.get(REQUEST_ID))
        scope[PROBLEM] = failed.code
        await _send(send, self._form.failed(failed))


class AskForm:
    """`passages`, `sentence`s and `answer`, or `error`; with `explain` the answer tells the drafts too."""

    def __init__(self, explain: bool = False) -> None:
        self._explain = explain

    def event(self, event: Event) -> bytes:
        if isinstance(event, Retrieved):
            return format_sse_event(event="passages", data_str=PassagesOut.of(event.hits).model_dump_json())
        if isinstance(event, Completed):
            reply = AnswerOut.of(event.reply, explain=self._explain)
            return format_sse_event(event="answer", data_str=reply.model_dump_json())
        return format_sse_event(event="sentence", data_str=SentenceEvent.from_event(event).model_dump_json())

    def failed(self, problem: Problem) -> bytes:
        return format_sse_event(event="error", data_str=to_json(problem).decode())


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled, and waited for, when the client leaves: then `ClientGone`."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        leaving.cancel()
        working.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _keep_alive(place: Place, send: Send) -> None:
    while wait := place.waits():
        await _send(send, b": waiting %d %d\n\n" % wait)
        await asyncio.sleep(WAITING_SECONDS)
    while True:
        await asyncio.sleep(KEEP_ALIVE_SECONDS)
        await _send(send, KEEPALIVE_COMMENT)


async def _send(send: Send, body: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
