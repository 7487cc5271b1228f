"""What a full disk and a store that cannot be written to do: named errors, reading goes on, and so does work."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from ingest.bench import Bench
from ingest.worker import Worker
from rag.errors import DataUnusable, DiskFull, ReadOnly, StoreDamaged
from rag.store import Result, Store
from rag.types import JobState, NewDocument
from tests.collection import Collection
from tests.serving import until

MANY = [NewDocument(id=f"d{n}", text=f"Bridge {n} was opened. " * 60) for n in range(40)]


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "store.sqlite3")) as made:
        made.add("Rain fell on Oslo.", id="first")
        yield made


@contextmanager
def under(store: Store, pragma: str) -> Iterator[None]:
    """Every connection of the store is under a pragma of SQLite meanwhile."""

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(pragma).close()

    store.close()  # connections that are there have no limit; the next ones do
    event.listen(store._engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(store._engine, "connect", limit)
        store.close()


def full(store: Store) -> str:
    with store.read() as connection:
        return f"PRAGMA max_page_count={connection.exec_driver_sql('PRAGMA page_count').scalar_one()}"


def test_a_full_disk_is_named_reading_goes_on_and_so_does_writing_once_there_is_room(collection: Collection) -> None:
    store = collection.store
    with under(store, full(store)):
        with pytest.raises(DiskFull) as raised:
            store.enqueue(MANY)
        assert (raised.value.code, raised.value.part) == ("disk_full", "store")
        assert store.document("first")[1].text == "Rain fell on Oslo."
        assert store.backlog().waiting == 0, "all of a job or nothing"
    assert store.enqueue(MANY).total == len(MANY)


def test_a_worker_waits_while_the_disk_is_full_and_goes_on_by_itself(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = collection.store
    job = store.enqueue(MANY)
    stop, waited = threading.Event(), threading.Event()
    bench = Bench(store, collection.pipeline, collection.embedder, 60.0)
    worker = Worker(lambda: [bench], 60.0, stop)
    monkeypatch.setattr("ingest.worker._LONGEST_WAIT", 0.01)

    class Watching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if getattr(record, "code", "") == "disk_full":
                waited.set()

    watching = Watching()
    logging.getLogger("ingest.worker").addHandler(watching)
    thread = threading.Thread(target=worker.run, daemon=True)
    with under(store, full(store)):
        thread.start()
        assert waited.wait(120)
        assert store.job(job.id).state is not JobState.SUCCEEDED
    try:
        until(lambda: store.job(job.id).done == job.total, "it does not go on")
    finally:
        stop.set()
        thread.join()
        logging.getLogger("ingest.worker").removeHandler(watching)
    assert store.job(job.id).state is JobState.SUCCEEDED


def test_a_store_that_cannot_be_written_to_is_named_and_still_read(collection: Collection) -> None:
    store = collection.store
    with under(store, "PRAGMA query_only=ON"):
        with pytest.raises(ReadOnly) as raised:
            store.enqueue(MANY)
        assert raised.value.code == "read_only"
        assert store.counts().documents == 1
    assert store.enqueue(MANY).total == len(MANY)


def test_a_damaged_store_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with closing(Collection(path)) as collection:
        collection.take(MANY)
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(content[:half] + b"\xff" * half)
    with closing(Store.open(path)) as store, pytest.raises(StoreDamaged, match="restore FILE --replace"):
        list(map(store.document, [str(document.id) for document in MANY]))
    path.write_bytes(b"no database" * 1_000)
    with pytest.raises(DataUnusable, match="restore FILE --replace"):
        Store.open(path)


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(DataUnusable, match="GROUNDWIRE_DATA"):
        Store.open(tmp_path / "data" / "store.sqlite3")
    with pytest.raises(DataUnusable, match="cannot open"):
        Store.open(tmp_path)


def test_what_waits_and_what_was_given_up_is_counted_until_it_is_taken_in(collection: Collection) -> None:
    store = collection.store
    assert store.backlog().lag_seconds == 0
    store.enqueue([NewDocument(id="lost", text="It was lost."), NewDocument(id="empty", text="")])
    assert store.backlog().waiting == 2
    assert store.backlog().lag_seconds > 0
    store.enqueue([NewDocument(id="x", text="")])
    (lost, _, _) = store.lease("host/1/x", 60, 8, 10**6)
    store.take_in("host/1/x", [], {lost.seq: Result("dead", "worker_lost", "gone")}, {}, collection.embedder.stamp)
    for owner in store.lease_owners():
        store.expire(owner)
    collection.work()
    assert (store.backlog().waiting, store.backlog().failed, store.backlog().given_up) == (0, 3, 1)
    collection.add("It was found.", id="lost")
    assert (store.backlog().failed, store.backlog().given_up) == (3, 0)
