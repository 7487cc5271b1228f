"""Clusters in the store: right in whatever order documents come, change and go."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, func, select

from ingest.copies import sign
from ingest.pipeline import Pipeline
from rag.copies import bands as bands_of
from rag.store.database import MIGRATIONS
from rag.store.tables import bands, signatures, versions
from rag.types import Document, Filters, NewDocument, Question
from tests.collection import OWNER, Collection
from tests.stories import corrected, story, text, trimmed, updated

MARCH = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WHOLE = story(1)
HALVES = [text(WHOLE[:6]), text(WHOLE), text(WHOLE[6:]), text(story(2)), text(corrected(story(2)))]
"""The first and the third are copies of the second, and not of each other."""


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "store.sqlite3")) as collection:
        yield collection


def clusters(
    collection: Collection, as_of: datetime | None = None, filters: Filters | None = None
) -> dict[str, list[str]]:
    """The clusters by the id of each document that a question may see, as lists of ids."""
    question = Question("x", as_of or datetime.now(UTC), filters or Filters())
    seen = collection.store.passages(collection.store.passage_ids(), question)
    found = collection.store.copies(seen, question)
    return {document.id: [d.id for d in found.get(document.id, (document,))] for _, document in seen.values()}


def consistent(collection: Collection) -> bool:
    """Whether each version has a signature, the bands of it and no others, and its cluster the smallest key of it."""
    with collection.store.read() as connection:
        texts = dict(connection.execute(select(versions.c.key, versions.c.text)).all())
        clustered = select(signatures.c.version_key, signatures.c.cluster)
        named = dict(connection.execute(clustered).all())
        held = {(key, band) for key, band in connection.execute(select(bands.c.version_key, bands.c.band))}
    first = {cluster: min(key for key in named if named[key] == cluster) for cluster in named.values()}
    return (
        texts.keys() == named.keys()
        and held == {(key, band) for key, each in texts.items() for band in bands_of(sign(each))}
        and all(cluster == key for cluster, key in first.items())
    )


def test_a_story_in_several_papers_is_one_cluster_and_another_story_its_own(collection: Collection) -> None:
    for name, edit in (("b", corrected), ("c", updated), ("d", trimmed)):
        collection.add(text(edit(WHOLE)), id=name, title=f"Headline of {name}")
    collection.add(text(story(2)), id="z")
    collection.add(text(WHOLE), id="a")
    together = ["a", "b", "c", "d"]
    assert clusters(collection) == dict.fromkeys(together, together) | {"z": ["z"]}


def test_a_document_that_links_two_clusters_makes_them_one_and_takes_them_apart_again(collection: Collection) -> None:
    for name, at in (("a", 0), ("b", 2)):
        collection.add(HALVES[at], id=name)
    assert clusters(collection) == {"a": ["a"], "b": ["b"]}
    collection.add(HALVES[1], id="c")
    assert clusters(collection)["a"] == clusters(collection)["b"] == ["a", "b", "c"]
    collection.store.forget("c")
    assert clusters(collection) == {"a": ["a"], "b": ["b"]}
    assert consistent(collection)


def test_a_cluster_outlives_the_document_it_was_named_after(collection: Collection) -> None:
    for name in "abc":
        collection.add(text(WHOLE), id=name)
    collection.store.forget("a")
    assert clusters(collection) == {"b": ["b", "c"], "c": ["b", "c"]}
    collection.add(text(trimmed(WHOLE)), id="a")
    assert clusters(collection)["a"] == ["a", "b", "c"]
    assert consistent(collection)


def test_a_new_version_is_compared_anew_and_the_past_stays_as_it_was(collection: Collection) -> None:
    collection.add(text(WHOLE), id="a", published_at=MARCH)
    collection.add(text(WHOLE), id="b", published_at=MARCH)
    collection.add(text(story(2)), id="c", published_at=MARCH)
    collection.add(text(story(2)), id="a", published_at=MARCH + DAY)
    assert clusters(collection, MARCH) == {"a": ["a", "b"], "b": ["a", "b"], "c": ["c"]}
    assert clusters(collection, MARCH + DAY) == {"a": ["a", "c"], "b": ["b"], "c": ["a", "c"]}
    collection.store.forget("a")
    assert clusters(collection, MARCH) == {"b": ["b"], "c": ["c"]}
    assert consistent(collection)


def test_versions_of_one_document_are_not_each_others_copies(collection: Collection) -> None:
    collection.add(text(WHOLE), id="a")
    collection.add(text(corrected(WHOLE)), id="a")
    assert clusters(collection) == {"a": ["a"]}
    with collection.store.read() as connection:
        assert connection.scalar(select(func.count(signatures.c.cluster.distinct()))) == 2


def test_other_metadata_change_no_cluster(collection: Collection) -> None:
    for name in "ab":
        collection.add(text(WHOLE), id=name)
    collection.add(text(WHOLE), id="a", title="Another headline", source="S")
    assert clusters(collection) == {"a": ["a", "b"], "b": ["a", "b"]}
    assert consistent(collection)


def test_a_question_sees_only_the_copies_it_allows(collection: Collection) -> None:
    for name, day in (("a", 0), ("b", 5), ("c", 9)):
        collection.add(text(WHOLE), id=name, source=name.upper(), published_at=MARCH + day * DAY)
    assert clusters(collection, MARCH + DAY * 6) == {"a": ["a", "b"], "b": ["a", "b"]}
    assert clusters(collection, filters=Filters(sources=("B", "C"))) == {"b": ["b", "c"], "c": ["b", "c"]}
    assert clusters(collection, filters=Filters(published_after=MARCH + DAY * 6)) == {"c": ["c"]}


def test_of_very_many_copies_the_first_are_named_and_all_hang_together(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.copies.MOST_COPIES", 3)
    collection.take([NewDocument(id=f"d{number:03}", text=text(WHOLE)) for number in range(120)])
    assert clusters(collection)["d077"] == ["d000", "d001", "d002", "d003"]
    with collection.store.read() as connection:
        assert connection.scalar(select(func.count(signatures.c.cluster.distinct()))) == 1


def test_clusters_depend_on_what_is_there_and_not_on_how_it_came(collection: Collection) -> None:
    def add(arriving: Sequence[tuple[str, int]]) -> None:
        collection.take([NewDocument(id=name, text=HALVES[kind]) for name, kind in arriving])

    def forget(names: Iterable[str]) -> None:
        for name in names:
            collection.store.forget(name)

    @given(
        st.permutations([*range(5), 0, 3]), st.sets(st.sampled_from([f"d{place}" for place in range(7)]), max_size=3)
    )
    @settings(max_examples=8, deadline=None)
    def check(order: Sequence[int], gone: set[str]) -> None:
        arriving = [(f"d{place}", kind) for place, kind in enumerate(order)]
        add(arriving)
        forget(sorted(gone))
        assert consistent(collection)
        left = clusters(collection)
        forget({name for name, _ in arriving} - gone)
        add([each for each in arriving[::-1] if each[0] not in gone])
        assert clusters(collection) == left
        add([each for each in arriving if each[0] in gone])
        forget(gone)
        assert clusters(collection) == left, "what came and went leaves no trace"
        forget({name for name, _ in arriving} - gone)
        assert consistent(collection)

    check()


def test_what_was_taken_in_before_there_were_signatures_is_compared_when_there_is_time(collection: Collection) -> None:
    for name, at in (("a", 0), ("b", 2), ("c", 1), ("d", 3)):
        collection.add(HALVES[at], id=name)
    with collection.store.write() as connection:
        connection.execute(delete(signatures).where(signatures.c.version_key != 2))
        connection.execute(delete(bands).where(bands.c.version_key != 2))
    assert clusters(collection) == {key: [key] for key in "abcd"}, "what was not compared yet has no copies"
    collection.add(HALVES[4], id="e")
    pipeline = Pipeline(collection.store, collection.embedder, collection.index)
    while pipeline.compare():
        pass
    assert clusters(collection) == {key: ["a", "b", "c"] for key in "abc"} | {key: ["d", "e"] for key in "de"}
    assert consistent(collection)


def test_a_store_of_before_is_migrated_and_taken_up(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 's'}")
    with engine.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "s")) as file, file:
        for key, name in enumerate("ab", 1):
            file.execute("INSERT INTO documents VALUES (?, 1)", (name,))
            file.execute(
                "INSERT INTO versions VALUES (?, ?, 1, 9, 'x', '', '', '', '', NULL, 0, 0, ?, ?, ?)",
                (key, name, -(2**63), 2**63 - 1, text(WHOLE)),
            )
    with closing(Collection(tmp_path / "s")) as collection:
        assert collection.store.document("a")[0] == Document("a")
        collection.add(text(WHOLE), id="b", authors=("Jane Doe",))
        assert collection.store.document("b")[0] == Document("b", authors=("Jane Doe",))
        assert collection.pipeline.compare()
        assert not collection.pipeline.compare()
        collection.add(text(WHOLE), id="c")
        assert clusters(collection)["c"] == ["a", "b", "c"]


def test_a_document_deleted_while_it_waited_to_be_compared_leaves_nothing(collection: Collection) -> None:
    collection.add(text(WHOLE), id="a")
    signed = {1: sign(text(WHOLE)), 7: sign("Gone.")}
    collection.store.keep_signatures(signed)
    assert consistent(collection)


def test_a_batch_that_holds_its_own_copies_is_clustered(collection: Collection) -> None:
    collection.store.enqueue([NewDocument(id=name, text=text(WHOLE)) for name in "abc"])
    collection.pipeline.take(OWNER, collection.store.lease(OWNER, 60, 8, 100_000))
    assert clusters(collection)["b"] == ["a", "b", "c"]
