"""The client for programs that do other things while they wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx

from api.events import Events
from api.remote import calls
from api.remote.wiring import sent, translated, wiring
from api.schemas.asking import AnswerOut, SearchOut
from api.schemas.documents import DocumentIn, JobOut, StoredOut, WholeOut
from rag.types import FINAL

T = TypeVar("T")


class AsyncClient:
    """As `api.remote.Client`, with methods to be awaited. For one event loop."""

    def __init__(
        self,
        base: str = calls.BASE,
        *,
        key: str | None = None,
        collection: str | None = None,
        timeout: float = 300.0,
    ) -> None:
        """Of the collection that is named; the default one if none is."""
        self.base = base.rstrip("/")
        self._collection = collection
        self._http = httpx.AsyncClient(**wiring(base, key, timeout))

    async def ask(self, question: str, **how: Unpack[calls.Asking]) -> AnswerOut:
        """The answer, or the refusal: `status` says which, `reason` why."""
        return await self._do(calls.ask(question, how))

    async def stream(self, question: str, **how: Unpack[calls.Asking]) -> AsyncGenerator[calls.Event, None]:
        """The passages, each sentence as soon as it is verified, and last the whole answer.

        Who stops before the end closes the generator, and the service stops answering.
        """
        call, parser = calls.ask(question, how).within(self._collection), Events()
        request = self._http.build_request(**sent(call) | {"headers": {"Accept": "text/event-stream"}})
        with translated(self.base):
            response = await self._http.send(request, stream=True)
            try:
                if response.status_code >= 400:
                    said = await response.aread()
                    raise calls.problem(response.status_code, said, response.headers.get("Retry-After", ""))
                async for piece in response.aiter_bytes():
                    for name, data in parser.feed(piece):
                        if (event := calls.event(name, data)) is not None:
                            yield event
                        if isinstance(event, AnswerOut):
                            return
            finally:
                await response.aclose()
        raise calls.broke_off(self.base)

    async def search(self, question: str, *, limit: int = 10, **how: Unpack[calls.Narrowing]) -> SearchOut:
        """The passages closest to a question, best first; no model is involved."""
        return await self._do(calls.search(question, limit, how))

    async def add(
        self, documents: Iterable[DocumentIn | Mapping[str, Any]], *, idempotency_key: str | None = None
    ) -> JobOut:
        """Queue documents; `wait` for the job before asking about them."""
        return await self._do(calls.add(documents, idempotency_key))

    async def upload(self, paths: Iterable[str | Path], *, idempotency_key: str | None = None) -> JobOut:
        """Queue the articles in files of any format that the service reads."""
        return await self._do(await asyncio.to_thread(calls.upload, paths, idempotency_key))

    async def fetch(self, urls: Iterable[str]) -> JobOut:
        """Have the service fetch pages and feeds."""
        return await self._do(calls.fetch(urls))

    async def job(self, job_id: str) -> JobOut:
        return await self._do(calls.job(job_id))

    async def wait(self, job: JobOut | str) -> JobOut:
        """The job once every document is indexed or listed in `failures`; `asyncio.timeout` bounds it."""
        current = await self.job(job) if isinstance(job, str) else job
        pause = calls.FIRST_POLL_SECONDS
        while current.state not in FINAL:
            await asyncio.sleep(pause)
            pause = min(2 * pause, calls.LONGEST_POLL_SECONDS)
            current = await self.job(current.job_id)
        return current

    async def document(
        self, document_id: str, *, version: int | None = None, collection: str | None = None
    ) -> WholeOut:
        """A document with its full text: the current version, or the one asked for."""
        return await self._do(calls.document(document_id, version, collection))

    async def documents(self) -> AsyncIterator[StoredOut]:
        """Every document, without its text, fetched a page at a time."""
        cursor: str | None = None
        while True:
            page = await self._do(calls.documents(cursor))
            for stored in page.documents:
                yield stored
            cursor = page.next_cursor
            if cursor is None:
                return

    async def delete(self, document_id: str) -> None:
        """Remove a document with all its versions. Once this has returned it never answers again."""
        await self._do(calls.delete(document_id))

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _do(self, call: calls.Call[T]) -> T:
        call = call.within(self._collection)
        with translated(self.base):
            reply = await self._http.request(**sent(call))
        return call.read(reply.status_code, reply.content, reply.headers.get("Retry-After", ""))
