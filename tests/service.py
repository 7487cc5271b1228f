"""The service as tests use it: everything real but the language model, and articles added as a client adds them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import httpx

from api.tracing import Tracing
from ingest.fetch import Fetcher
from ingest.worker import work_off
from rag.compose import Engine
from tests.fakes import ScriptedModel

ARTICLE = Path(__file__).parents[1] / "seeds" / "000_fbce3f8ec0114fc5.txt"
ARTICLE_ID = ARTICLE.stem
WAIT_SECONDS = 120.0

Body = dict[str, Any]


class Service:
    """A running service, and the engine and the scripted model inside it."""

    def __init__(self, url: str, engine: Engine, model: ScriptedModel, http: httpx.Client) -> None:
        self.url = url
        self.engine = engine
        self.model = model
        self.http = http

    def add(self, *documents: Body) -> Body:
        """Add documents, and do the ingest worker's work until their job is done."""
        return self.done(self.http.post("/v1/documents", json={"documents": documents}))

    def done(self, accepted: httpx.Response) -> Body:
        """The job that a reply names, once the ingest worker's work is done."""
        job: Body = accepted.raise_for_status().json()
        self.work()
        done: Body = self.http.get(f"/v1/jobs/{job['job_id']}").raise_for_status().json()
        return done

    def work(self) -> None:
        """Do what an ingest worker beside this service would do, until nothing is left."""
        work_off(self.engine)

    def streamed(self, question: Body) -> list[tuple[str, Body]]:
        """Every event of the streamed reply to a question."""
        headers = {"Accept": "text/event-stream"}
        with self.http.stream("POST", "/v1/ask", json=question, headers=headers) as reply:
            return list(events(reply))

    def until_waiting(self, count: int) -> None:
        """Return once so many questions wait for their turn."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (line := self.http.get("/readyz").json()["questions"])["waiting"] != count:
            assert time.monotonic() < deadline, f"{line} instead of {count} waiting"
            time.sleep(0.01)


class Serve(Protocol):
    """Starts a service with the article in it. Settings are those of `rag.settings`."""

    def __call__(
        self, model: ScriptedModel, fetcher: Fetcher | None = None, tracing: Tracing | None = None, **settings: Any
    ) -> AbstractContextManager[Service]: ...


def events(reply: httpx.Response) -> Iterator[tuple[str, Body]]:
    """The server-sent events of a reply, as they come: (event, data)."""
    name = ""
    for line in reply.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
