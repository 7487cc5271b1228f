"""The process that takes documents in: it may be told to stop, killed or orphaned at any time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from ingest.bench import BATCH_ITEMS, Bench
from ingest.pipeline import Pipeline
from ingest.worker import Worker
from rag.errors import SetupError, Unavailable
from rag.seams import Vectors
from rag.store import Store
from rag.store.tables import bands, job_items, signatures
from rag.types import JobState, NewDocument
from tests.collection import Collection
from tests.serving import until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "store.sqlite3")) as collection:
        yield collection


def docs(*ids: str) -> list[NewDocument]:
    return [NewDocument(text=f"Text of {name}.", id=name) for name in ids]


def bench_of(collection: Collection, stop: threading.Event, lease_seconds: float = 60) -> Bench:
    pipeline = Pipeline(collection.store, collection.embedder, collection.index, stopping=stop.is_set)
    return Bench(collection.store, pipeline, collection.embedder, lease_seconds)


def worker_of(collection: Collection, stop: threading.Event, lease_seconds: float = 60) -> Worker:
    bench = bench_of(collection, stop, lease_seconds)
    return Worker(lambda: [bench], lease_seconds, stop)


@contextmanager
def running(
    collection: Collection, leave: Callable[[int], object] = lambda _: None, lease_seconds: float = 1
) -> Iterator[threading.Event]:
    stop = threading.Event()
    worker = worker_of(collection, stop, lease_seconds)
    threads = [
        threading.Thread(target=worker.run),
        threading.Thread(target=worker.keep_alive, kwargs={"leave": leave}),
    ]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_it_does_what_is_submitted_before_and_while_it_runs(collection: Collection) -> None:
    first = collection.store.enqueue(docs("a", "b"))
    with running(collection):
        until(lambda: collection.store.job(first.id).added == 2, "the first job was not done")
        second = collection.store.enqueue(docs("b", "c"))
        until(lambda: collection.store.job(second.id).state is JobState.SUCCEEDED, "the second job was not done")
    assert collection.store.job(second.id).unchanged == 1


def test_without_work_it_compares_what_was_taken_in_before_there_were_signatures(collection: Collection) -> None:
    collection.take(docs("a", "b"))
    with collection.store.write() as connection:
        connection.execute(delete(signatures))
        connection.execute(delete(bands))
    worker = worker_of(collection, threading.Event())
    assert [worker.step(), worker.step()] == [True, False]
    assert not collection.store.unsigned(0, 1)


def test_without_work_no_text_is_embedded(collection: Collection) -> None:
    worker = worker_of(collection, threading.Event())

    def loaded(text: str) -> Vectors:
        raise AssertionError("the embedder was used")

    collection.embedder.embed_query = loaded  # type: ignore[method-assign]
    assert not worker.step()


def test_an_embedder_that_cannot_be_loaded_is_not_held_against_the_documents(collection: Collection) -> None:
    def broken(text: str) -> Vectors:
        raise SetupError("no weights")

    embed, collection.embedder.embed_query = collection.embedder.embed_query, broken  # type: ignore[method-assign]
    job = collection.store.enqueue(docs("a"))
    with pytest.raises(SetupError):
        worker_of(collection, threading.Event()).run()
    collection.embedder.embed_query = embed  # type: ignore[method-assign]
    (item,) = collection.store.lease("x/1/y", 60, 8, 1_000)
    assert item.attempts == 1
    assert collection.store.job(job.id).failures == ()


def test_while_a_part_is_away_no_more_is_leased_than_showed_it(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("index", "Chroma is away")

    monkeypatch.setattr("ingest.bench.BATCH_ITEMS", 1)
    for name in ("add", "count"):
        monkeypatch.setattr(collection.index, name, away)
    collection.store.enqueue(docs("a", "b"))
    with pytest.raises(Unavailable, match="Chroma is away"):
        bench_of(collection, threading.Event()).step()
    assert [item.document_id for item in collection.store.lease("x/1/y", 60, 8, 1_000)] == ["b"]


def test_a_fault_of_any_kind_is_waited_out(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.worker._LONGEST_WAIT", 0.01)
    faults = [ValueError("odd"), Unavailable("store", "the disk is full")]
    work_waits = collection.store.work_waits

    def faulty() -> bool:
        if faults:
            raise faults.pop()
        return work_waits()

    monkeypatch.setattr(collection.store, "work_waits", faulty)
    job = collection.store.enqueue(docs("a"))
    with running(collection):
        until(lambda: collection.store.job(job.id).added == 1, "the job was not done")


def test_what_a_full_disk_kept_from_being_put_off_is_not_held_for_ever(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise Unavailable("store", "the disk is full")

    bench = bench_of(collection, threading.Event())
    collection.store.enqueue(docs("a"))
    with monkeypatch.context() as patch:
        for name in ("take_in", "postpone"):
            patch.setattr(collection.store, name, full)
        with pytest.raises(Unavailable):
            bench.step()
    assert collection.store.lease_owners() == [bench.owner]
    bench.step()
    assert collection.store.lease_owners() == []


def test_the_lease_is_kept_while_something_takes_long(collection: Collection) -> None:
    inside, go_on = threading.Event(), threading.Event()
    embed = collection.embedder.embed_documents

    def slow(texts: Sequence[str]) -> Vectors:
        inside.set()
        go_on.wait(120)
        return embed(texts)

    collection.embedder.embed_documents = slow  # type: ignore[method-assign]
    job = collection.store.enqueue(docs("a"))

    def leased_until() -> int:
        with collection.store.read() as connection:
            return int(connection.scalar(select(job_items.c.lease_until)) or 0)

    with running(collection, lease_seconds=4):
        assert inside.wait(120)
        first = leased_until()
        until(lambda: leased_until() > first > 0, "the lease was not renewed")
        go_on.set()
        until(lambda: collection.store.job(job.id).added == 1, "the job was not done")


def test_told_to_stop_in_something_long_it_lets_go_and_leaves(collection: Collection) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(texts: Sequence[str]) -> Vectors:
        inside.set()
        go_on.wait(120)
        raise Unavailable("embedder", "stopped")

    collection.embedder.embed_documents = slow  # type: ignore[method-assign]
    collection.store.enqueue(docs("a"))
    left: list[int] = []

    def leave(code: int) -> None:
        left.append(code)
        go_on.set()

    with running(collection, leave) as stop:
        assert inside.wait(120)
        stop.set()
        assert go_on.wait(120)
    assert left == [0]
    (item,) = collection.store.lease("x/1/y", 60, 8, 1_000)
    assert item.attempts == 1, "what was broken off does not count as tried"


def test_what_a_dead_worker_on_this_machine_held_is_taken_over_at_once(collection: Collection) -> None:
    import socket

    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    collection.store.enqueue(docs("a"))
    assert collection.store.lease(f"{socket.gethostname()}/{gone.pid}/x", 3_600, 8, 1_000)
    collection.store.enqueue(docs("b"))
    assert collection.store.lease("elsewhere/1/x", 3_600, 8, 1_000)
    with running(collection):
        until(lambda: collection.store.counts().documents == 1, "the work was not taken over")
    assert collection.store.counts().queued_documents == 1, "a worker elsewhere may still run"


def test_the_index_is_looked_at_again_and_again_while_it_runs(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.bench._REPAIR_EVERY", 0.05)
    repairs: list[int] = []
    repair = Pipeline.repair

    def counted(pipeline: Pipeline) -> None:
        repairs.append(1)
        if len(repairs) == 1:
            raise Unavailable("index", "it is just being started")
        repair(pipeline)

    monkeypatch.setattr(Pipeline, "repair", counted)
    with running(collection):
        until(lambda: len(repairs) > 2, "the index was not looked at again")


def test_orphaned_it_ends(collection: Collection) -> None:
    stop = threading.Event()
    worker = worker_of(collection, stop, lease_seconds=1)
    thread = threading.Thread(target=worker.run)
    thread.start()
    worker.keep_alive(orphaned=lambda: True, leave=lambda _: None)
    thread.join()
    assert stop.is_set()


@contextmanager
def process(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m ingest.worker` on a data folder; killed in the end if it still runs."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GROUNDWIRE_")}
    environment |= {key: os.environ[key] for key in ("GROUNDWIRE_HOME",) if key in os.environ}
    command = [sys.executable, "-m", "ingest.worker"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment | {"GROUNDWIRE_DATA": str(data)}, stderr=subprocess.DEVNULL
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def wait_for(happened: Callable[[], bool]) -> None:
    """Longer than `until` has patience for: the real embedder is loaded meanwhile."""
    deadline = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < deadline, "the worker did not get there"
        time.sleep(0.01)


@pytest.mark.fault
def test_killed_while_it_works_the_next_one_finishes_with_every_document_once(tmp_path: Path) -> None:
    """Two batches, the second one small: what a worker was killed at is given out one by one."""
    count = BATCH_ITEMS + 6
    with closing(Store.open(tmp_path / "store.sqlite3")) as store:

        def submitted(number: int) -> str:
            told = [f"Report {number}.{n} tells of something else than any other one." for n in range(count)]
            return store.enqueue([NewDocument(text=text, id=f"d{number}.{n}") for n, text in enumerate(told)]).id

        jobs = [submitted(0)]
        with process(tmp_path) as first:

            def killed_in_between() -> bool:
                """Killed where part of a job is done: for as long as this writes, the worker cannot do the rest."""
                if not store.job(jobs[-1]).added:
                    return False
                with store.write():
                    if in_between := store.job(jobs[-1]).added < count:
                        first.kill()
                        first.wait()
                if not in_between:  # it was faster than this looked
                    jobs.append(submitted(len(jobs)))
                return in_between

            wait_for(killed_in_between)
        assert 0 < store.job(jobs[-1]).added < count
        with process(tmp_path) as second:
            wait_for(lambda: store.job(jobs[-1]).state is JobState.SUCCEEDED)
            second.send_signal(signal.SIGTERM)
            assert second.wait(120) == 0
        assert [(ended.added, ended.failures) for ended in map(store.job, jobs)] == [(count, ())] * len(jobs)
        listed, _ = store.documents(None, 2 * count * len(jobs))
        assert [stored.version for stored in listed] == [1] * count * len(jobs)
