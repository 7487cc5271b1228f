"""Kept answers, marks and keys in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from rag.errors import AnswerNotFound, InvalidInput, NotFound
from rag.store.tables import answers, to_micros
from rag.types import Answer, Citation, Claim, Document, Filters, Hit, Passage, Question, Refusal, Status
from tests.collection import Collection

TEXT = "The bridge of Arle was opened on 3 May."
OTHER = "The ferry of Arle stopped."
QUESTION = Question(
    "When was the bridge opened?",
    datetime(2025, 5, 4, tzinfo=UTC),
    Filters(datetime(2025, 1, 1, tzinfo=UTC), None, ("A",)),
)
DAYS, MOST = 30.0, 100


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "store.sqlite3")) as collection:
        collection.add(TEXT, id="bridge", title="Arle opens its bridge", source="The Arle Post")
        collection.add(OTHER, id="ferry", title="FÄHRE eingestellt", source="Arle Bote")
        collection.add("Nothing else.", id="plain")
        yield collection


def hit(document_id: str, text: str, copies: tuple[Document, ...] = ()) -> Hit:
    return Hit(Passage("p", document_id, 1, 0, len(text), text), Document(document_id), 1.0, 1, copies=copies)


def reply(key: str, *copies: str, quote: str = TEXT) -> Answer:
    """An answer from the bridge, with the ferry among its passages."""
    others = tuple(Document(copy) for copy in copies)
    cited = Citation(1, Document("bridge"), 1, 0, len(quote), quote, copies=others)
    claims = (Claim("It was opened on 3 May.", (1,), 0.9),)
    return Answer(key, Status.ANSWERED, claims, (cited,), (hit("ferry", OTHER),), 1, "m", {})


def keep(collection: Collection, answer: Answer | Refusal, most: int = MOST) -> bool:
    return collection.store.keep_answer(QUESTION, answer, f'{{"id": "{answer.id}"}}', DAYS, most)


def age(collection: Collection, answer_id: str, days: float) -> None:
    then = to_micros(datetime.now(UTC) - timedelta(days=days))
    with collection.store.write() as connection:
        connection.execute(update(answers).where(answers.c.id == answer_id).values(asked_at=then))


def kept(collection: Collection, *ids: str) -> list[bool]:
    found = []
    for answer_id in ids:
        try:
            collection.store.answer(answer_id, DAYS)
        except AnswerNotFound:
            found.append(False)
        else:
            found.append(True)
    return found


def test_an_answer_comes_back_with_what_was_asked(collection: Collection) -> None:
    before = datetime.now(UTC)
    assert keep(collection, reply("ans_1"))
    found = collection.store.answer("ans_1", DAYS)
    assert (found.question, found.as_of, found.filters) == (QUESTION.text, QUESTION.as_of, QUESTION.filters)
    assert found.body == '{"id": "ans_1"}'
    assert before <= found.asked_at <= datetime.now(UTC)
    assert not kept(collection, "ans_2")[0]


@pytest.mark.parametrize("gone", ["bridge", "ferry", "plain"])
def test_deleting_a_document_takes_along_every_answer_that_shows_something_of_it(
    collection: Collection, gone: str
) -> None:
    keep(collection, reply("ans_1", "plain"))
    keep(collection, Refusal("ans_2", Status.NOT_FOUND, "no", (hit("ferry", OTHER),), "m", {}))
    collection.store.mark_answer("ans_1", "", "good", "", DAYS)
    collection.store.forget(gone)
    assert kept(collection, "ans_1", "ans_2") == [False, gone != "ferry"]
    assert collection.store.marked_answers() == []


def test_an_answer_whose_document_was_deleted_before_it_could_be_kept_is_not_kept(collection: Collection) -> None:
    collection.store.forget("ferry")
    assert not keep(collection, reply("ans_1"))
    collection.add("The ferry of Arle runs on.", id="ferry")
    assert not keep(collection, reply("ans_1")), "it is another document now"
    assert kept(collection, "ans_1") == [False]


def test_an_answer_whose_quote_is_not_stored_is_not_kept(collection: Collection) -> None:
    assert not keep(collection, reply("ans_1", quote=TEXT.replace("3 May", "4 May")))


def test_a_later_version_of_a_document_leaves_answers_from_the_earlier_one(collection: Collection) -> None:
    keep(collection, reply("ans_1"))
    collection.add("The bridge of Arle was opened on 4 May.", id="bridge")
    assert kept(collection, "ans_1") == [True]


def test_answers_are_kept_for_their_time_and_marked_ones_for_their_marks(collection: Collection) -> None:
    for key in ("ans_1", "ans_2"):
        keep(collection, reply(key))
    collection.store.mark_answer("ans_2", "", "bad", "", DAYS)
    for key in ("ans_1", "ans_2"):
        age(collection, key, DAYS + 1)
    assert kept(collection, "ans_1", "ans_2") == [False, False]
    with pytest.raises(AnswerNotFound):
        collection.store.mark_answer("ans_1", "", "bad", "", DAYS)
    collection.store.prune_answers(DAYS, MOST)
    assert [found.id for found in collection.store.marked_answers()] == ["ans_2"]
    with pytest.raises(AnswerNotFound):
        collection.store.answer("ans_1", 10 * DAYS)


def test_the_latest_so_many_are_kept_and_as_many_marked_ones(collection: Collection) -> None:
    for number in range(5):
        keep(collection, reply(f"ans_{number}"), most=3)
        if number < 2:
            collection.store.mark_answer(f"ans_{number}", "", "good", "", DAYS)
    assert kept(collection, *(f"ans_{number}" for number in range(5))) == [True] * 5
    keep(collection, reply("ans_5"), most=3)
    assert kept(collection, "ans_0", "ans_1", "ans_2", "ans_3") == [True, True, False, True]


def test_each_key_has_one_mark_on_an_answer_and_the_last_counts(collection: Collection) -> None:
    keep(collection, reply("ans_1"))
    for key, mark, note in (("a", "good", ""), ("b", "bad", "wrong day"), ("a", "bad", "no")):
        collection.store.mark_answer("ans_1", key, mark, note, DAYS)  # type: ignore[arg-type]
    (found,) = collection.store.marked_answers()
    assert [(mark.key_id, mark.mark, mark.note) for mark in found.marks] == [
        ("a", "bad", "no"),
        ("b", "bad", "wrong day"),
    ]


def test_sources_are_counted_by_current_versions(collection: Collection) -> None:
    collection.add(f"{TEXT} Later.", id="bridge", source="Arle Bote")
    assert collection.store.sources() == {"": 1, "Arle Bote": 2}
    collection.store.forget("plain")
    assert collection.store.sources() == {"Arle Bote": 2}


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("arle", ["bridge", "ferry"]),
        ("ARLE post", ["bridge"]),
        ("bridge opens", ["bridge"]),
        ("fähre", ["ferry"]),
        ("arle %", []),
        ("bridge ferry", []),
        ("  ", ["bridge", "ferry", "plain"]),
    ],
)
def test_documents_are_found_by_words_of_title_and_source_in_any_case(
    collection: Collection, search: str, found: list[str]
) -> None:
    page, cursor = collection.store.documents(None, 50, search)
    assert ([stored.document.id for stored in page], cursor) == (found, None)


def test_a_search_goes_on_at_its_cursor(collection: Collection) -> None:
    first, cursor = collection.store.documents(None, 1, "arle")
    second, end = collection.store.documents(cursor, 1, "arle")
    assert [stored.document.id for stored in (*first, *second)] == ["bridge", "ferry"]
    assert end is None


def test_a_key_is_found_by_its_id_and_once_there_was_one_that_is_remembered(collection: Collection) -> None:
    store, later = collection.store, datetime.now(UTC) + timedelta(days=1)
    assert store.access_key("") == (False, None)
    store.add_key("k1", "desk", {"write", "ask"}, "digest", later)
    any_keys, key = store.access_key("k1")
    assert any_keys
    assert key is not None
    assert (key.name, sorted(key.scopes), key.digest, key.expires_at) == ("desk", ["ask", "write"], "digest", later)
    assert key.usable(datetime.now(UTC))
    assert not key.usable(later)
    with pytest.raises(InvalidInput, match="desk"):
        store.add_key("k2", "desk", {"ask"}, "digest", None)
    assert not store.revoke_key("desk").usable(datetime.now(UTC))
    assert store.access_key("nothing") == (True, None)
    for which in ("desk", "k1", "nobody"):
        with pytest.raises(NotFound):
            store.revoke_key(which)
    store.add_key("k2", "desk", {"ask"}, "digest", None)
    assert store.revoke_key("k2").id == "k2"
    assert [known.id for known in store.access_keys()] == ["k1", "k2"]
