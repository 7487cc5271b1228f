"""The items of jobs: what a document looks like while it waits, and how it ends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, or_, select, update

from rag.errors import Rejected
from rag.identity import identity
from rag.store.pacing import pace
from rag.store.records import Result
from rag.store.tables import SECOND, job_items, jobs, now_micros
from rag.types import Failure, NewDocument, StreamState

WAITING = ("queued", "leased")
"""The states of items that are not done."""
FAILED = ("failed", "dead")
"""The outcomes of items that were not taken in."""
HAS_WAITING = exists().where(job_items.c.job_id == jobs.c.id, job_items.c.state.in_(WAITING))
"""The condition on jobs of which something is still to be done."""


def item_of(document: NewDocument | Failure) -> dict[str, Any]:
    """The row of an item, already done if it can be seen to fail.

    Idempotency keys hold digests of these rows: what they are made of never changes, so that what came to be known of
    documents later is there only where there is any.
    """
    if isinstance(document, Failure):
        return _failed(document.id, document.code, document.detail)
    try:
        document_id = identity(document)
    except Rejected as error:
        return _failed(document.id, error.code, str(error))
    fields = asdict(document)
    published = document.published_at
    fields["published_at"] = published.isoformat() if published else None
    updated = fields.pop("updated_at")
    if updated is not None:
        fields["updated_at"] = updated.isoformat()
    if not document.authors:
        del fields["authors"]
    row: dict[str, Any] = {"document_id": document_id, "payload": json.dumps(fields), "characters": len(document.text)}
    return {**row, "state": "queued", "outcome": None, "code": "", "detail": ""}


def _failed(document_id: str, code: str, detail: str) -> dict[str, Any]:
    shown = document_id.encode(errors="replace").decode()[:512]
    row: dict[str, Any] = {"document_id": shown, "payload": None, "characters": 0}
    return {**row, "state": "done", "outcome": "failed", "code": code, "detail": detail}


def payload_of(text: str) -> tuple[NewDocument, str]:
    """What an item carries: the document, and the id of the request that submitted it."""
    fields = json.loads(text)
    request_id = fields.pop("request_id", "")
    return NewDocument.restored(fields), request_id


def carrying(item: dict[str, Any], request_id: str) -> dict[str, Any]:
    """The row of an item with the request that submitted it: no part of what makes two submissions the same."""
    if not request_id or item["payload"] is None:
        return item
    return item | {"payload": json.dumps(json.loads(item["payload"]) | {"request_id": request_id})}


def finish(connection: Connection, results: Mapping[int, Result]) -> None:
    """End items; what they carried is removed, unless they are dead letters. Their jobs note how far they are."""
    ended = update(job_items).where(job_items.c.seq == bindparam("ended"))
    ended = ended.values(state="done", lease_owner=None, lease_until=None)
    for dead in (False, True):
        rows = [
            {"ended": seq, "outcome": result.outcome, "code": result.code, "detail": result.detail}
            for seq, result in results.items()
            if (result.outcome == "dead") is dead
        ]
        if rows:
            connection.execute(ended if dead else ended.values(payload=None), rows)
    which = select(job_items.c.job_id).where(among(job_items.c.seq, results))
    done = Counter[str](connection.scalars(which))
    now = now_micros()
    for row in connection.execute(select(jobs).where(among(jobs.c.id, done))).all():
        since = (now - (row.paced_at or row.created_at)) / SECOND
        faster = {"pace": pace(row.pace, since, done[row.id]), "paced_at": now}
        connection.execute(update(jobs).where(jobs.c.id == row.id).values(**faster))
    close(connection, done)


def close(connection: Connection, job_ids: Collection[str]) -> None:
    """Note of those of these jobs that are finished that they are."""
    whole = or_(jobs.c.stream.is_(None), jobs.c.stream != StreamState.RECEIVING)
    ended = update(jobs).where(among(jobs.c.id, job_ids), jobs.c.finished_at.is_(None), whole, ~HAS_WAITING)
    connection.execute(ended.values(finished_at=now_micros()))


def unfinished(*states: str) -> ColumnElement[bool]:
    """The condition on items that are in one of these states, `done` being none of them.

    They are found by their jobs, the few that are not finished: in a file with a long queue each row that is read
    for nothing brings a text with it.
    """
    open_jobs = select(jobs.c.id).where(jobs.c.finished_at.is_(None))
    return job_items.c.job_id.in_(open_jobs) & job_items.c.state.in_(states)


def latest(connection: Connection, which: ColumnElement[bool], document_ids: Collection[str]) -> dict[str, int]:
    """The last item of each of these documents, of those for which the condition holds, in one walk over the items."""
    query = select(job_items.c.document_id, func.max(job_items.c.seq).label("last"))
    query = query.where(which, among(job_items.c.document_id, list(document_ids)))
    return {row.document_id: row.last for row in connection.execute(query.group_by(job_items.c.document_id))}


def among(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """`column IN values`, as one parameter whatever their number."""
    return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))
