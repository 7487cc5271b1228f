"""Jobs as the workers that do them see them: work is leased, never owned."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, update

from rag.store.database import Database
from rag.store.documents import dirty
from rag.store.items import among, finish, payload_of, unfinished
from rag.store.pacing import pause
from rag.store.records import Item, Result
from rag.store.tables import SECOND, job_items, jobs, now_micros, outbox

MAX_ATTEMPTS = 8
MAX_LOSSES = 3
_FREE = {"state": "queued", "lease_owner": None, "lease_until": None}
_LOST_AGAIN = 10.0
_TOGETHER = "away"
_LOOKED_AT = 256


class Leases(Database):
    def lease(self, owner: str, seconds: float, items: int, characters: int) -> list[Item]:
        """Take the oldest items that are due, at most `items` and about `characters` of text, at least one.

        Items of one document are only given out one after the other, in the order they were submitted.
        One that failed before, and may be the cause, is given out alone, so that it can only fail by itself;
        one that was lost with its worker `MAX_LOSSES` times becomes a dead letter with the code `worker_lost`.
        """
        now = now_micros()
        earlier = job_items.alias()
        waits = exists().where(
            earlier.c.document_id == job_items.c.document_id, earlier.c.seq < job_items.c.seq, earlier.c.state != "done"
        )
        still = job_items.c.state != "done"
        query = select(job_items).where(still, _due(now), ~waits).order_by(job_items.c.seq).limit(items)
        first = select(job_items.c.seq).where(still).order_by(job_items.c.seq).limit(1)
        taken: list[Item] = []
        jobs_begun: set[str] = set()
        size = 0
        first_alone = False
        with self.write() as connection:
            # a document submitted many thousand times is not looked through each time one of them is its turn
            near = query.where(job_items.c.seq < (connection.scalar(first) or 0) + _LOOKED_AT)
            for row in connection.execute(near).all() or connection.execute(query).all():
                losses = row.losses + (row.state == "leased")
                if losses >= MAX_LOSSES:
                    lost = Result("dead", "worker_lost", "the worker ended each time it took this document in")
                    finish(connection, {row.seq: lost})
                    continue
                alone = bool(losses or (row.attempts and row.code != _TOGETHER))
                if taken and (size + row.characters > characters or alone or first_alone):
                    break
                first_alone = first_alone or alone
                document, request_id = payload_of(row.payload)
                taken.append(Item(row.seq, row.document_id, document, row.attempts + 1, row.job_id, request_id))
                jobs_begun.add(row.job_id)
                size += row.characters
            mine = among(job_items.c.seq, [item.seq for item in taken])
            ran_out = update(job_items).where(mine, job_items.c.state == "leased")
            connection.execute(ran_out.values(losses=job_items.c.losses + 1))
            connection.execute(
                update(job_items)
                .where(mine)
                .values(
                    state="leased",
                    attempts=job_items.c.attempts + 1,
                    lease_owner=owner,
                    lease_until=now + int(seconds * SECOND),
                )
            )
            begun = update(jobs).where(among(jobs.c.id, jobs_begun), jobs.c.paced_at.is_(None))
            connection.execute(begun.values(started_at=func.coalesce(jobs.c.started_at, now), paced_at=now))
        return taken

    def heartbeat(self, owner: str, seconds: float) -> None:
        """Keep everything leased to `owner` for that much longer."""
        with self.write() as connection:
            mine = update(job_items).where(_leased_to(owner))
            connection.execute(mine.values(lease_until=now_micros() + int(seconds * SECOND)))

    def release(self, owner: str) -> None:
        """Give back what is leased to `owner`, as if it had not been tried."""
        with self.write() as connection:
            mine = update(job_items).where(_leased_to(owner))
            connection.execute(mine.values(**_FREE, attempts=job_items.c.attempts - 1))

    def lease_owners(self) -> list[str]:
        """Who holds leases, even those that have run out."""
        query = select(job_items.c.lease_owner).distinct().where(unfinished("leased"))
        with self.read() as connection:
            return [owner for owner in connection.scalars(query) if owner]

    def expire(self, owner: str) -> None:
        """End the leases of an owner that is known to be gone: its items may be why, and are given out one by one.

        One that was lost before waits a little, so that others are not held up.
        """
        with self.write() as connection:
            mine = _leased_to(owner)
            later = now_micros() + int(_LOST_AGAIN * SECOND)
            again = update(job_items).where(mine, job_items.c.losses > 0)
            connection.execute(again.values(not_before=later))
            freed = update(job_items).where(mine)
            connection.execute(freed.values(**_FREE, losses=job_items.c.losses + 1))

    def postpone(
        self,
        owner: str,
        seqs: Collection[int],
        detail: str,
        code: str = "unavailable",
        *,
        together: bool = False,
        counted: bool = True,
    ) -> None:
        """Put back items that a fault stopped, each to be tried later than the time before.

        `together` says that the fault was none of theirs, so that they need not be tried one by one. After
        `MAX_ATTEMPTS`, of which one that is not `counted` is none, an item becomes a dead letter with this code.
        """
        draw = random.random()  # one for all: what is to be tried together comes back together
        with self.write() as connection:
            for seq, attempts in owned(connection, owner, seqs).items():
                if counted and attempts >= MAX_ATTEMPTS:
                    finish(connection, {seq: Result("dead", code, detail)})
                else:
                    later = now_micros() + int(pause(attempts, draw) * SECOND)
                    item = update(job_items).where(job_items.c.seq == seq)
                    why = _TOGETHER if together else code
                    tried = {} if counted else {"attempts": attempts - 1}
                    connection.execute(item.values(**_FREE, **tried, not_before=later, code=why, detail=detail))

    def work_waits(self) -> bool:
        """Whether any item could be leased now, or may be once its time or its lease is over."""
        with self.read() as connection:
            query = select(job_items.c.seq).where(job_items.c.state != "done", _due(now_micros())).limit(1)
            return connection.execute(query).first() is not None

    def outbox(self, limit: int) -> dict[int, str]:
        """Passages about which the index may disagree with the store, by the number of the doubt, oldest first."""
        with self.read() as connection:
            query = select(outbox.c.seq, outbox.c.passage_id).order_by(outbox.c.seq).limit(limit)
            return {row.seq: row.passage_id for row in connection.execute(query)}

    def doubt(self, passage_ids: Sequence[str]) -> None:
        """Note that the index may hold these although the store does not."""
        if passage_ids:
            with self.write() as connection:
                dirty(connection, passage_ids)

    def clear_outbox(self, seqs: Collection[int]) -> None:
        """The index was made to agree where these doubted it."""
        with self.write() as connection:
            connection.execute(delete(outbox).where(among(outbox.c.seq, seqs)))


def owned(connection: Connection, owner: str, seqs: Collection[int]) -> dict[int, int]:
    """Those of the items that are still leased to `owner`, with their attempts."""
    query = select(job_items.c.seq, job_items.c.attempts)
    query = query.where(job_items.c.state == "leased", job_items.c.lease_owner == owner, among(job_items.c.seq, seqs))
    return {row.seq: row.attempts for row in connection.execute(query)}


def _leased_to(owner: str) -> ColumnElement[bool]:
    return and_(unfinished("leased"), job_items.c.lease_owner == owner)


def _due(now: int) -> ColumnElement[bool]:
    return or_(
        and_(job_items.c.state == "queued", job_items.c.not_before <= now),
        and_(job_items.c.state == "leased", job_items.c.lease_until < now),
    )
