"""Search by meaning without an index: every vector of the store is compared. What it says is exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, literal_column, select

from rag.seams import IndexRow, Match, Stamp, Vectors
from rag.store import Store
from rag.store.passages import JOINED, visible
from rag.store.tables import passages
from rag.store.tables import vectors as table
from rag.types import Question

_PAGE = 4_096


# The plus keeps SQLite from beginning with every vector there is when a filter leaves few passages.
_SAME_TEXT = table.c.embedded == literal_column("+passages.embedded")


class ExactIndex:
    """Reads the vectors of one stamp from the store, so that it never disagrees with it and needs no upkeep."""

    def __init__(self, store: Store, stamp: Stamp) -> None:
        self._store = store
        self._stamp = stamp

    def search(self, vector: Vectors, question: Question, limit: int) -> list[Match]:
        """At most `limit` visible passages by cosine, best first, equal ones in the order of ids.

        Raises `Unavailable`.
        """
        query = select(passages.c.id, table.c.vector).select_from(JOINED.join(table, _SAME_TEXT))
        query = query.where(table.c.stamp == self._stamp.key, visible(question))
        best: list[Match] = []
        with self._store.read() as connection:
            for rows in connection.execution_options(yield_per=_PAGE).execute(query).partitions():
                matrix = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float32).reshape(len(rows), -1)
                # equal vectors may differ in the last digits of their products; that must not order them
                scores = np.round(matrix.astype(np.float64) @ vector.astype(np.float64), 6)
                best = _best(
                    best + [Match(rows[place].id, float(scores[place])) for place in _top(scores, limit)], limit
                )
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


def _top(scores: NDArray[np.float64], limit: int) -> list[int]:
    """Where the `limit` highest scores are, with all that are equal to the lowest of them."""
    if len(scores) <= limit:
        return list(range(len(scores)))
    least = np.partition(scores, -limit)[-limit]
    return [int(place) for place in np.flatnonzero(scores >= least)]


def _best(matches: list[Match], limit: int) -> list[Match]:
    return sorted(matches, key=lambda match: (-match.score, match.passage_id))[:limit]
