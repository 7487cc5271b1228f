"""Jobs as those who submit documents see them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select
from ulid import ULID

from rag.errors import KeyReused, NotFound, Rejected
from rag.identity import identity
from rag.store.database import Database
from rag.store.tables import Row, from_micros, job_items, jobs, now_micros
from rag.types import Failure, Job, JobState, NewDocument

# Codes of failures that were worth another try until there were too many.
GAVE_UP = frozenset({"unavailable", "worker_lost"})


class Jobs(Database):
    def enqueue(
        self, documents: Sequence[NewDocument | Failure], idempotency_key: str | None = None, request_id: str = ""
    ) -> Job:
        """Submit documents as one job; what has failed before (a line that cannot be read) is listed with it.

        `request_id` goes with the documents to whoever takes them in. The same key with the same documents
        returns the job it made the first time. Raises `KeyReused` when the key was used for other documents.
        """
        items = [_item(document) for document in documents]
        digest = hashlib.sha256(json.dumps(items).encode()).hexdigest()
        with self.write() as connection:
            if idempotency_key is not None:
                known = connection.execute(select(jobs).where(jobs.c.idempotency_key == idempotency_key)).one_or_none()
                if known is not None:
                    if known.request_digest != digest:
                        raise KeyReused("this key was used before, for other documents", "Idempotency-Key")
                    return _read(connection, [known])[0]
            job = {
                "id": f"job_{ULID()}",
                "created_at": now_micros(),
                "total": len(items),
                "idempotency_key": idempotency_key,
                "request_digest": digest,
            }
            connection.execute(insert(jobs), job)
            if items:
                connection.execute(
                    insert(job_items), [{"job_id": job["id"], **_carrying(item, request_id)} for item in items]
                )
            return _read(connection, connection.execute(select(jobs).where(jobs.c.id == job["id"])).all())[0]

    def job(self, job_id: str) -> Job:
        """How far a job is. Raises `NotFound`."""
        with self.read() as connection:
            found = _read(connection, connection.execute(select(jobs).where(jobs.c.id == job_id)).all())
        if not found:
            raise NotFound(f"there is no job {job_id!r}", "job_id")
        return found[0]

    def jobs(self, limit: int = 50) -> list[Job]:
        """The latest jobs, newest first."""
        latest = select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit)
        with self.read() as connection:
            return _read(connection, connection.execute(latest).all())


def payload_of(text: str) -> tuple[NewDocument, str]:
    """What an item carries: the document, and the id of the request that submitted it."""
    fields = json.loads(text)
    published, request_id = fields.pop("published_at"), fields.pop("request_id", "")
    fields |= {name: tuple(fields[name]) for name in ("corrects", "retracts", "pages") if name in fields}
    return NewDocument(**fields, published_at=datetime.fromisoformat(published) if published else None), request_id


def _carrying(item: dict[str, Any], request_id: str) -> dict[str, Any]:
    """The request is no part of what makes two submissions the same, so it is added last."""
    if not request_id or item["payload"] is None:
        return item
    return item | {"payload": json.dumps(json.loads(item["payload"]) | {"request_id": request_id})}


def _item(document: NewDocument | Failure) -> dict[str, Any]:
    """The row of an item, already done if it can be seen to fail."""
    if isinstance(document, Failure):
        return _failed(document.id, document.code, document.detail)
    try:
        document_id = identity(document)
    except Rejected as error:
        return _failed(document.id, error.code, str(error))
    fields = asdict(document)
    published = document.published_at
    fields["published_at"] = published.isoformat() if published else None
    row: dict[str, Any] = {"document_id": document_id, "payload": json.dumps(fields), "characters": len(document.text)}
    return {**row, "state": "queued", "outcome": None, "code": "", "detail": ""}


def _failed(document_id: str, code: str, detail: str) -> dict[str, Any]:
    shown = document_id.encode(errors="replace").decode()[:512]
    row: dict[str, Any] = {"document_id": shown, "payload": None, "characters": 0}
    return {**row, "state": "done", "outcome": "failed", "code": code, "detail": detail}


def _read(connection: Connection, rows: Sequence[Row]) -> list[Job]:
    ids = [row.id for row in rows]
    which = job_items.c.job_id.in_(ids)
    tally = select(job_items.c.job_id, job_items.c.state, job_items.c.outcome, func.count().label("size"))
    tally = tally.where(which).group_by(job_items.c.job_id, job_items.c.state, job_items.c.outcome)
    failed = select(job_items.c.job_id, job_items.c.document_id, job_items.c.code, job_items.c.detail)
    failed = failed.where(which, job_items.c.state == "done", job_items.c.outcome == "failed").order_by(job_items.c.seq)
    counts: dict[str, dict[tuple[str, str | None], int]] = {job_id: {} for job_id in ids}
    for row in connection.execute(tally):
        counts[row.job_id][row.state, row.outcome] = row.size
    failures: dict[str, list[Failure]] = {job_id: [] for job_id in ids}
    for row in connection.execute(failed):
        failures[row.job_id].append(Failure(row.document_id, row.code, row.detail))
    return [_job(row, counts[row.id], tuple(failures[row.id])) for row in rows]


def _job(row: Row, counts: dict[tuple[str, str | None], int], failures: tuple[Failure, ...]) -> Job:
    done = sum(count for (state, _), count in counts.items() if state == "done")
    if done == row.total:
        state = JobState.FAILED if any(failure.code in GAVE_UP for failure in failures) else JobState.SUCCEEDED
    elif done or any(state == "leased" for state, _ in counts):
        state = JobState.RUNNING
    else:
        state = JobState.QUEUED
    return Job(
        id=row.id,
        state=state,
        total=row.total,
        added=counts.get(("done", "added"), 0),
        updated=counts.get(("done", "updated"), 0),
        unchanged=counts.get(("done", "unchanged"), 0),
        failures=failures,
        created_at=from_micros(row.created_at),
    )
