"""An index in memory that can be away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rag.errors import Unavailable
from rag.seams import IndexRow, Match, Vectors
from rag.types import Question


class RowIndex:
    """An index that is a dictionary. While `away`, every call fails; `after` is called once rows were added."""

    def __init__(self) -> None:
        self.rows: dict[str, IndexRow] = {}
        self.away = False
        self.after: Callable[[], object] = lambda: None

    def search(self, vector: Vectors, question: Question, limit: int) -> list[Match]:
        self._reach()
        return [Match(key, float(np.dot(row.vector, vector))) for key, row in self.rows.items()][:limit]

    def add(self, rows: Sequence[IndexRow]) -> None:
        self._reach()
        self.rows = {row.passage_id: row for row in rows} | self.rows
        self.after()

    def put(self, rows: Sequence[IndexRow]) -> None:
        self._reach()
        self.rows |= {row.passage_id: row for row in rows}

    def delete(self, ids: Sequence[str]) -> None:
        self._reach()
        for key in ids:
            self.rows.pop(key, None)

    def ids(self) -> set[str]:
        self._reach()
        return set(self.rows)

    def count(self) -> int:
        return len(self.ids())

    def drop(self) -> None:
        self.delete(list(self.rows))

    def _reach(self) -> None:
        if self.away:
            raise Unavailable("index", "the index is away")
