"""The way of a document into the truth and its copy, with faults at every step of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from ingest.ahead import EMBED_AT_ONCE
from ingest.pipeline import Pipeline, Stopped, reindex
from ingest.split import sentences
from rag.errors import NotFound, Unavailable
from rag.seams import IndexRow, Vectors
from rag.store import Store
from rag.store.leases import MAX_ATTEMPTS
from rag.store.tables import job_items
from rag.types import Job, JobState, NewDocument, Sentence
from tests.collection import OWNER, Collection
from tests.ingest.rows import RowIndex
from tests.words import WordEmbedder

MARCH = datetime(2025, 3, 1, tzinfo=UTC)


class Killed(BaseException):
    """Stands for a process that ends at this very point."""


@pytest.fixture
def index() -> RowIndex:
    return RowIndex()


@pytest.fixture
def collection(tmp_path: Path, index: RowIndex) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "store.sqlite3", index)) as collection:
        yield collection


def hurry(store: Store) -> None:
    """As if every back-off and every lease were over."""
    with store.write() as connection:
        connection.execute(update(job_items).values(not_before=0, lease_until=0))


def agrees(collection: Collection, index: RowIndex) -> bool:
    return index.rows.keys() == collection.store.passage_ids() and not collection.store.outbox(1)


def test_what_was_embedded_is_the_text_under_its_title(collection: Collection) -> None:
    collection.add("Text.", id="a", title="Title")
    collection.add("Text.", id="b")
    assert collection.embedder.embedded == ["Title\nText.", "Text."]


def test_an_unchanged_document_costs_nothing(collection: Collection, index: RowIndex) -> None:
    collection.add("Text.", id="a", title="T")
    before = dict(index.rows)
    assert collection.add("Text.", id="a", title="T").unchanged == 1
    assert index.rows == before
    assert len(collection.embedder.embedded) == 1
    assert collection.store.counts().versions == 1


def test_a_changed_text_is_a_new_version_and_only_new_passages_are_embedded(collection: Collection) -> None:
    same = " ".join(f"This is sentence {number} of the part that stays as it is." for number in range(12))
    collection.add(f"{same} And an end.", id="a")
    embedded = len(collection.embedder.embedded)
    assert collection.add(f"{same} And another end.", id="a").updated == 1
    assert collection.store.document("a")[1].number == 2
    assert len(collection.embedder.embedded) - embedded == 1


def test_metadata_alone_changes_the_current_version_and_embeds_nothing(collection: Collection, index: RowIndex) -> None:
    collection.add("Text.", id="a", title="T")
    assert collection.add("Text.", id="a", title="T", url="http://a.b", source="S", published_at=MARCH).updated == 1
    document, version = collection.store.document("a")
    assert (document.url, document.source, document.published_at, version.number) == ("http://a.b", "S", MARCH, 1)
    assert len(collection.embedder.embedded) == 1
    (row,) = index.rows.values()
    assert (row.source, row.published_at, row.valid_from) == ("S", MARCH, MARCH)
    assert agrees(collection, index)


def test_another_title_is_embedded_and_searched_anew(collection: Collection, index: RowIndex) -> None:
    collection.add("Text.", id="a", title="Old")
    collection.add("Text.", id="a", title="New")
    assert collection.embedder.embedded == ["Old\nText.", "New\nText."]
    collection.add("Text.", id="a", title="Old")
    assert collection.store.document("a")[1].number == 1
    assert agrees(collection, index)


def test_the_index_learns_until_when_a_version_counted(collection: Collection, index: RowIndex) -> None:
    collection.add("Old.", id="a")
    collection.add("New.", id="a")
    old, new = sorted(index.rows.values(), key=lambda row: row.version)
    assert old.valid_to == new.valid_from == collection.store.document("a")[1].ingested_at
    assert new.valid_to is None


def test_one_bad_document_fails_alone(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(text: str, language: str) -> list[Sentence]:
        if "trap" in text:
            raise RecursionError("deep")
        return sentences(text, language)

    monkeypatch.setattr("ingest.prepare.sentences", trip)
    texts = {"a": "A.", "b": "A trap.", "c": "\0", "d": "D.", "e": "x" * 2_000_001}
    job = collection.take([NewDocument(text=text, id=name) for name, text in texts.items()])
    assert job.added == 2
    assert {f.id: f.code for f in job.failures} == {"c": "empty_text", "e": "too_large"}, "it may be a passing fault"
    for _ in range(MAX_ATTEMPTS):
        hurry(collection.store)
        collection.work()
    ended = collection.store.job(job.id)
    assert {f.id: f.code for f in ended.failures} == {"b": "internal_error", "c": "empty_text", "e": "too_large"}
    assert (ended.state, ended.dead) == (JobState.FAILED, 1)


def test_an_unexpected_fault_of_one_document_keeps_no_other_from_being_taken_in(
    collection: Collection, index: RowIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = index.add

    def trip(rows: Sequence[IndexRow]) -> None:
        if any(row.document_id == "b" for row in rows):
            raise ValueError("odd rows")
        add(rows)

    monkeypatch.setattr(index, "add", trip)
    job = collection.take([NewDocument(text=f"Text {name}.", id=name) for name in "abc"])
    for _ in range(MAX_ATTEMPTS):
        hurry(collection.store)
        collection.work()
    ended = collection.store.job(job.id)
    assert (ended.added, [(f.id, f.code) for f in ended.failures]) == (2, [("b", "internal_error")])


def test_a_part_that_is_away_is_told_from_a_document_it_cannot_take(collection: Collection, index: RowIndex) -> None:
    def taken() -> Unavailable | None:
        collection.store.enqueue([NewDocument(text="Text.", id="a")])
        hurry(collection.store)
        return collection.pipeline.take(OWNER, collection.store.lease(OWNER, 60, 1, 1_000))

    collection.embedder.errors.append(Unavailable("embedder", "this text is too much"))
    assert taken() is None
    index.away = True
    away = taken()
    assert away is not None
    assert away.part == "index"


def test_while_the_index_is_away_nothing_is_seen_and_later_everything(collection: Collection, index: RowIndex) -> None:
    collection.add("Old.", id="a")
    index.away = True
    job = collection.add("New.", id="a")
    assert job.state is JobState.RUNNING or job.state is JobState.QUEUED
    assert collection.store.document("a")[1].text == "Old.", "the old version answers until the new one can"
    index.away = False
    hurry(collection.store)
    collection.work()
    assert collection.store.job(job.id).updated == 1
    assert collection.store.document("a")[1].text == "New."
    assert agrees(collection, index)


def test_an_embedder_that_fails_once_is_asked_again(collection: Collection) -> None:
    collection.embedder.errors.append(Unavailable("embedder", "out of memory"))
    job = collection.add("Text.", id="a")
    assert job.done == 0
    hurry(collection.store)
    collection.work()
    assert collection.store.job(job.id).added == 1


def test_documents_are_written_while_the_next_are_embedded(collection: Collection, index: RowIndex) -> None:
    written, embed = threading.Event(), collection.embedder.embed_documents
    waited: list[bool] = []

    def second_waits(texts: Sequence[str]) -> Vectors:
        if collection.embedder.embedded:
            waited.append(written.wait(120))
        return embed(texts)

    collection.embedder.embed_documents = second_waits  # type: ignore[method-assign]
    index.after = written.set
    job = _take_all(collection, [f"Text {number}." for number in range(EMBED_AT_ONCE + 1)])
    assert job.added == EMBED_AT_ONCE + 1
    assert waited == [True]
    assert agrees(collection, index)


def test_a_fault_in_embedding_the_next_documents_leaves_those_before_written(
    collection: Collection, index: RowIndex
) -> None:
    embed = collection.embedder.embed_documents

    def second_fails(texts: Sequence[str]) -> Vectors:
        if len(collection.embedder.embedded) == EMBED_AT_ONCE:
            raise Unavailable("embedder", "out of memory")
        return embed(texts)

    collection.embedder.embed_documents = second_fails  # type: ignore[method-assign]
    job = _take_all(collection, [f"Text {number}." for number in range(EMBED_AT_ONCE + 3)])
    assert job.added == EMBED_AT_ONCE
    assert agrees(collection, index)
    collection.embedder.embed_documents = embed  # type: ignore[method-assign]
    hurry(collection.store)
    collection.work()
    assert collection.store.job(job.id).added == EMBED_AT_ONCE + 3
    assert len(collection.embedder.embedded) == EMBED_AT_ONCE + 3
    assert agrees(collection, index)


def test_a_passage_that_two_groups_of_documents_share_is_embedded_once(collection: Collection) -> None:
    texts = [f"Text {number}." for number in range(EMBED_AT_ONCE)]
    assert _take_all(collection, [*texts, texts[0], texts[-1]]).added == EMBED_AT_ONCE + 2
    assert collection.embedder.embedded == texts


def test_a_fault_that_does_not_pass_ends_the_job(collection: Collection, index: RowIndex) -> None:
    index.away = True
    job = collection.store.enqueue([NewDocument(text="Text.", id="a")])
    for _ in range(10):
        collection.work()
        hurry(collection.store)
    ended = collection.store.job(job.id)
    assert ended.state is JobState.FAILED
    assert [failure.code for failure in ended.failures] == ["unavailable"]


@pytest.mark.parametrize("step", ["known_vectors", "take_in", "clear_outbox"])
def test_killed_at_any_step_a_restart_does_it_all_exactly_once(
    collection: Collection, index: RowIndex, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.add("Old.", id="b")
    job = collection.store.enqueue([NewDocument(text=f"Text {name}.", id=name) for name in "abc"])
    with monkeypatch.context() as patch:
        patch.setattr(collection.store, step, _killed)
        with pytest.raises(Killed):
            collection.work()
    hurry(collection.store)
    collection.work()
    collection.pipeline.settle()
    ended = collection.store.job(job.id)
    assert (ended.state, ended.added, ended.updated) == (JobState.SUCCEEDED, 2, 1)
    assert [d.version for d in collection.store.documents(None, 10)[0]] == [1, 2, 1]
    assert agrees(collection, index)


def test_killed_after_the_index_was_given_rows_the_same_rows_are_made_again(
    collection: Collection, index: RowIndex
) -> None:
    collection.store.enqueue([NewDocument(text="Text.", id="a")])
    index.after = _killed
    with pytest.raises(Killed):
        collection.work()
    left = set(index.rows)
    assert len(left) == 1
    assert collection.store.passage_ids() == set()
    index.after = lambda: None
    hurry(collection.store)
    collection.work()
    assert index.rows.keys() == left == collection.store.passage_ids()


def test_a_document_deleted_while_it_was_taken_in_leaves_nothing_in_the_index(
    collection: Collection, index: RowIndex
) -> None:
    collection.store.enqueue([NewDocument(text="Text.", id="a")])
    index.after = lambda: collection.store.forget("a")
    collection.work()
    assert index.rows == {}
    with pytest.raises(NotFound):
        collection.store.document("a")


def test_deleting_empties_the_index_too_if_not_now_then_later(collection: Collection, index: RowIndex) -> None:
    for name in "ab":
        collection.add(f"Text {name}.", id=name)
    collection.pipeline.forget("a")
    assert index.rows.keys() == collection.store.passage_ids()
    index.away = True
    collection.pipeline.forget("b")
    assert collection.store.passage_ids() == set()
    assert not collection.pipeline.settle()
    index.away = False
    assert collection.pipeline.settle()
    assert agrees(collection, index)
    with pytest.raises(NotFound):
        collection.pipeline.forget("b")


def test_a_long_text_interrupted_goes_on_where_it_was(tmp_path: Path) -> None:
    text = " ".join(f"This is sentence number {number} of a very long text." for number in range(800))
    stop = False
    with closing(Collection(tmp_path / "store.sqlite3")) as collection:
        pipeline = Pipeline(collection.store, collection.embedder, collection.index, stopping=lambda: stop)
        embed = collection.embedder.embed_documents

        def embed_and_stop(texts: Sequence[str]) -> Vectors:
            nonlocal stop
            stop = True
            return embed(texts)

        collection.embedder.embed_documents = embed_and_stop  # type: ignore[method-assign]
        collection.store.enqueue([NewDocument(text=text, id="a")])
        with pytest.raises(Stopped):
            pipeline.take(OWNER, collection.store.lease(OWNER, 60, 8, 10**9))
        stop = False
        collection.embedder.embed_documents = embed  # type: ignore[method-assign]
        collection.store.release(OWNER)
        collection.work()
        assert len(collection.embedder.embedded) == collection.store.counts().passages > 2 * EMBED_AT_ONCE


def test_repair_finds_what_the_index_lost_and_what_it_has_too_much(collection: Collection, index: RowIndex) -> None:
    for name in "abc":
        collection.add(f"Text {name}.", id=name)
    whole = dict(index.rows)
    lost = sorted(whole)[0]
    del index.rows[lost]
    index.rows |= {"x": whole[lost], "y": whole[lost]}
    collection.pipeline.repair()
    assert index.rows.keys() == whole.keys()
    assert len(collection.embedder.embedded) == 3


def test_another_embedder_embeds_what_is_there_and_never_mixes(tmp_path: Path) -> None:
    with closing(Collection(tmp_path / "store.sqlite3", RowIndex())) as before:
        before.add("Text.", id="a", title="T")
    index = RowIndex()
    with closing(Collection(tmp_path / "store.sqlite3", index, WordEmbedder("other"))) as after:
        assert reindex(after.store, index, after.embedder.stamp) == 0
        after.pipeline.repair()
        assert after.embedder.embedded == ["T\nText."]
        assert agrees(after, index)


def test_reindexing_builds_the_index_anew_without_embedding(collection: Collection, index: RowIndex) -> None:
    for name in "abc":
        collection.add(f"Text {name}.", id=name)
    index.rows = {"stray": next(iter(index.rows.values()))}
    told: list[int] = []
    assert reindex(collection.store, index, collection.embedder.stamp, told.append) == 3
    assert told == [3]
    assert agrees(collection, index)
    assert len(collection.embedder.embedded) == 3


def _take_all(collection: Collection, texts: Sequence[str]) -> Job:
    """Take these in with one lease."""
    job = collection.store.enqueue([NewDocument(text=text, id=f"d{number}") for number, text in enumerate(texts)])
    collection.pipeline.take(OWNER, collection.store.lease(OWNER, 60, len(texts), 10**6))
    return collection.store.job(job.id)


def _killed(*_: object) -> None:
    raise Killed
