"""Documents, versions and passages as questions see them, and how they are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from rag.errors import InvalidInput, NotFound
from rag.store import Moment, Store, validity
from rag.store.tables import fulltext, sentences, vectors
from rag.types import Filters, Question
from tests.collection import Collection

DAY = timedelta(days=1)
MARCH = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "store.sqlite3")) as collection:
        yield collection


def visible(collection: Collection, as_of: datetime | None = None, filters: Filters | None = None) -> set[str]:
    """The texts of all passages that a question may be answered from."""
    question = Question("x", as_of or datetime.now(UTC), filters or Filters())
    found = collection.store.passages(collection.store.passage_ids(), question)
    return {passage.text for passage, _ in found.values()}


def test_a_document_comes_back_as_it_was_given(collection: Collection) -> None:
    collection.add(
        "One.  Two\tthree.\n\nFour “five”. \n",
        id="a",
        title="T",
        url="http://a.b/",
        source="S",
        published_at=MARCH,
        language="en",
    )
    document, version = collection.store.document("a")
    assert version.text == "One.  Two\tthree.\n\nFour “five”. \n"
    assert version.number == 1
    assert (document.title, document.url, document.source, document.published_at, document.language) == (
        "T",
        "http://a.b/",
        "S",
        MARCH,
        "en",
    )


def test_an_unknown_document_or_version_is_not_found(collection: Collection) -> None:
    collection.add("Text.", id="a")
    for wanted in (("b", None), ("a", 2), ("a", 0)):
        with pytest.raises(NotFound):
            collection.store.document(*wanted)


def test_an_older_version_keeps_its_text_and_its_metadata(collection: Collection) -> None:
    collection.add("Old text.", id="a", title="Old")
    collection.add("New text.", id="a", title="New")
    old, current = collection.store.document("a", 1), collection.store.document("a")
    assert (old[0].title, old[1].text) == ("Old", "Old text.")
    assert (current[0].title, current[1].text, current[1].number) == ("New", "New text.", 2)


def test_passages_carry_their_sentences_and_their_exact_place(collection: Collection) -> None:
    collection.add("Äpfel sind rot. Birnen 🍐 sind grün.\nUnd Schluss", id="a")
    text = collection.store.document("a")[1].text
    ((passage, document),) = collection.store.passages(collection.store.passage_ids(), Question("x")).values()
    assert text[passage.start : passage.end] == passage.text
    assert [passage.slice(s) for s in passage.sentences] == ["Äpfel sind rot.", "Birnen 🍐 sind grün.", "Und Schluss"]
    assert document.id == "a"


def test_passages_come_in_the_order_asked_for_without_the_unknown(collection: Collection) -> None:
    for name in "abc":
        collection.add(f"Text {name}.", id=name)
    ids = sorted(collection.store.passage_ids(), reverse=True)
    assert list(collection.store.passages([ids[0], "unknown", ids[1], ids[2], ids[0]], Question("x"))) == ids


def test_pages_list_every_document_once_in_order_of_id(collection: Collection) -> None:
    names = ["b", "a", "ä", "c/d e", "z", "A"]
    for name in names:
        collection.add(f"Text {name}.", id=name, title=name)
    seen, cursor = [], None
    while True:
        page, cursor = collection.store.documents(cursor, 4)
        seen += [stored.document.id for stored in page]
        if cursor is None:
            break
    assert seen == sorted(names)
    assert page[0].characters == len("Text ?.")


def test_a_cursor_that_was_never_given_out_is_refused(collection: Collection) -> None:
    for cursor in ("###", "A"):
        with pytest.raises(InvalidInput):
            collection.store.documents(cursor, 4)


def test_only_the_version_of_the_time_is_seen(collection: Collection) -> None:
    collection.add("Old.", id="a", published_at=MARCH)
    collection.add("New.", id="a", published_at=MARCH + DAY * 10)
    assert visible(collection, MARCH - DAY) == set()
    assert visible(collection, MARCH) == {"Old."}
    assert visible(collection, MARCH + DAY * 9) == {"Old."}
    assert visible(collection, MARCH + DAY * 10) == {"New."}
    assert visible(collection) == {"New."}


def test_an_undated_document_was_always_there_in_its_first_version(collection: Collection) -> None:
    collection.add("Old.", id="a")
    before = datetime.now(UTC)
    collection.add("New.", id="a")
    assert visible(collection, datetime(1999, 1, 1, tzinfo=UTC)) == {"Old."}
    assert visible(collection, before) == {"Old."}
    assert visible(collection) == {"New."}


def test_a_correction_under_the_same_date_counts_from_when_it_came_in(collection: Collection) -> None:
    collection.add("Wrong.", id="a", published_at=MARCH)
    before = datetime.now(UTC)
    collection.add("Right.", id="a", published_at=MARCH)
    assert visible(collection, before) == {"Wrong."}
    assert visible(collection) == {"Right."}


def test_a_document_of_tomorrow_is_not_used_today(collection: Collection) -> None:
    tomorrow = datetime.now(UTC) + DAY
    collection.add("Soon.", id="a", published_at=tomorrow)
    assert visible(collection) == set()
    assert visible(collection, tomorrow) == {"Soon."}


def test_filters_are_inclusive_and_spare_the_undated(collection: Collection) -> None:
    collection.add("First.", id="a", published_at=MARCH, source="A")
    collection.add("Second.", id="b", published_at=MARCH + DAY, source="B")
    collection.add("Undated.", id="c", source="A")
    assert visible(collection, filters=Filters(published_after=MARCH + DAY)) == {"Second.", "Undated."}
    assert visible(collection, filters=Filters(published_before=MARCH)) == {"First.", "Undated."}
    assert visible(collection, filters=Filters(MARCH, MARCH + DAY)) == {"First.", "Second.", "Undated."}
    assert visible(collection, filters=Filters(sources=("A",))) == {"First.", "Undated."}
    assert visible(collection, filters=Filters(document_ids=("b", "c", "x"))) == {"Second.", "Undated."}
    assert visible(collection, filters=Filters(sources=("B",), document_ids=("a",))) == set()
    many = tuple(f"n{number}" for number in range(50_000))
    assert visible(collection, filters=Filters(document_ids=(*many, "a"))) == {"First."}


def test_what_is_forgotten_is_gone_with_everything_made_from_it(collection: Collection) -> None:
    collection.add("A text of its own.", id="a")
    collection.add("A newer one.", id="a")
    collection.add("Another document.", id="b")
    ids = collection.store.forget("a")
    assert len(ids) == 2
    assert visible(collection) == visible(collection, datetime(1999, 1, 1, tzinfo=UTC)) == {"Another document."}
    with collection.store.read() as connection:
        for table in (fulltext, sentences, vectors):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 1, table
    with pytest.raises(NotFound):
        collection.store.document("a")
    with pytest.raises(NotFound):
        collection.store.forget("a")


def test_text_two_documents_share_keeps_its_vector_when_one_is_forgotten(collection: Collection) -> None:
    collection.add("The same words.", id="a")
    collection.add("The same words.", id="b")
    assert collection.embedder.embedded == ["The same words."]
    (kept,) = collection.store.passage_ids() - set(collection.store.forget("a"))
    assert collection.store.vectors([kept, "unknown"], collection.embedder.stamp).keys() == {kept}


def test_a_document_that_comes_again_after_it_was_forgotten_has_other_passages(collection: Collection) -> None:
    collection.add("The same words.", id="a")
    (before,) = collection.store.forget("a")
    collection.add("The same words.", id="a")
    assert collection.store.document("a")[1].number == 1
    assert collection.store.passage_ids().isdisjoint({before})


def test_counts_count(collection: Collection) -> None:
    collection.add("Old.", id="a")
    collection.add("New.", id="a")
    collection.add("Other.", id="b")
    counts = collection.store.counts()
    assert (counts.documents, counts.versions, counts.passages, counts.queued_jobs) == (2, 3, 3, 0)


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([(None, 1)], [(None, None)]),
        ([(5, 9)], [(5, None)]),
        ([(None, 1), (None, 4)], [(None, 4), (4, None)]),
        ([(2, 9), (3, 10)], [(2, 3), (3, None)]),
        ([(2, 9), (2, 10)], [(2, 10), (10, None)]),
        ([(5, 9), (3, 10)], [(5, 10), (10, None)]),
        ([(2, 9), (None, 10)], [(2, 10), (10, None)]),
        ([(None, 9), (3, 10)], [(None, 10), (10, None)]),
        ([(2, 9), (30, 10), (30, 11)], [(2, 30), (30, 30), (30, None)]),
        ([(2, 9), (30, 10), (4, 11)], [(2, 11), (30, 11), (11, None)]),
    ],
)
def test_versions_follow_each_other_in_time(
    moments: list[tuple[int | None, int]], expected: list[tuple[int | None, int | None]]
) -> None:
    def day(number: int | None) -> datetime | None:
        return None if number is None else MARCH + number * DAY

    given = [Moment(day(published), MARCH + ingested * DAY) for published, ingested in moments]
    assert validity(given) == [(day(start), day(end)) for start, end in expected]


def test_a_closed_store_opens_again_with_everything(tmp_path: Path) -> None:
    with closing(Collection(tmp_path / "store.sqlite3")) as first:
        first.add("Text.", id="a")
    with closing(Store.open(tmp_path / "store.sqlite3")) as store:
        assert store.document("a")[1].text == "Text."
