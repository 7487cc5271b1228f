"""Every call to the service as a value: what to send and how to read the reply. Pure; the clients send them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Generic, Self, TypedDict, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from api.client import Problem
from api.schemas.asking import AnswerOut, PassagesOut, SearchOut, SentenceEvent
from api.schemas.documents import DocumentIn, DocumentsOut, JobOut, WholeOut
from rag.errors import Unavailable

BASE: Final = "http://127.0.0.1:8000"
PAGE: Final = 200
FIRST_POLL_SECONDS: Final = 0.1
LONGEST_POLL_SECONDS: Final = 2.0

T = TypeVar("T")
Body = dict[str, Any]
Time = str | date
"""A `datetime` with a zone, a day, or either as text."""
Event = PassagesOut | SentenceEvent | AnswerOut
"""What a stream yields: the passages, each sentence once it is verified, and at last the whole answer."""


class Narrowing(TypedDict, total=False):
    """Which documents may be used, and as of when; see `POST /v1/ask`."""

    as_of: Time
    published_after: Time
    published_before: Time
    sources: Sequence[str]
    document_ids: Sequence[str]
    collection: str
    """Which collection is meant; default: that of the client, else the default one."""


class Asking(Narrowing, total=False):
    """What else can be said about a question."""

    max_passages: int
    history: Sequence[Mapping[str, str]]
    """What was said before, oldest first, each as `role` (user or assistant) and `content`."""
    explain: bool


_FILTERS = ("published_after", "published_before", "sources", "document_ids")
_EVENTS: Mapping[str, type[PassagesOut | SentenceEvent | AnswerOut]] = {
    "passages": PassagesOut,
    "sentence": SentenceEvent,
    "answer": AnswerOut,
}


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request. `parse` reads the body of a reply that is no problem."""

    method: str
    path: str
    parse: Callable[[bytes], T]
    body: Body | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    files: tuple[tuple[str, bytes], ...] = ()

    def within(self, collection: str | None) -> Self:
        """The same about that collection, unless it already names one, or None is given."""
        if collection is None:
            return self
        named = {"collection": collection}
        if self.body is not None:
            return replace(self, body=named | self.body)
        return replace(self, params=named | dict(self.params))

    def read(self, status: int, content: bytes, retry_after: str = "") -> T:
        """The reply. Raises `Problem`, or `Unavailable` when something else than the service replied."""
        if status >= 400:
            raise problem(status, content, retry_after)
        try:
            return self.parse(content)
        except ValidationError as error:
            raise Unavailable("service", f"the reply to {self.method} {self.path} is not as expected") from error


def ask(question: str, how: Mapping[str, Any]) -> Call[AnswerOut]:
    return Call("POST", "/v1/ask", AnswerOut.model_validate_json, asked(question, how))


def search(question: str, limit: int, how: Mapping[str, Any]) -> Call[SearchOut]:
    return Call("POST", "/v1/search", SearchOut.model_validate_json, asked(question, how) | {"limit": limit})


def add(documents: Iterable[DocumentIn | Mapping[str, Any]], idempotency_key: str | None) -> Call[JobOut]:
    sent = [
        one.model_dump(mode="json", exclude_none=True)
        if isinstance(one, DocumentIn)
        else {name: _plain(value) for name, value in one.items()}
        for one in documents
    ]
    return Call(
        "POST", "/v1/documents", JobOut.model_validate_json, {"documents": sent}, headers=_retried(idempotency_key)
    )


def upload(paths: Iterable[str | Path], idempotency_key: str | None) -> Call[JobOut]:
    """Reads the files. Raises `OSError`."""
    files = tuple((Path(path).name, Path(path).read_bytes()) for path in paths)
    parse, headers = JobOut.model_validate_json, _retried(idempotency_key)
    return Call("POST", "/v1/documents/upload", parse, headers=headers, files=files)


def fetch(urls: Iterable[str]) -> Call[JobOut]:
    return Call("POST", "/v1/documents/fetch", JobOut.model_validate_json, {"urls": list(urls)})


def job(job_id: str) -> Call[JobOut]:
    return Call("GET", f"/v1/jobs/{quote(job_id, safe='')}", JobOut.model_validate_json)


def document(document_id: str, version: int | None, collection: str | None = None) -> Call[WholeOut]:
    given = {"version": version, "collection": collection}
    params = {name: str(value) for name, value in given.items() if value is not None}
    return Call("GET", _document(document_id), WholeOut.model_validate_json, params=params)


def documents(cursor: str | None) -> Call[DocumentsOut]:
    params = {"limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
    return Call("GET", "/v1/documents", DocumentsOut.model_validate_json, params=params)


def delete(document_id: str) -> Call[None]:
    return Call("DELETE", _document(document_id), lambda _: None)


def asked(question: str, how: Mapping[str, Any]) -> Body:
    """The body of a question; what was not said is left out."""
    given = {name: _plain(value) for name, value in how.items() if value is not None}
    filters = {name: given.pop(name) for name in _FILTERS if name in given}
    return {"question": question} | given | ({"filters": filters} if filters else {})


def event(name: str, data: str) -> Event | None:
    """A streamed event; None for one that this client does not know yet. Raises `Problem` for an error."""
    if name == "error":
        raise problem(500, data.encode())
    kind = _EVENTS.get(name)
    return kind.model_validate_json(data) if kind else None


def problem(status: int, content: bytes, retry_after: str = "") -> Problem:
    """What the service, or something before it, says went wrong."""
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    body = body if isinstance(body, dict) else {"detail": f"the service answered {status}"}
    stated, streamed = body.get("status"), body.get("retry_after")
    after = int(retry_after) if retry_after.isdecimal() else streamed if isinstance(streamed, int) else None
    return Problem(stated if isinstance(stated, int) else status, body, after)


def broke_off(base: str) -> Unavailable:
    """What to raise when a stream ends without its answer."""
    return Unavailable("service", f"the answer of {base} broke off before it was complete")


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def _document(document_id: str) -> str:
    return f"/v1/documents/{quote(document_id, safe='')}"


def _retried(idempotency_key: str | None) -> dict[str, str]:
    return {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
