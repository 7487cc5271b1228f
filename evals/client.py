"""The service as an evaluation sees it: only its HTTP contract, so any build of it can be measured."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from rag.errors import GroundwireError, Unavailable

JOB_POLL_SECONDS = 0.2
KEY_VARIABLE = "GROUNDWIRE_KEY"


class SearchFailed(GroundwireError):
    """A search brought no reply, or one that is none: not the same as one that found nothing."""

    code = "search_failed"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one question: the body, or `error` in one line. `seconds` is wall clock, as a user waits."""

    body: dict[str, Any]
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event of a streamed answer, `seconds` after the question was sent."""

    name: str
    data: dict[str, Any]
    seconds: float


@dataclass(slots=True)
class Client:
    """`base` is the address of a running service. Texts of document versions are fetched once.

    Every call is about `collection`, the default one if it is empty. A service with API keys is called with the one
    in `GROUNDWIRE_KEY`, which needs both scopes.
    """

    base: str
    timeout: float = 300.0
    collection: str = ""
    _http: httpx.Client = field(init=False, repr=False)
    _texts: dict[tuple[str, int], str] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        key = os.environ.get(KEY_VARIABLE)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(
            base_url=self.base, timeout=self.timeout, params=self._named, trust_env=False, headers=headers
        )

    @property
    def _named(self) -> dict[str, Any]:
        return {"collection": self.collection} if self.collection else {}

    def close(self) -> None:
        self._http.close()

    def ask(self, body: dict[str, Any]) -> Reply:
        """Never raises for what the service or the network does wrong: that is a reply to be scored."""
        began = time.perf_counter()
        try:
            response = self._http.post("/v1/ask", json=body | self._named)
            response.raise_for_status()
            return Reply(response.json(), time.perf_counter() - began)
        except (httpx.HTTPError, ValueError) as error:
            return Reply({}, time.perf_counter() - began, _line(error))

    def stream(self, body: dict[str, Any]) -> Iterator[Event]:
        """The same question as server-sent events, each as it arrives. Raises `httpx.HTTPError`."""
        began = time.perf_counter()
        accept = {"Accept": "text/event-stream"}
        with self._http.stream("POST", "/v1/ask", json=body | self._named, headers=accept) as response:
            response.raise_for_status()
            name = ""
            for line in response.iter_lines():
                field_, _, value = line.partition(": ")
                if field_ == "event":
                    name = value
                elif field_ == "data":
                    yield Event(name, json.loads(value), time.perf_counter() - began)

    def search(self, body: dict[str, Any], limit: int) -> list[dict[str, Any]]:
        """The passages found without a model, best first. Raises `SearchFailed`."""
        try:
            response = self._http.post("/v1/search", json=body | {"limit": limit} | self._named)
            response.raise_for_status()
            return list(response.json()["passages"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise SearchFailed(_line(error)) from error

    def text(self, document_id: str, version: int) -> str:
        """The stored text of one version; "" if it cannot be read."""
        key = (document_id, version)
        if key not in self._texts:
            try:
                response = self._http.get(place_of(document_id), params={"version": version})
                response.raise_for_status()
                self._texts[key] = str(response.json()["text"])
            except (httpx.HTTPError, ValueError, KeyError):
                return ""
        return self._texts[key]

    def document(self, document_id: str) -> dict[str, Any]:
        """The latest version as it would be added: what is known of it, and its text. Raises `httpx.HTTPError`."""
        response = self._http.get(place_of(document_id))
        response.raise_for_status()
        body = response.json()
        known = {name: body.get(name) for name in ("text", "title", "url", "source", "published_at", "language")}
        return {"id": document_id} | {name: value for name, value in known.items() if value}

    def document_ids(self) -> list[str]:
        """Every document in the collection."""
        ids: list[str] = []
        cursor: str | None = None
        while True:
            response = self._http.get("/v1/documents", params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
            response.raise_for_status()
            page = response.json()
            ids += [document["id"] for document in page["documents"]]
            cursor = page.get("next_cursor")
            if not cursor:
                return ids

    def add(self, documents: Sequence[dict[str, Any]], batch: int = 50) -> None:
        """Adds documents and waits until every job is done. Raises if one fails or a document is not taken in."""
        for at in range(0, len(documents), batch):
            body = {"documents": list(documents[at : at + batch])} | self._named
            response = self._http.post("/v1/documents", json=body)
            response.raise_for_status()
            job = self.wait(response.json()["job_id"])
            if job["state"] != "succeeded" or job["failures"]:
                raise GroundwireError(f"adding documents failed: {job}")

    def delete(self, document_id: str) -> None:
        """Removes a document. Raises `httpx.HTTPError`."""
        self._http.delete(place_of(document_id)).raise_for_status()

    def jobs(self) -> list[dict[str, Any]]:
        """The latest jobs, newest first."""
        response = self._http.get("/v1/jobs")
        response.raise_for_status()
        return list(response.json()["jobs"])

    def wait(self, job_id: str, timeout: float = 900.0) -> dict[str, Any]:
        """The job once it is neither queued nor running."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            response = self._http.get(f"/v1/jobs/{job_id}")
            response.raise_for_status()
            job: dict[str, Any] = response.json()
            if job["state"] not in ("queued", "running"):
                return job
            time.sleep(JOB_POLL_SECONDS)
        raise Unavailable("ingest", f"job {job_id} was not done after {timeout:.0f} s")


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def place_of(document_id: str) -> str:
    """The path of a document, whatever its id holds.

    >>> place_of("a/b c")
    '/v1/documents/a%2Fb%20c'
    """
    return f"/v1/documents/{quote(document_id, safe='')}"
