"""What is left in the store's files of a document that was deleted: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.purge import Purge
from rag.adapters.lexical import FullText
from rag.types import Question
from tests.collection import Collection

MOMENT = datetime(2100, 1, 1, tzinfo=UTC)
KEPT = ["The harbour opened on Monday.", "A tram left the rails in Osk.", "The council meets in June."]
SECRET = "Zyxwvut Qponmlk confessed to arson."
LEFT = (b"Zyxwvut", b"zyxwvut", b"Qponmlk", b"qponmlk", b"confess")


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "store.sqlite3")) as collection:
        yield collection


def left(folder: Path) -> set[bytes]:
    data = b"".join(path.read_bytes() for path in folder.iterdir())
    return {word for word in LEFT if word in data}


def purge(collection: Collection) -> int:
    """Steps until there is nothing more to do."""
    step, steps = Purge(collection.store).step, 1
    while step():
        steps += 1
    return steps


def test_no_word_of_a_deleted_document_is_left_in_any_file(collection: Collection, tmp_path: Path) -> None:
    for number, text in enumerate(KEPT):
        collection.add(text, id=f"kept-{number}")
    collection.add(SECRET, id="secret")
    assert left(tmp_path) == set(LEFT), "or the test would hold of anything"
    collection.store.forget("secret")
    assert left(tmp_path), "its words are only marked as gone"
    purge(collection)
    assert left(tmp_path) == set()
    assert [collection.store.document(f"kept-{number}")[1].text for number in range(3)] == KEPT
    assert len(FullText(collection.store).search(Question("harbour", MOMENT), 5)) == 1


def test_a_log_that_is_being_read_is_emptied_the_next_time(collection: Collection, tmp_path: Path) -> None:
    collection.add(SECRET, id="secret")
    collection.store.forget("secret")
    with collection.store.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM documents").all()
        purge(collection)
        assert not collection.store.empty_log()
    purge(collection)
    assert left(tmp_path) == set()


def test_without_deletions_nothing_is_done(collection: Collection) -> None:
    collection.add(KEPT[0], id="kept")
    assert purge(collection) == 1
