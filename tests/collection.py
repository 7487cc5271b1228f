"""A store with what fills it, without processes and without a language model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.pipeline import Pipeline
from rag.adapters.exact import ExactIndex
from rag.seams import IndexCopy
from rag.store import Store
from rag.types import Job, NewDocument
from tests.blank import blank
from tests.words import WordEmbedder

OWNER = "tests/1/x"


class Collection:
    """Documents given to `add` go the whole way, by job and pipeline, before it returns."""

    def __init__(self, path: Path, index: IndexCopy | None = None, embedder: WordEmbedder | None = None) -> None:
        self.store = Store.open(blank(path))
        self.embedder = embedder or WordEmbedder()
        self.index = index or ExactIndex(self.store, self.embedder.stamp)
        self.pipeline = Pipeline(self.store, self.embedder, self.index)

    def close(self) -> None:
        self.store.close()

    def add(self, text: str, **fields: Any) -> Job:
        return self.take([NewDocument(text=text, **fields)])

    def take(self, documents: list[NewDocument]) -> Job:
        job = self.store.enqueue(documents)
        self.work()
        return self.store.job(job.id)

    def work(self) -> None:
        """Do all that is due, as a worker would."""
        while items := self.store.lease(OWNER, 60, 8, 100_000):
            self.pipeline.take(OWNER, items)
