"""The only truth: documents, versions, passages, sentences, vectors, the full-text index and jobs of one collection.

One SQLite file a collection, that several processes (the API, workers, the command line) may open at once. Every
method is one transaction and safe to call from any thread. Read the parts in this order: `tables`,
`documents`, `passages`, `notices`, `copies`, `jobs`, `streams`, `leases`, `writing`, `residue`, `answers`, `access`,
`register`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from rag.store.access import AccessKeys
from rag.store.answers import Answers
from rag.store.backlog import Backlogs
from rag.store.copies import Copies
from rag.store.database import open_engine
from rag.store.documents import Documents
from rag.store.jobs import Jobs
from rag.store.leases import Leases
from rag.store.notices import Notices
from rag.store.records import (
    AccessKey,
    Backlog,
    Counts,
    Entry,
    Item,
    KeptAnswer,
    Mark,
    Moment,
    Outcome,
    Reception,
    Requeued,
    Result,
    Standing,
    StoredDocument,
    validity,
)
from rag.store.register import Register
from rag.store.residue import Residue
from rag.store.streams import Streams
from rag.store.vectors import VectorRows
from rag.store.writing import Writing

__all__ = [
    "AccessKey",
    "Backlog",
    "Counts",
    "Entry",
    "Item",
    "KeptAnswer",
    "Mark",
    "Moment",
    "Outcome",
    "Reception",
    "Requeued",
    "Result",
    "Standing",
    "Store",
    "StoredDocument",
    "validity",
]


class Store(
    Documents,
    Notices,
    Copies,
    VectorRows,
    Jobs,
    Streams,
    Backlogs,
    Leases,
    Writing,
    Answers,
    AccessKeys,
    Register,
    Residue,
):
    """All of it. Methods raise `Unavailable("store", ...)` when the disk or a long writer stands in the way."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file, creating it and bringing its tables up to date if need be; safe at the same time as others.

        Raises `SetupError` naming the file and the remedy.
        """
        return cls(open_engine(path))
