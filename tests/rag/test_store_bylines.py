"""Who wrote a document and when it was updated, in and out of the store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from rag.errors import InvalidInput
from rag.store.backup import back_up, restore
from rag.store.items import item_of, payload_of
from rag.store.tables import bylines
from rag.types import MAX_AUTHOR_CHARS, MAX_AUTHORS, Document, NewDocument, Question
from tests.collection import Collection

MARCH = datetime(2025, 3, 1, tzinfo=UTC)
NAMES = st.lists(st.text("aé🍐’. \n", max_size=9), max_size=4).map(tuple)
TIMES = st.none() | st.datetimes(
    datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(timezone(timedelta(hours=2)))
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    with closing(Collection(tmp_path_factory.mktemp("bylines") / "s")) as collection:
        yield collection


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "store.sqlite3")) as collection:
        yield collection


def rows(collection: Collection) -> int:
    with collection.store.read() as connection:
        return connection.execute(select(func.count()).select_from(bylines)).scalar_one()


@settings(max_examples=25, deadline=None)
@given(NAMES, TIMES)
def test_what_is_known_comes_back_wherever_a_document_does(
    shared: Collection, authors: tuple[str, ...], updated: datetime | None
) -> None:
    job = shared.add("Rain fell on Oslo.", id="a", authors=authors, updated_at=updated)
    assert job.failed == 0
    names = tuple(dict.fromkeys(" ".join(name.split()) for name in authors if name.strip()))
    expected = Document("a", authors=names, updated_at=updated)
    found = shared.store.passages(shared.store.passage_ids(), Question("x"))
    assert shared.store.document("a")[0] == expected
    assert [stored.document for stored in shared.store.documents()[0]] == [expected]
    assert [document for _, document in found.values()] == [expected]
    assert shared.store.standings(["a"])["a"].document == expected
    assert rows(shared) == bool(names or updated)
    assert len(shared.embedder.embedded) == 1, "what is only known of a text is no reason to embed it again"


@given(NAMES, TIMES)
def test_what_waits_is_what_was_sent(authors: tuple[str, ...], updated: datetime | None) -> None:
    sent = NewDocument("Rain.", "a", published_at=MARCH, authors=authors, updated_at=updated)
    assert payload_of(item_of(sent)["payload"]) == (sent, "")


def test_a_submission_without_them_has_the_digest_it_always_had() -> None:
    waiting = json.loads(item_of(NewDocument("Rain.", "a"))["payload"])
    assert list(waiting) == "text id title url source published_at language corrects retracts pages".split()
    assert payload_of(json.dumps(waiting)) == (NewDocument("Rain.", "a"), "")


def test_an_update_is_of_its_version_and_neither_hides_nor_orders_one(collection: Collection) -> None:
    old, new = MARCH, datetime(2031, 1, 1, tzinfo=UTC)
    collection.add("Rain fell on Oslo.", id="a", published_at=MARCH, updated_at=new, authors=("Jane Doe",))
    collection.add("Snow fell on Oslo.", id="a", published_at=MARCH, updated_at=old)
    store = collection.store
    assert store.document("a", 1)[0] == Document("a", published_at=MARCH, authors=("Jane Doe",), updated_at=new)
    assert store.document("a")[0] == Document("a", published_at=MARCH, updated_at=old)
    (seen,) = store.passages(store.passage_ids(), Question("x")).values()
    assert seen[0].text == "Snow fell on Oslo."


def test_what_was_taken_back_and_what_was_deleted_leaves_no_row(collection: Collection) -> None:
    for name in "ab":
        collection.add("Rain fell on Oslo.", id=name, authors=("Jane Doe",))
    assert collection.add("Rain fell on Oslo.", id="a", authors=("Jane Doe",)).unchanged == 1
    assert collection.add("Rain fell on Oslo.", id="a").updated == 1
    assert (collection.store.document("a")[0], rows(collection)) == (Document("a"), 1)
    collection.store.forget("b")
    assert rows(collection) == 0


def test_a_backup_has_them(collection: Collection, tmp_path: Path) -> None:
    collection.add("Rain fell on Oslo.", id="a", authors=("Jane Doe",), updated_at=MARCH)
    back_up(collection.store.path, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "other" / "store.sqlite3")
    with closing(Collection(tmp_path / "other" / "store.sqlite3")) as other:
        assert other.store.document("a")[0] == Document("a", authors=("Jane Doe",), updated_at=MARCH)


def test_names_and_times_have_bounds(collection: Collection) -> None:
    for wrong in (tuple(map(str, range(MAX_AUTHORS + 1))), ("x" * (MAX_AUTHOR_CHARS + 1),)):
        (failure,) = collection.add("Rain.", id="a", authors=wrong).failures
        assert (failure.code, "author" in failure.detail) == ("invalid_record", True)
        with pytest.raises(InvalidInput, match="authors"):
            Document("a", authors=wrong)
    with pytest.raises(InvalidInput):
        Document("a", authors=("",))
    with pytest.raises(InvalidInput):
        Document("a", updated_at=datetime(2025, 3, 1))
