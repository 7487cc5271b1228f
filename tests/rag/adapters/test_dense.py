"""Which index is asked what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from rag.adapters.dense import DenseIndex
from rag.errors import Unavailable
from rag.seams import Match, Vectors
from rag.types import Filters, Question
from tests.collection import Collection


class Named:
    """An index that finds its own name, or is away."""

    def __init__(self, name: str, *, away: bool = False) -> None:
        self._name = name
        self._away = away

    def search(self, vector: Vectors, question: Question, limit: int) -> list[Match]:
        if self._away:
            raise Unavailable("index", "away")
        return [Match(self._name, 1.0)]


YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.mark.parametrize(
    ("ask", "away", "asked"),
    [
        (lambda: Question("x"), False, "copy"),
        (lambda: Question("x"), True, "exact"),
        (lambda: Question("x", as_of=YESTERDAY), False, "exact"),
        (lambda: Question("x", filters=Filters(sources=("a",))), False, "exact"),
        (lambda: Question("x", as_of=datetime.max.replace(tzinfo=UTC)), False, "copy"),
    ],
)
def test_the_copy_answers_plain_questions_and_the_store_the_rest(
    collection: Collection, ask: Callable[[], Question], away: bool, asked: str
) -> None:
    dense = DenseIndex(collection.store, Named("copy", away=away), Named("exact"))
    (match,) = dense.search(collection.embedder.embed_query("x"), ask(), 5)
    assert match.passage_id == asked


def test_a_collection_too_large_to_read_is_left_to_the_copy(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.add("Text.", id="a")
    monkeypatch.setattr("rag.adapters.dense._MOST_EXACT", 0)
    dense = DenseIndex(collection.store, Named("copy"), Named("exact"))
    (match,) = dense.search(collection.embedder.embed_query("x"), Question("x", as_of=YESTERDAY), 5)
    assert match.passage_id == "copy"
