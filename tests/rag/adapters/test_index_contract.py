"""What every index does, asked of each there is: Chroma's server and the store's own vectors."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from rag.adapters.chroma import ChromaIndex
from rag.adapters.exact import ExactIndex
from rag.seams import IndexCopy, Stamp
from rag.types import Filters, Question
from tests.collection import Collection
from tests.rag.adapters.conftest import ChromaServer

DAY = timedelta(days=1)
MARCH = datetime(2025, 3, 1, tzinfo=UTC)

_numbers = itertools.count()


@pytest.fixture(params=["chroma", "exact"])
def index(request: pytest.FixtureRequest, collection: Collection) -> Iterator[IndexCopy]:
    """An index of the collection's stamp, empty where it can be."""
    with ExitStack() as stack:
        if request.param == "exact":
            yield ExactIndex(collection.store, collection.embedder.stamp)
        else:
            server: ChromaServer = request.getfixturevalue("chroma")
            # a stamp of its own, so that tests do not see each other's rows in the one server
            collection.embedder.stamp = replace(collection.embedder.stamp, name=f"contract{next(_numbers)}")
            found = ChromaIndex(server.url, collection.embedder.stamp)
            stack.callback(found.close)
            yield found


def fill(collection: Collection, index: IndexCopy) -> None:
    for page in collection.store.index_rows(collection.embedder.stamp):
        index.put(page)


def search(collection: Collection, index: IndexCopy, text: str, limit: int = 10, **question: object) -> list[str]:
    """The documents and versions of the matches, best first."""
    asked = Question(text, **question)  # type: ignore[arg-type]
    matches = index.search(collection.embedder.embed_query(text), asked, limit)
    rows = {row.passage_id: row for page in collection.store.index_rows(collection.embedder.stamp) for row in page}
    return [f"{rows[match.passage_id].document_id}{rows[match.passage_id].version}" for match in matches]


def test_an_empty_index_finds_nothing(collection: Collection, index: IndexCopy) -> None:
    assert search(collection, index, "anything") == []
    assert (index.count(), index.ids()) == (0, set())


def test_matches_are_ordered_by_cosine(collection: Collection, index: IndexCopy) -> None:
    collection.add("Apples grow on trees.", id="a")
    collection.add("Apples and pears grow here.", id="b")
    collection.add("Ships sail.", id="c")
    fill(collection, index)
    vector = collection.embedder.embed_query("Apples and pears grow here.")
    matches = index.search(vector, Question("x"), 10)
    vectors = collection.store.vectors([match.passage_id for match in matches], collection.embedder.stamp)
    assert len(matches) == 3
    assert matches[0].score == pytest.approx(1.0, abs=1e-5)
    for match in matches:
        assert match.score == pytest.approx(float(vectors[match.passage_id] @ vector), abs=1e-5)
    assert matches == sorted(matches, key=lambda match: -match.score)
    assert search(collection, index, "Apples and pears grow here.", 1) == ["b1"]


def test_equal_scores_are_in_the_order_of_ids(collection: Collection, index: IndexCopy) -> None:
    for name in "cab":
        collection.add("The very same words.", id=name)
    fill(collection, index)
    matches = index.search(collection.embedder.embed_query("words"), Question("x"), 10)
    assert [match.passage_id for match in matches] == sorted(match.passage_id for match in matches)
    assert len(matches) == 3


def test_filters_hold(collection: Collection, index: IndexCopy) -> None:
    collection.add("Text one.", id="a", published_at=MARCH, source="A")
    collection.add("Text two.", id="b", published_at=MARCH + DAY, source="B")
    collection.add("Text three.", id="c", source="A")
    fill(collection, index)

    def found(**filters: object) -> set[str]:
        return set(search(collection, index, "Text", filters=Filters(**filters)))  # type: ignore[arg-type]

    assert found() == {"a1", "b1", "c1"}
    assert found(published_after=MARCH + DAY) == {"b1", "c1"}
    assert found(published_before=MARCH) == {"a1", "c1"}
    assert found(sources=("A", "X")) == {"a1", "c1"}
    assert found(document_ids=("b",)) == {"b1"}
    assert found(document_ids=("b",), sources=("A",)) == set()


def test_superseded_versions_take_no_place_of_what_may_be_seen(collection: Collection, index: IndexCopy) -> None:
    for number in range(8):
        collection.add(f"The minister resigned, report {number}.", id="a")
    before = datetime.now(UTC)
    collection.add("The minister resigned, report 8.", id="a")
    collection.add("A minister stayed.", id="b")
    fill(collection, index)
    assert search(collection, index, "minister resigned report", 2) == ["a9", "b1"]
    assert search(collection, index, "minister resigned report", 1, as_of=before - DAY) == ["a1"]


def test_what_is_published_later_is_not_found_before(collection: Collection, index: IndexCopy) -> None:
    collection.add("Text of today.", id="a", published_at=MARCH)
    collection.add("Text of later.", id="b", published_at=datetime.now(UTC) + DAY)
    fill(collection, index)
    assert search(collection, index, "Text") == ["a1"]
    assert set(search(collection, index, "Text", as_of=datetime.now(UTC) + 2 * DAY)) == {"a1", "b1"}
    assert search(collection, index, "Text", as_of=MARCH - DAY) == []


def test_what_is_told_twice_is_done_once(collection: Collection, index: IndexCopy) -> None:
    collection.add("Some text.", id="a")
    for _ in range(2):
        for page in collection.store.index_rows(collection.embedder.stamp):
            index.add(page)
        fill(collection, index)
        index.delete(["unknown"])
    assert index.count() == 1
    assert index.ids() == collection.store.passage_ids()


def test_what_is_deleted_is_found_no_more(collection: Collection, index: IndexCopy) -> None:
    collection.add("Some text.", id="a")
    collection.add("Some other text.", id="b")
    fill(collection, index)
    index.delete(collection.store.forget("a"))
    assert search(collection, index, "text") == ["b1"]
    assert index.ids() == collection.store.passage_ids()


def test_vectors_of_another_stamp_are_never_found(collection: Collection, index: IndexCopy) -> None:
    collection.add("Some text.", id="a")
    fill(collection, index)
    other = Stamp("another", "ffff", collection.embedder.stamp.dimension)
    assert list(collection.store.index_rows(other)) == []
    assert ExactIndex(collection.store, other).search(np.ones(96, dtype=np.float32), Question("x"), 5) == []
