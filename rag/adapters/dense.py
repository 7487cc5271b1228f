"""Search by meaning: which of the two indexes answers which question."""

from __future__ import annotations

from rag.errors import Unavailable
from rag.seams import Match, PassageIndex, Vectors
from rag.store import Store
from rag.types import Question

_MOST_EXACT = 200_000


class DenseIndex:
    """The copy for questions to the whole collection as it is; the store's vectors for narrowed ones.

    Under filters or in the past an approximate index is both slower and less exact than reading the vectors
    in question, up to some hundred thousand. The store also stands in while the copy is away.
    """

    def __init__(self, store: Store, copy: PassageIndex, exact: PassageIndex) -> None:
        self._store = store
        self._copy = copy
        self._exact = exact

    def search(self, vector: Vectors, question: Question, limit: int) -> list[Match]:
        """At most `limit` matches by cosine, best first. Raises `Unavailable` only when the store does."""
        if question.narrowed and self._store.passage_count() <= _MOST_EXACT:
            return self._exact.search(vector, question, limit)
        try:
            return self._copy.search(vector, question, limit)
        except Unavailable:
            return self._exact.search(vector, question, limit)
