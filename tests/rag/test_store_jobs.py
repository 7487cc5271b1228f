"""Jobs: what was submitted is done once, in order, or listed with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from rag.errors import InvalidInput, KeyReused, NotFound
from rag.store import Requeued, Result
from rag.store.leases import MAX_ATTEMPTS, MAX_LOSSES
from rag.store.tables import job_items
from rag.types import Failure, JobState, NewDocument
from tests.collection import Collection

ME, OTHER = "host/1/a", "host/2/b"
ALL = 1_000


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with closing(Collection(tmp_path / "store.sqlite3")) as collection:
        yield collection


def lease(collection: Collection, owner: str = ME, seconds: float = 60) -> list[str]:
    return [item.document_id for item in collection.store.lease(owner, seconds, ALL, 10**9)]


def hurry(collection: Collection) -> None:
    """As if every back-off were over."""
    with collection.store.write() as connection:
        connection.execute(update(job_items).values(not_before=0))


def docs(*ids: str) -> list[NewDocument]:
    return [NewDocument(text=f"Text of {name}.", id=name) for name in ids]


def test_a_job_tells_what_became_of_every_document(collection: Collection) -> None:
    collection.take(docs("a", "b"))
    changed = NewDocument(text="Other text.", id="b")
    job = collection.take([*docs("a"), changed, *docs("c"), NewDocument(text="  \n", id="d")])
    assert job.state is JobState.SUCCEEDED
    assert (job.total, job.added, job.updated, job.unchanged) == (4, 1, 1, 1)
    assert [(failure.id, failure.code) for failure in job.failures] == [("d", "empty_text")]


def test_a_job_is_queued_then_running_then_succeeded(collection: Collection) -> None:
    job = collection.store.enqueue(docs("a"))
    assert job.state is JobState.QUEUED
    (item,) = collection.store.lease(ME, 60, ALL, ALL)
    assert collection.store.job(job.id).state is JobState.RUNNING
    collection.pipeline.take(ME, [item])
    assert collection.store.job(job.id).state is JobState.SUCCEEDED


def test_an_unknown_job_is_not_found_and_an_empty_one_has_succeeded(collection: Collection) -> None:
    with pytest.raises(NotFound):
        collection.store.job("job_x")
    assert collection.store.enqueue([]).state is JobState.SUCCEEDED


def test_jobs_are_listed_newest_first(collection: Collection) -> None:
    ids = [collection.store.enqueue(docs(name)).id for name in "abc"]
    assert [job.id for job in collection.store.jobs(2)] == ids[:0:-1]


def test_the_same_key_returns_the_same_job_and_never_another_ones(collection: Collection) -> None:
    first = collection.store.enqueue(docs("a"), "key")
    assert collection.store.enqueue(docs("a"), "key").id == first.id
    with pytest.raises(KeyReused):
        collection.store.enqueue(docs("b"), "key")
    assert collection.store.enqueue(docs("a")).id != first.id


def test_what_failed_before_is_listed_with_the_job(collection: Collection) -> None:
    bad = Failure("file:3", "invalid_record", "line 3: it is not JSON")
    job = collection.store.enqueue(
        [bad, *docs("a"), NewDocument(text="x", id="\ud800"), NewDocument(text="x", id="i" * 513)]
    )
    assert job.failures[0] == bad
    assert [failure.code for failure in job.failures] == ["invalid_record"] * 3
    assert lease(collection) == ["a"]


def test_the_later_of_two_states_in_one_batch_wins(collection: Collection) -> None:
    job = collection.take([NewDocument(text=text, id="a") for text in ("One.", "Two.", "Two.", "Three.")])
    assert (job.total, job.added, job.updated, job.unchanged) == (4, 1, 2, 1)
    assert collection.store.document("a")[1].text == "Three."


def test_states_of_one_document_are_never_worked_on_at_once_or_out_of_order(collection: Collection) -> None:
    collection.store.enqueue([*docs("a", "b"), *docs("a")])
    assert lease(collection, ME) == ["a", "b"]
    assert lease(collection, OTHER) == []
    collection.store.postpone(ME, [1], "Chroma is away")
    assert lease(collection, OTHER) == []
    hurry(collection)
    assert lease(collection, OTHER) == ["a"]


def test_identity_is_the_id_else_the_url_else_the_content(collection: Collection) -> None:
    def one(text: str, url: str = "") -> None:
        collection.take([NewDocument(text=text, url=url)])

    one("Text.", "HTTP://Example.com:80/news/#top")
    one("Other text.", "http://example.com/news")
    one("Some text")
    one("Some  text\n")
    stored, _ = collection.store.documents(None, 10)
    assert [(s.document.id.split("_")[0], s.version) for s in stored] == [("text", 2), ("url", 2)]


def test_a_batch_is_bounded_in_number_and_size(collection: Collection) -> None:
    collection.store.enqueue([NewDocument(text="x" * size, id=str(size)) for size in (10, 20, 30, 1_000, 5)])
    assert [item.document_id for item in collection.store.lease(ME, 60, 2, 100)] == ["10", "20"]
    assert [item.document_id for item in collection.store.lease(ME, 60, 9, 100)] == ["30"]
    assert [item.document_id for item in collection.store.lease(ME, 60, 9, 100)] == ["1000"]


def test_a_lease_that_ran_out_is_given_to_another_and_the_first_writes_no_more(collection: Collection) -> None:
    job = collection.store.enqueue(docs("a"))
    (item,) = collection.store.lease(ME, -1, ALL, ALL)
    assert lease(collection, OTHER) == ["a"]
    collection.pipeline.take(ME, [item])
    assert collection.store.job(job.id).done == 0
    assert collection.store.counts().documents == 0


def test_a_heartbeat_keeps_the_lease(collection: Collection) -> None:
    collection.store.enqueue(docs("a"))
    lease(collection, ME, -1)
    collection.store.heartbeat(ME, 60)
    assert lease(collection, OTHER) == []


def test_a_worker_that_leaves_gives_its_work_back_uncounted(collection: Collection) -> None:
    collection.store.enqueue(docs("a"))
    for _ in range(MAX_ATTEMPTS + 1):
        lease(collection)
        collection.store.release(ME)
    (item,) = collection.store.lease(ME, 60, ALL, ALL)
    assert item.attempts == 1


def test_an_item_that_takes_its_worker_with_it_is_given_up(collection: Collection) -> None:
    job = collection.store.enqueue(docs("a", "b"))
    assert lease(collection) == ["a", "b"]
    collection.store.expire(ME)
    for losses in range(1, MAX_LOSSES):
        assert lease(collection) == ["a"], "what was lost before is taken alone"
        collection.store.expire(ME)
        if losses < MAX_LOSSES - 1:
            assert lease(collection, OTHER) == ["b"], "what was lost again holds up nobody"
            collection.store.release(OTHER)
        hurry(collection)
    assert lease(collection) == ["b"]
    (failure,) = collection.store.job(job.id).failures
    assert (failure.id, failure.code) == ("a", "worker_lost")
    assert collection.store.job(job.id).dead == 1


def test_a_lease_that_runs_out_again_and_again_is_given_up_too(collection: Collection) -> None:
    job = collection.store.enqueue(docs("a"))
    for _ in range(MAX_LOSSES):
        assert lease(collection, ME, -1) == ["a"]
    assert lease(collection) == []
    assert [failure.code for failure in collection.store.job(job.id).failures] == ["worker_lost"]


def test_what_a_part_that_was_away_stopped_is_tried_together_again_and_the_rest_alone(collection: Collection) -> None:
    collection.store.enqueue(docs("a", "b", "c", "d"))
    lease(collection)
    collection.store.postpone(ME, [1, 2], "Chroma is away", together=True)
    collection.store.postpone(ME, [3, 4], "who knows", "internal_error")
    hurry(collection)
    assert lease(collection) == ["a", "b"]
    assert lease(collection) == ["c"]
    assert lease(collection) == ["d"]


def given_up(collection: Collection, *documents: NewDocument, code: str = "unavailable") -> str:
    """A job of documents that were all tried too often."""
    job = collection.store.enqueue(documents)
    for _ in range(MAX_ATTEMPTS):
        hurry(collection)
        items = collection.store.lease(ME, 60, ALL, ALL)
        collection.store.postpone(ME, [item.seq for item in items], "Chroma is away", code, together=True)
    assert collection.store.job(job.id).state is JobState.FAILED
    return job.id


def test_dead_letters_can_be_queued_again_all_or_some(collection: Collection) -> None:
    job_id = given_up(collection, *docs("a", "b", "c"))
    assert collection.store.requeue(job_id, ["b", "x"]) == Requeued(1, 0)
    assert collection.store.job(job_id).state is JobState.RUNNING
    assert collection.store.requeue(job_id) == Requeued(2, 0)
    assert collection.store.requeue(job_id) == Requeued(0, 0)
    collection.work()
    ended = collection.store.job(job_id)
    assert (ended.state, ended.added, ended.dead, ended.failures) == (JobState.SUCCEEDED, 3, 0, ())
    with pytest.raises(NotFound):
        collection.store.requeue("job_x")


def test_what_failed_for_good_is_not_queued_again(collection: Collection) -> None:
    job_id = given_up(collection, NewDocument(text="Text.", id="x" * 600), *docs("a"))
    assert collection.store.requeue(job_id).queued == 1
    collection.work()
    assert [failure.code for failure in collection.store.job(job_id).failures] == ["invalid_record"]


def test_a_dead_letter_never_replaces_what_came_after_it(collection: Collection) -> None:
    job_id = given_up(collection, NewDocument(text="Old.", id="a"), *docs("b"))
    collection.add("New.", id="a")
    assert collection.store.requeue(job_id) == Requeued(1, 1)
    collection.work()
    assert collection.store.document("a")[1].text == "New."
    ended = collection.store.job(job_id)
    assert ended.state is JobState.SUCCEEDED
    assert [(failure.id, failure.code) for failure in ended.failures] == [("a", "superseded")]


def test_states_of_a_document_that_were_all_given_up_come_again_in_their_order(collection: Collection) -> None:
    first = given_up(collection, NewDocument(text="One.", id="a"))
    second = given_up(collection, NewDocument(text="Two.", id="a"))
    collection.store.requeue(first)
    collection.store.requeue(second)
    collection.work()
    assert collection.store.document("a")[1].text == "Two."
    assert collection.store.document("a")[1].number == 2


def test_deleting_a_document_removes_its_dead_letters(collection: Collection) -> None:
    job_id = given_up(collection, *docs("a"))
    collection.store.forget("a")
    assert collection.store.requeue(job_id) == Requeued(0, 0)
    ended = collection.store.job(job_id)
    assert (ended.dead, [failure.code for failure in ended.failures]) == (0, ["deleted"])
    with collection.store.read() as connection:
        assert set(connection.scalars(select(job_items.c.payload))) == {None}


def test_states_of_one_document_do_not_hide_what_comes_long_after_them(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.leases._LOOKED_AT", 4)
    collection.store.enqueue([NewDocument(text=f"State {number}.", id="a") for number in range(12)] + docs("b"))
    assert lease(collection) == ["a"]
    assert lease(collection) == ["b"], "what waits for its turn keeps nobody else waiting"


def test_a_cancelled_job_ends_what_waits_and_what_a_worker_is_at_and_leaves_the_rest(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.jobs._CANCEL_AT_ONCE", 2)
    other = collection.store.enqueue(docs("x"))
    job = collection.store.enqueue([NewDocument(text=" ", id="blank"), *docs("a", "b", "c", "d", "e")])
    collection.pipeline.take(ME, collection.store.lease(ME, 60, 3, 1_000))
    held = collection.store.lease(ME, 60, 1, 1_000)
    ended = collection.store.cancel(job.id)
    assert (ended.state, ended.added, ended.failed, ended.dead) == (JobState.SUCCEEDED, 1, 5, 0)
    assert ended.finished_at is not None
    assert [failure.code for failure in ended.failures] == ["empty_text", *["cancelled"] * 4]
    assert collection.pipeline.take(ME, held) is None
    collection.work()
    assert [stored.document.id for stored in collection.store.documents()[0]] == ["a", "x"]
    assert collection.store.job(other.id).added == 1
    assert collection.store.counts().queued_jobs == 0
    with collection.store.read() as connection:
        assert set(connection.scalars(select(job_items.c.payload))) == {None}
    with pytest.raises(NotFound):
        collection.store.cancel("job_x")


def test_a_stream_whose_job_is_cancelled_breaks_off(collection: Collection) -> None:
    reception = collection.store.receive("key")
    collection.store.append(reception, [(1, docs("a")[0])], 1, "1")
    assert collection.store.cancel(reception.job_id).state is JobState.FAILED
    with pytest.raises(KeyReused):
        collection.store.append(reception, [(2, docs("b")[0])], 2, "2")
    assert collection.store.end(reception).total == 1


def test_jobs_are_listed_by_state(collection: Collection) -> None:
    failed = given_up(collection, *docs("a"))
    done = collection.take(docs("b")).id
    begun = collection.store.enqueue(docs("c"))
    lease(collection)
    queued = collection.store.enqueue(docs("d"))
    for state, job_id in zip(JobState, (queued.id, begun.id, done, failed), strict=True):
        assert [job.id for job in collection.store.jobs(10, state)] == [job_id]


def test_failures_are_told_a_page_at_a_time_each_once(collection: Collection) -> None:
    job = collection.store.enqueue([*(Failure(f"f{n}", "invalid_record", "bad") for n in range(250)), *docs("a")])
    assert (job.failed, len(job.failures)) == (250, 100)
    seen: list[str] = []
    cursor: str | None = None
    while cursor or not seen:
        page, cursor = collection.store.failures(job.id, cursor, 120)
        seen += [failure.id for failure in page]
    assert seen == [f"f{n}" for n in range(250)]
    with pytest.raises(InvalidInput):
        collection.store.failures(job.id, "x")
    with pytest.raises(NotFound):
        collection.store.failures("job_x")


def test_a_job_tells_when_it_began_how_fast_it_goes_and_when_it_ended(collection: Collection) -> None:
    job = collection.store.enqueue(docs("a", "b", "c"))
    assert (job.started_at, job.finished_at, job.rate_per_second, job.seconds_left) == (None,) * 4
    items = collection.store.lease(ME, 60, 2, ALL)
    begun = collection.store.job(job.id)
    assert begun.started_at is not None
    assert (begun.rate_per_second, begun.seconds_left) == (None, None)
    collection.pipeline.take(ME, items)
    half = collection.store.job(job.id)
    assert half.rate_per_second
    assert half.seconds_left == pytest.approx(1 / half.rate_per_second)
    assert half.finished_at is None
    collection.work()
    ended = collection.store.job(job.id)
    assert ended.finished_at is not None
    assert ended.started_at == begun.started_at
    assert ended.rate_per_second == pytest.approx(3 / (ended.finished_at - begun.started_at).total_seconds())
    assert ended.seconds_left is None


def test_a_passing_fault_is_tried_again_later_and_not_for_ever(collection: Collection) -> None:
    job = collection.store.enqueue(docs("a"))
    for attempt in range(MAX_ATTEMPTS):
        assert lease(collection) == ["a"]
        collection.store.postpone(ME, [1], "Chroma is away")
        if attempt < MAX_ATTEMPTS - 1:
            assert lease(collection) == [], "its time has not come"
            hurry(collection)
    ended = collection.store.job(job.id)
    assert (ended.state, ended.dead) == (JobState.FAILED, 1)
    assert [(failure.code, failure.detail) for failure in ended.failures] == [("unavailable", "Chroma is away")]


def test_what_a_done_item_carried_is_removed(collection: Collection) -> None:
    collection.take([*docs("a", "a"), NewDocument(text=" ", id="b")])
    with collection.store.read() as connection:
        assert set(connection.scalars(select(job_items.c.payload))) == {None}


def test_deleting_cancels_what_was_submitted_before_and_not_what_comes_after(collection: Collection) -> None:
    collection.add("First.", id="a")
    before = collection.store.enqueue(docs("a", "a", "b"))
    collection.store.forget("a")
    after = collection.store.enqueue([NewDocument(text="Again.", id="a")])
    collection.work()
    assert [failure.code for failure in collection.store.job(before.id).failures] == ["deleted", "deleted"]
    assert collection.store.job(before.id).state is JobState.SUCCEEDED
    assert collection.store.job(after.id).added == 1
    assert collection.store.document("a")[1].text == "Again."


def test_a_document_only_on_its_way_can_be_deleted(collection: Collection) -> None:
    collection.store.enqueue(docs("a"))
    assert collection.store.forget("a") == []
    assert lease(collection) == []


def test_a_delete_while_the_document_is_being_taken_in_wins(collection: Collection) -> None:
    job = collection.store.enqueue(docs("a", "b"))
    items = collection.store.lease(ME, 60, ALL, ALL)
    collection.store.forget("a")
    collection.pipeline.take(ME, items)
    ended = collection.store.job(job.id)
    assert [failure.code for failure in ended.failures] == ["deleted"]
    assert ended.added == 1
    with pytest.raises(NotFound):
        collection.store.document("a")


def test_results_of_items_that_are_not_ones_own_are_ignored(collection: Collection) -> None:
    job = collection.store.enqueue(docs("a"))
    lease(collection, ME)
    written = collection.store.take_in(OTHER, [], {1: Result("unchanged")}, {}, collection.embedder.stamp)
    assert written == set()
    assert collection.store.job(job.id).done == 0


def test_times_survive_the_queue(collection: Collection) -> None:
    time = datetime(1923, 4, 5, 6, 7, 8, 901234, tzinfo=UTC)
    collection.add("Text.", id="a", published_at=time)
    assert collection.store.document("a")[0].published_at == time
