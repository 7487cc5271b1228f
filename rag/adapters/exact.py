"""Search by meaning without an index: every vector of the store is compared. What it says is exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import func, select

from rag.seams import IndexRow, Match, Stamp, Vectors
from rag.store import Store
from rag.store.passages import JOINED, visible
from rag.store.tables import passages
from rag.store.tables import vectors as table
from rag.types import Question

_PAGE = 4_096


class ExactIndex:
    """Reads the vectors of one stamp from the store, so that it never disagrees with it and needs no upkeep."""

    def __init__(self, store: Store, stamp: Stamp) -> None:
        self._store = store
        self._stamp = stamp

    def search(self, vector: Vectors, question: Question, limit: int) -> list[Match]:
        """At most `limit` visible passages by cosine, best first, equal ones in the order of ids.

        Raises `Unavailable`.
        """
        query = select(passages.c.id, table.c.vector)
        query = query.select_from(JOINED.join(table, table.c.embedded == passages.c.embedded))
        query = query.where(table.c.stamp == self._stamp.key, visible(question))
        best: list[Match] = []
        with self._store.read() as connection:
            for rows in connection.execution_options(yield_per=_PAGE).execute(query).partitions():
                matrix = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float32)
                # equal vectors may differ in the last digits of their products; that must not order them
                scores = np.round(matrix.reshape(len(rows), -1).astype(np.float64) @ vector.astype(np.float64), 6)
                found = [Match(row.id, float(score)) for row, score in zip(rows, scores, strict=True)]
                best = sorted(best + found, key=lambda match: (-match.score, match.passage_id))[:limit]
        return best

    def add(self, rows: Sequence[IndexRow]) -> None:
        """Nothing to do: the store has them."""

    def put(self, rows: Sequence[IndexRow]) -> None:
        """Nothing to do: the store has them."""

    def delete(self, ids: Sequence[str]) -> None:
        """Nothing to do: what the store has forgotten is gone."""

    def drop(self) -> None:
        """Nothing to do: there is no copy."""

    def ids(self) -> set[str]:
        query = select(passages.c.id).join(table, table.c.embedded == passages.c.embedded)
        with self._store.read() as connection:
            return set(connection.scalars(query.where(table.c.stamp == self._stamp.key)))

    def count(self) -> int:
        query = select(func.count()).select_from(passages).join(table, table.c.embedded == passages.c.embedded)
        with self._store.read() as connection:
            return connection.execute(query.where(table.c.stamp == self._stamp.key)).scalar_one()
