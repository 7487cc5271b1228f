"""Jobs as those who submit documents see them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, union_all, update
from ulid import ULID

from rag.errors import InvalidInput, KeyReused, NotFound
from rag.store.database import Database
from rag.store.items import FAILED, HAS_WAITING, WAITING, among, carrying, close, item_of, latest
from rag.store.pacing import rate, seconds_left
from rag.store.records import Requeued
from rag.store.tables import SECOND, Row, from_micros, job_items, jobs, now_micros
from rag.types import FINAL, Failure, Job, JobState, NewDocument, Stream, StreamState

FAILURES_SHOWN = 100
_CANCEL_AT_ONCE = 2_000


class Jobs(Database):
    def enqueue(
        self, documents: Sequence[NewDocument | Failure], idempotency_key: str | None = None, request_id: str = ""
    ) -> Job:
        """Submit documents as one job; what has failed before (a line that cannot be read) is listed with it.

        `request_id` goes with the documents to whoever takes them in. The same key with the same documents
        returns the job it made the first time. Raises `KeyReused` when the key was used for other documents.
        """
        items = [item_of(document) for document in documents]
        digest = hashlib.sha256(json.dumps(items).encode()).hexdigest()
        with self.write() as connection:
            if idempotency_key is not None:
                known = connection.execute(select(jobs).where(jobs.c.idempotency_key == idempotency_key)).one_or_none()
                if known is not None:
                    if known.request_digest != digest:
                        raise KeyReused("this key was used before, for other documents", "Idempotency-Key")
                    return _read(connection, [known])[0]
            now = now_micros()
            job = {
                "id": f"job_{ULID()}",
                "created_at": now,
                "total": len(items),
                "idempotency_key": idempotency_key,
                "request_digest": digest,
                "finished_at": None if any(item["state"] == "queued" for item in items) else now,
            }
            connection.execute(insert(jobs), job)
            if items:
                connection.execute(
                    insert(job_items), [{"job_id": job["id"], **carrying(item, request_id)} for item in items]
                )
            return read_job(connection, str(job["id"]))

    def job(self, job_id: str) -> Job:
        """How far a job is, with the first `FAILURES_SHOWN` of its failures. Raises `NotFound`."""
        with self.read() as connection:
            return read_job(connection, job_id)

    def jobs(self, limit: int = 50, state: JobState | None = None) -> list[Job]:
        """The latest jobs, or the latest of those in a state, newest first."""
        query = select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        if state is not None:
            query = query.where(_may_be(state))
        found: list[Job] = []
        with self.read() as connection:
            start = 0
            while page := connection.execute(query.offset(start).limit(limit)).all():
                found += [job for job in _read(connection, page) if state in (None, job.state)]
                start += limit
                if len(found) >= limit:
                    break
        return found[:limit]

    def failures(self, job_id: str, cursor: str | None = None, limit: int = 100) -> tuple[list[Failure], str | None]:
        """At most `limit` failures of a job in the order they were submitted, and where to go on, None at the end.

        Raises `NotFound`, and `InvalidInput` for a cursor that was not given out by this method.
        """
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise InvalidInput("this cursor was not given out by this service", "cursor")
        with self.read() as connection:
            if connection.scalar(select(jobs.c.id).where(jobs.c.id == job_id)) is None:
                raise NotFound(f"there is no job {job_id!r}", "job_id")
            rows = connection.execute(_failed(job_id, int(cursor or 0), limit + 1)).all()
        return [_failure(row) for row in rows[:limit]], str(rows[limit - 1].seq) if len(rows) > limit else None

    def requeue(self, job_id: str, document_ids: Collection[str] | None = None) -> Requeued:
        """Queue the dead letters of a job again, all or those of some documents, as if they had never been tried.

        One whose document was taken in or submitted anew since stays out, or old text would replace new; it becomes
        a failure for good with the code `superseded`. Raises `NotFound`.
        """
        dead = (job_items.c.job_id == job_id) & (job_items.c.state == "done") & (job_items.c.outcome == "dead")
        query = select(job_items.c.seq, job_items.c.document_id).where(dead, job_items.c.payload.is_not(None))
        if document_ids is not None:
            query = query.where(among(job_items.c.document_id, document_ids))
        with self.write() as connection:
            read_job(connection, job_id)
            rows = {row.seq: row.document_id for row in connection.execute(query)}
            ended_well = or_(job_items.c.state != "done", job_items.c.outcome.not_in(FAILED))
            later = latest(connection, ended_well & (job_items.c.seq > min(rows, default=0)), rows.values())
            old = [seq for seq, document_id in rows.items() if later.get(document_id, 0) > seq]
            again = sorted(rows.keys() - set(old))
            detail = "the document was submitted again before this state of it was"
            connection.execute(
                update(job_items)
                .where(among(job_items.c.seq, old))
                .values(outcome="failed", code="superseded", detail=detail, payload=None)
            )
            connection.execute(
                update(job_items)
                .where(among(job_items.c.seq, again))
                .values(state="queued", outcome=None, code="", detail="", attempts=0, losses=0, not_before=0)
            )
            if again:
                fresh = update(jobs).where(jobs.c.id == job_id)
                connection.execute(fresh.values(started_at=None, finished_at=None, pace=None, paced_at=None))
        return Requeued(len(again), len(old))

    def cancel(self, job_id: str) -> Job:
        """End a job: of what is not taken in yet nothing will be, and each becomes a failure with the code `cancelled`.

        A stream that is still being received breaks off. What was taken in, or failed before, stays as it is. A long
        job is ended in several transactions, so that others can write meanwhile. Raises `NotFound`.
        """
        of_job = (job_items.c.job_id == job_id) & job_items.c.state.in_(WAITING)
        some = select(job_items.c.seq).where(of_job).limit(_CANCEL_AT_ONCE)
        end = update(job_items).where(job_items.c.seq.in_(some))
        detail = "the job was cancelled before this document was taken in"
        ended = {"state": "done", "outcome": "failed", "code": "cancelled", "detail": detail, "payload": None}
        with self.write() as connection:
            read_job(connection, job_id)
            receiving = update(jobs).where(jobs.c.id == job_id, jobs.c.stream == StreamState.RECEIVING)
            broken = {"stream": StreamState.BROKEN_OFF, "stream_detail": "the job was cancelled", "receiver": None}
            connection.execute(receiving.values(**broken))
        while True:
            with self.write() as connection:
                if not connection.execute(end.values(**ended, lease_owner=None, lease_until=None)).rowcount:
                    close(connection, [job_id])
                    return read_job(connection, job_id)


def read_job(connection: Connection, job_id: str) -> Job:
    """Raises `NotFound`."""
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no job {job_id!r}", "job_id")
    return _read(connection, [row])[0]


def _may_be(state: JobState) -> Any:
    """What rows of jobs in this state have in common; others may have it too."""
    dead = select(job_items.c.job_id).where(job_items.c.outcome == "dead")
    broken = jobs.c.stream == StreamState.BROKEN_OFF
    if state is JobState.FAILED:
        return or_(jobs.c.id.in_(dead), broken)
    if state is JobState.SUCCEEDED:
        return jobs.c.id.not_in(dead)
    return and_(jobs.c.finished_at.is_(None), or_(HAS_WAITING, jobs.c.stream == StreamState.RECEIVING))


def _failed(job_id: str, after: int, limit: int) -> Select[Any]:
    """The first of each kind in the order of the index, so that the others need not be sorted, however many."""
    columns = (job_items.c.seq, job_items.c.document_id, job_items.c.code, job_items.c.detail, job_items.c.line)
    of_job = select(*columns).where(job_items.c.job_id == job_id, job_items.c.state == "done", job_items.c.seq > after)
    kinds = (of_job.where(job_items.c.outcome == kind).order_by(job_items.c.seq).limit(limit) for kind in FAILED)
    found = union_all(*(select(kind.subquery()) for kind in kinds)).subquery()
    return select(found).order_by(found.c.seq).limit(limit)


def _failure(row: Row) -> Failure:
    return Failure(row.document_id, row.code, row.detail, row.line)


def _read(connection: Connection, rows: Sequence[Row]) -> list[Job]:
    tally = select(job_items.c.job_id, job_items.c.state, job_items.c.outcome, func.count().label("size"))
    tally = tally.where(job_items.c.job_id.in_([row.id for row in rows]))
    tally = tally.group_by(job_items.c.job_id, job_items.c.state, job_items.c.outcome)
    counts: dict[str, dict[tuple[str, str | None], int]] = {row.id: {} for row in rows}
    for row in connection.execute(tally):
        counts[row.job_id][row.state, row.outcome] = row.size
    found = []
    for row in rows:
        count = counts[row.id]
        any_failed = any(("done", outcome) in count for outcome in FAILED)
        failed = connection.execute(_failed(row.id, 0, FAILURES_SHOWN)) if any_failed else ()
        found.append(_job(row, count, tuple(_failure(each) for each in failed)))
    return found


def _job(row: Row, counts: dict[tuple[str, str | None], int], failures: tuple[Failure, ...]) -> Job:
    done = sum(count for (state, _), count in counts.items() if state == "done")
    dead = counts.get(("done", "dead"), 0)
    if done == row.total and row.stream != StreamState.RECEIVING:
        broken = row.stream == StreamState.BROKEN_OFF
        state = JobState.FAILED if dead or broken else JobState.SUCCEEDED
    elif done or any(state == "leased" for state, _ in counts):
        state = JobState.RUNNING
    else:
        state = JobState.QUEUED
    taken = sum(counts.get(("done", outcome), 0) for outcome in ("added", "updated", "unchanged"))
    speed, left = _speed(row, state, done, taken)
    return Job(
        id=row.id,
        state=state,
        total=row.total,
        added=counts.get(("done", "added"), 0),
        updated=counts.get(("done", "updated"), 0),
        unchanged=counts.get(("done", "unchanged"), 0),
        failed=counts.get(("done", "failed"), 0) + dead,
        dead=dead,
        failures=failures,
        created_at=from_micros(row.created_at),
        started_at=None if row.started_at is None else from_micros(row.started_at),
        finished_at=None if row.finished_at is None else from_micros(row.finished_at),
        rate_per_second=speed,
        seconds_left=left,
        stream=Stream(StreamState(row.stream), row.lines, row.stream_detail) if row.stream else None,
    )


def _speed(row: Row, state: JobState, done: int, taken: int) -> tuple[float | None, float | None]:
    """Documents a second, and the seconds left: of a job that ended, its mean and nothing."""
    if row.started_at is None:
        return None, None
    if state in FINAL:
        spent = (row.finished_at - row.started_at) / SECOND if row.finished_at else 0.0
        return (taken / spent if spent > 0 else None), None
    speed = rate(row.pace, (now_micros() - (row.paced_at or row.started_at)) / SECOND)
    known = row.stream != StreamState.RECEIVING
    return speed, seconds_left(row.total - done, speed) if known else None
