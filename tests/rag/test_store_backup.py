"""A backup is the collection at one moment, whole; anything else is refused before something is changed."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.adapters.exact import ExactIndex
from rag.adapters.lexical import FullText
from rag.errors import BackupError, BackupTooNew
from rag.retrieve import Retriever
from rag.store import Store
from rag.store.backup import MANIFEST, STORE, Manifest, back_up, restore
from rag.types import NewDocument, Question
from tests.collection import Collection
from tests.words import WordEmbedder

ARTICLES = [
    NewDocument(
        id=f"a{n}", text=f"The bridge of {town} was opened on day {n}. " + f"It crosses the river at {town}. " * 30
    )
    for n, town in enumerate(("Aldermoor", "Brackwater", "Cinderford", "Dunmarrow", "Eastlow", "Fenwick") * 5)
]


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "data" / "store.sqlite3")) as made:
        yield made


def found(store: Store, text: str) -> list[tuple[str, float]]:
    embedder = WordEmbedder()
    retriever = Retriever(store, embedder, ExactIndex(store, embedder.stamp), FullText(store))
    return [(hit.passage.id, hit.score) for hit in retriever.retrieve(Question(text), 10)]


def test_what_was_restored_elsewhere_is_found_as_before(collection: Collection, tmp_path: Path) -> None:
    collection.take(ARTICLES[:6])
    made = back_up(collection.store.path, tmp_path / "b.tar")
    assert made.counts["documents"] == 6
    assert made.stamps == (WordEmbedder().stamp.key,)
    elsewhere = tmp_path / "elsewhere" / "store.sqlite3"
    assert restore(tmp_path / "b.tar", elsewhere) == made
    with closing(Store.open(elsewhere)) as restored:
        assert restored.counts() == collection.store.counts()
        for question in ("When was the bridge of Cinderford opened?", "river"):
            assert found(restored, question) == found(collection.store, question) != []


def test_a_backup_made_while_documents_come_in_is_one_moment_and_what_was_queued_goes_on(
    collection: Collection, tmp_path: Path
) -> None:
    collection.store.enqueue(ARTICLES)
    worker = threading.Thread(target=collection.work)
    worker.start()
    made: list[Manifest] = []
    while worker.is_alive() or not made:
        made.append(back_up(collection.store.path, tmp_path / f"{len(made)}.tar"))
    worker.join()
    for number in {0, len(made) // 2, len(made) - 1}:
        path = tmp_path / f"restored{number}" / "store.sqlite3"
        restore(tmp_path / f"{number}.tar", path)
        with closing(Collection(path)) as restored:
            counts = restored.store.counts()
            assert counts.documents + counts.queued_documents == len(ARTICLES)
            assert restored.index.count() == counts.passages
            for owner in restored.store.lease_owners():
                restored.store.expire(owner)
            restored.work()
            assert restored.store.counts() == collection.store.counts()


def test_a_restore_replaces_what_was_there_and_what_had_not_reached_its_file(
    collection: Collection, tmp_path: Path
) -> None:
    collection.take(ARTICLES[:2])
    back_up(collection.store.path, tmp_path / "b.tar")
    other = tmp_path / "other" / "store.sqlite3"
    with closing(Collection(other)) as replaced:
        replaced.take(ARTICLES[2:4])
        beside = {name: other.with_name(other.name + name).read_bytes() for name in ("-wal", "-shm")}
    for name, content in beside.items():  # as after a crash
        other.with_name(other.name + name).write_bytes(content)
    restore(tmp_path / "b.tar", other)
    with closing(Store.open(other)) as store:
        assert {stored.document.id for stored in store.documents(None, 10)[0]} == {"a0", "a1"}


def beside(store: Path, key: str) -> Path:
    return store.parent / "collections" / f"{key}.sqlite3"


def test_every_collection_is_in_a_backup_and_those_it_replaces_are_gone(collection: Collection, tmp_path: Path) -> None:
    collection.take(ARTICLES[:1])
    key = collection.store.register("sport", 9)
    with closing(Collection(beside(collection.store.path, key))) as sport:
        sport.take(ARTICLES[1:3])
    collection.store.register("removed", 9)  # its file is gone, as when it is deleted at this moment
    made = back_up(collection.store.path, tmp_path / "b.tar")
    assert (set(made.collections), made.total["documents"]) == ({key}, 3)
    other = tmp_path / "other" / "store.sqlite3"
    with closing(Collection(other)) as replaced, closing(Collection(beside(other, "stray"))) as stray:
        replaced.take(ARTICLES[4:5])
        stray.take(ARTICLES[5:6])
    assert restore(tmp_path / "b.tar", other) == made
    assert [path.name for path in other.parent.joinpath("collections").iterdir()] == [f"{key}.sqlite3"]
    with closing(Store.open(other)) as store, closing(Store.open(beside(other, key))) as sport:
        assert store.registered() == {key: "sport"}
        assert {stored.document.id for stored in store.documents(None, 10)[0]} == {"a0"}
        assert {stored.document.id for stored in sport.documents(None, 10)[0]} == {"a1", "a2"}


def test_a_backup_from_before_there_were_several_stores_in_one_is_restored(
    collection: Collection, tmp_path: Path
) -> None:
    collection.take(ARTICLES[:2])
    back_up(collection.store.path, tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as tar:
        manifest = json.load(tar.extractfile(MANIFEST))  # type: ignore[arg-type]
    del manifest["collections"]
    repacked(tmp_path / "b.tar", tmp_path / "old.tar", manifest=manifest | {"format": 1})
    other = tmp_path / "other" / "store.sqlite3"
    restore(tmp_path / "old.tar", other)
    with closing(Store.open(other)) as store:
        assert store.counts().documents == 2


def repacked(source: Path, target: Path, manifest: dict[str, Any] | None = None, store: bytes | None = None) -> Path:
    """A backup with another manifest or another store in it."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for name, other in ((MANIFEST, manifest and json.dumps(manifest).encode()), (STORE, store)):
            content = other or old.extractfile(name).read()  # type: ignore[union-attr]
            member = tarfile.TarInfo(name)
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return target


def test_what_is_not_a_whole_backup_is_refused_and_nothing_is_changed(collection: Collection, tmp_path: Path) -> None:
    collection.take(ARTICLES[:2])
    whole = tmp_path / "b.tar"
    made = back_up(collection.store.path, whole)
    with tarfile.open(whole) as tar:
        manifest = json.load(tar.extractfile(MANIFEST))  # type: ignore[arg-type]
        store = tar.extractfile(STORE).read()  # type: ignore[union-attr]
    (tmp_path / "cut.tar").write_bytes(whole.read_bytes()[: made.bytes // 2])
    (tmp_path / "text.tar").write_text("not a tar at all")
    with tarfile.open(tmp_path / "empty.tar", "w"):
        pass
    flipped = bytes([*store[:5000], store[5000] ^ 1, *store[5001:]])
    later = manifest | {"revision": "9999"}
    target = tmp_path / "target" / "store.sqlite3"
    target.parent.mkdir()
    target.write_text("as it was")
    for source, error, words in (
        (tmp_path / "cut.tar", BackupError, "could not be restored"),
        (tmp_path / "text.tar", BackupError, "could not be restored"),
        (tmp_path / "empty.tar", BackupError, "has no manifest.json"),
        (repacked(whole, tmp_path / "1.tar", store=flipped), BackupError, "is damaged"),
        (repacked(whole, tmp_path / "2.tar", manifest=later), BackupTooNew, "newer Groundwire"),
        (repacked(whole, tmp_path / "3.tar", manifest=manifest | {"format": 3}), BackupTooNew, "newer Groundwire"),
        (repacked(whole, tmp_path / "4.tar", manifest={"files": []}), BackupError, "its manifest is another"),
        (
            repacked(whole, tmp_path / "5.tar", manifest=manifest | {"counts": {"documents": 7}}),
            BackupError,
            "not what",
        ),
    ):
        with pytest.raises(error, match=words):
            restore(source, target)
    assert [path.name for path in target.parent.iterdir()] == ["store.sqlite3"]
    assert target.read_text() == "as it was"


def test_a_backup_that_cannot_be_written_leaves_the_one_before(collection: Collection, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    target.write_text("the one before")
    with pytest.raises(BackupError, match="nothing to back up"):
        back_up(tmp_path / "nowhere.sqlite3", target)
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"no database" * 1000)
    with pytest.raises(BackupError, match=r"b\.tar could not be written"):
        back_up(broken, target)
    with pytest.raises(BackupError, match="could not be written"):
        back_up(collection.store.path, target / "below-a-file.tar")
    assert target.read_text() == "the one before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar", "broken.sqlite3", "data"]


def test_a_backup_is_taken_beside_a_write_that_is_not_done(collection: Collection, tmp_path: Path) -> None:
    collection.take(ARTICLES[:1])
    with closing(sqlite3.connect(collection.store.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM documents")
        assert back_up(collection.store.path, tmp_path / "b.tar").counts["documents"] == 1
        writer.execute("ROLLBACK")
