"""The client for programs that wait for each reply."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
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


class Client:
    """A service at `base`; to be closed, or used as a context manager. One client may be used by many threads.

    `key` is an API key, by default that of `GROUNDWIRE_KEY`; `timeout` is in seconds and bounds each silence. Methods
    raise errors of `GroundwireError`, each with a stable `code`: `Problem` for what the service refuses, `NotRunning`
    when nothing answers, `Unavailable` when the connection breaks off.
    """

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
        self._http = httpx.Client(**wiring(base, key, timeout))

    def ask(self, question: str, **how: Unpack[calls.Asking]) -> AnswerOut:
        """The answer, or the refusal: `status` says which, `reason` why."""
        return self._do(calls.ask(question, how))

    def stream(self, question: str, **how: Unpack[calls.Asking]) -> Generator[calls.Event, None, None]:
        """The passages, each sentence as soon as it is verified, and last the whole answer.

        Who stops before the end closes the iterator, and the service stops answering.
        """
        call, parser = calls.ask(question, how).within(self._collection), Events()
        request = self._http.build_request(**sent(call) | {"headers": {"Accept": "text/event-stream"}})
        with translated(self.base):
            response = self._http.send(request, stream=True)
            try:
                if response.status_code >= 400:
                    raise calls.problem(response.status_code, response.read(), response.headers.get("Retry-After", ""))
                for piece in response.iter_bytes():
                    for name, data in parser.feed(piece):
                        if (event := calls.event(name, data)) is not None:
                            yield event
                        if isinstance(event, AnswerOut):
                            return
            finally:
                response.close()
        raise calls.broke_off(self.base)

    def search(self, question: str, *, limit: int = 10, **how: Unpack[calls.Narrowing]) -> SearchOut:
        """The passages closest to a question, best first; no model is involved."""
        return self._do(calls.search(question, limit, how))

    def add(self, documents: Iterable[DocumentIn | Mapping[str, Any]], *, idempotency_key: str | None = None) -> JobOut:
        """Queue documents; `wait` for the job before asking about them."""
        return self._do(calls.add(documents, idempotency_key))

    def upload(self, paths: Iterable[str | Path], *, idempotency_key: str | None = None) -> JobOut:
        """Queue the articles in files of any format that the service reads."""
        return self._do(calls.upload(paths, idempotency_key))

    def fetch(self, urls: Iterable[str]) -> JobOut:
        """Have the service fetch pages and feeds."""
        return self._do(calls.fetch(urls))

    def job(self, job_id: str) -> JobOut:
        return self._do(calls.job(job_id))

    def wait(self, job: JobOut | str, *, timeout: float | None = None) -> JobOut:
        """The job once every document is indexed or listed in `failures`. Raises `TimeoutError` after `timeout`."""
        current = self.job(job) if isinstance(job, str) else job
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = calls.FIRST_POLL_SECONDS
        while current.state not in FINAL:
            if deadline is not None and time.monotonic() + pause > deadline:
                raise TimeoutError(f"{current.job_id} is {current.state} after {timeout:g} seconds")
            time.sleep(pause)
            pause = min(2 * pause, calls.LONGEST_POLL_SECONDS)
            current = self.job(current.job_id)
        return current

    def document(self, document_id: str, *, version: int | None = None, collection: str | None = None) -> WholeOut:
        """A document with its full text: the current version, or the one asked for."""
        return self._do(calls.document(document_id, version, collection))

    def documents(self) -> Iterator[StoredOut]:
        """Every document, without its text, fetched a page at a time."""
        cursor: str | None = None
        while True:
            page = self._do(calls.documents(cursor))
            yield from page.documents
            cursor = page.next_cursor
            if cursor is None:
                return

    def delete(self, document_id: str) -> None:
        """Remove a document with all its versions. Once this has returned it never answers again."""
        self._do(calls.delete(document_id))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _do(self, call: calls.Call[T]) -> T:
        call = call.within(self._collection)
        with translated(self.base):
            reply = self._http.request(**sent(call))
        return call.read(reply.status_code, reply.content, reply.headers.get("Retry-After", ""))
