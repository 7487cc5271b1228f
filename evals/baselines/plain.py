"""`python -m evals.baselines.plain`: the plain way of `chunks.py` as a service, so that whatever measures Groundwire
measures it too.

It speaks the part of the HTTP contract that measuring needs. Whole chunks are its citations, all of an answer's for
its one sentence, and its support is the cosine of the nearest: it has nothing finer to show. The collection is in
memory and empty at every start. The model and the embedder are those of the settings, as for Groundwire.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any, TypeVar

import uvicorn
from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel, BeforeValidator, Field
from ulid import ULID

from evals.baselines.chunks import CHUNKS_READ, Chunk, Chunks, answered, metadata
from ingest.readers.fields import moment
from rag.compose import open_embedder, open_model
from rag.errors import GroundwireError
from rag.seams import Embedder, LanguageModel
from rag.settings import load_settings
from rag.types import Document, Filters

Body = dict[str, Any]
Value = TypeVar("Value")


def _end(value: str | None) -> datetime | None:
    """A moment; a plain date is the end of that day."""
    at = moment(value)
    return at + timedelta(days=1) - datetime.resolution if at and len(str(value)) == len("2025-03-20") else at


Start = Annotated[datetime | None, BeforeValidator(moment)]
End = Annotated[datetime | None, BeforeValidator(_end)]


class GivenFilters(BaseModel):
    published_after: Start = None
    published_before: End = None
    sources: tuple[str, ...] | None = None
    document_ids: tuple[str, ...] | None = None

    def filters(self) -> Filters:
        return Filters(self.published_after, self.published_before, self.sources or (), self.document_ids or ())


class Asked(BaseModel):
    """`as_of` is taken and has no effect: the plain way knows only what it was given last."""

    question: str = Field(min_length=1, max_length=2_000)
    as_of: str | None = None
    filters: GivenFilters | None = None
    max_passages: int = Field(CHUNKS_READ, ge=1, le=50)
    limit: int = Field(10, ge=1, le=50)

    def narrowed(self) -> Filters:
        return (self.filters or GivenFilters()).filters()


class Given(BaseModel):
    text: str = Field(min_length=1)
    id: str = ""
    title: str = ""
    url: str = ""
    source: str = ""
    language: str = ""
    published_at: Start = None

    def document(self) -> Document:
        key = self.id or self.url or str(ULID())
        return Document(key, self.title, self.url, self.source, self.published_at, self.language)


class Batch(BaseModel):
    documents: list[Given]


def create_app(embedder: Embedder, model: LanguageModel) -> FastAPI:
    """The baseline around an embedder and a model, with nothing in it."""
    chunks, jobs = Chunks(embedder), dict[str, Body]()
    turn = asyncio.Lock()
    app = FastAPI(title="The plain way", docs_url=None, redoc_url=None)

    @app.get("/readyz")
    @app.get("/healthz")
    def ready() -> Body:
        return {"ready": True}

    @app.post("/v1/documents", status_code=202)
    def add(batch: Batch) -> Body:
        for given in batch.documents:
            chunks.add(given.document(), given.text)
        count = len(batch.documents)
        counts = {"total": count, "added": count, "updated": 0, "unchanged": 0, "failed": 0}
        job = {"job_id": f"job_{ULID()}", "state": "succeeded", "counts": counts, "failures": []}
        jobs[str(job["job_id"])] = job
        return job

    @app.get("/v1/jobs")
    def all_jobs() -> Body:
        return {"jobs": list(reversed(jobs.values()))}

    @app.get("/v1/jobs/{job_id}")
    def one_job(job_id: str) -> Body:
        return _known(jobs, job_id)

    @app.get("/v1/documents")
    def documents(cursor: str = "", limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> Body:
        ids = sorted(id_ for id_ in chunks.documents if id_ > cursor)
        page = [{"id": id_} | metadata(chunks.documents[id_]) for id_ in ids[:limit]]
        return {"documents": page, "next_cursor": ids[limit - 1] if len(ids) > limit else None}

    @app.get("/v1/documents/{document_id:path}")
    def document(document_id: str, version: int = 1) -> Body:
        known = _known(chunks.documents, document_id if version == 1 else "")
        return {"id": document_id, "version": 1, "text": chunks.texts[document_id]} | metadata(known)

    @app.delete("/v1/documents/{document_id:path}", status_code=204)
    def delete(document_id: str) -> None:
        if not chunks.delete(document_id):
            raise HTTPException(404)

    @app.post("/v1/search")
    def search(asked: Asked) -> Body:
        return {"passages": _passages(chunks.nearest(asked.question, asked.narrowed(), asked.limit))}

    @app.post("/v1/ask")
    async def ask(asked: Asked) -> Body:
        async with turn:  # one at a time, as the model is served
            clock = [time.perf_counter()]
            found = await asyncio.to_thread(chunks.nearest, asked.question, asked.narrowed(), CHUNKS_READ)
            clock.append(time.perf_counter())
            try:
                said = await answered(model, asked.question, found) if found else None
            except GroundwireError as error:
                raise HTTPException(503, str(error)) from error
            clock.append(time.perf_counter())
        return _reply(said, found, model.name, clock)

    return app


def _reply(said: str | None, found: Sequence[Chunk], model: str, clock: Sequence[float]) -> Body:
    """The body of an answer, in the shape of the contract. `clock` holds the start, and when each step was done."""
    markers = list(range(1, len(found) + 1)) if said else []
    retrieve, generate = (round(1_000 * (after - before)) for before, after in pairwise(clock))
    support = max(0.0, min(1.0, found[0].score)) if found else 0.0
    return {
        "id": f"ans_{ULID()}",
        "status": "answered" if said else "not_found",
        "answer": f"{said} " + "".join(f"[{marker}]" for marker in markers) if said else "",
        "sentences": [{"text": said, "citations": markers, "support": support}] if said else [],
        "citations": [
            {"marker": marker, "quote": chunk.text, "version": 1, "start": chunk.start, "end": chunk.end}
            | metadata(chunk.document)
            for marker, chunk in zip(markers, found, strict=False)
        ],
        "passages": _passages(found),
        "reason": None if said else "The model said that it does not know.",
        "independent_sources": len({chunk.document.id for chunk in found}) if said else 0,
        "model": model,
        "timings_ms": {"retrieve": retrieve, "generate": generate, "verify": 0, "total": retrieve + generate},
    }


def _passages(found: Sequence[Chunk]) -> list[Body]:
    return [
        {"version": 1, "start": chunk.start, "end": chunk.end, "text": chunk.text, "score": chunk.score, "rank": rank}
        | metadata(chunk.document)
        for rank, chunk in enumerate(found, 1)
    ]


def _known(held: dict[str, Value], key: str) -> Value:
    if key not in held:
        raise HTTPException(404)
    return held[key]


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the plain way on loopback.")
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    port = parser.parse_args().port
    settings = load_settings()
    app = create_app(open_embedder(settings), open_model(settings))
    listener = socket.create_server(("127.0.0.1", port))
    print(f"ready at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
