"""Jobs as the workers that do them see them: work is leased, never owned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, and_, delete, exists, or_, select, update

from rag.store.database import Database
from rag.store.documents import among, dirty
from rag.store.jobs import payload_of
from rag.store.records import Item, Result
from rag.store.tables import job_items, now_micros, outbox

MAX_ATTEMPTS = 8
_SECOND = 1_000_000
_FREE = {"state": "queued", "lease_owner": None, "lease_until": None}


class Leases(Database):
    def lease(self, owner: str, seconds: float, items: int, characters: int) -> list[Item]:
        """Take the oldest items that are due, at most `items` and about `characters` of text, at least one.

        Items of one document are only given out one after the other, in the order they were submitted.
        An item tried before is given out alone, so that it can only fail by itself; one that was lost
        with its worker `MAX_ATTEMPTS` times ends as a failure with the code `worker_lost`.
        """
        now = now_micros()
        earlier = job_items.alias()
        waits = exists().where(
            earlier.c.document_id == job_items.c.document_id, earlier.c.seq < job_items.c.seq, earlier.c.state != "done"
        )
        due = or_(
            and_(job_items.c.state == "queued", job_items.c.not_before <= now),
            and_(job_items.c.state == "leased", job_items.c.lease_until < now),
        )
        query = select(job_items).where(job_items.c.state != "done", due, ~waits).order_by(job_items.c.seq).limit(items)
        taken: list[Item] = []
        size = 0
        with self.write() as connection:
            for row in connection.execute(query).all():
                if row.attempts >= MAX_ATTEMPTS:
                    lost = Result("failed", "worker_lost", "the worker stopped each time it took this document in")
                    finish(connection, {row.seq: lost})
                    continue
                if taken and (size + row.characters > characters or row.attempts or taken[0].attempts > 1):
                    break
                document, request_id = payload_of(row.payload)
                taken.append(Item(row.seq, row.document_id, document, row.attempts + 1, row.job_id, request_id))
                size += row.characters
            connection.execute(
                update(job_items)
                .where(among(job_items.c.seq, [item.seq for item in taken]))
                .values(
                    state="leased",
                    attempts=job_items.c.attempts + 1,
                    lease_owner=owner,
                    lease_until=now + int(seconds * _SECOND),
                )
            )
        return taken

    def heartbeat(self, owner: str, seconds: float) -> None:
        """Keep everything leased to `owner` for that much longer."""
        with self.write() as connection:
            mine = update(job_items).where(job_items.c.state == "leased", job_items.c.lease_owner == owner)
            connection.execute(mine.values(lease_until=now_micros() + int(seconds * _SECOND)))

    def release(self, owner: str) -> None:
        """Give back what is leased to `owner`, as if it had not been tried."""
        with self.write() as connection:
            mine = update(job_items).where(job_items.c.state == "leased", job_items.c.lease_owner == owner)
            connection.execute(mine.values(**_FREE, attempts=job_items.c.attempts - 1))

    def lease_owners(self) -> list[str]:
        """Who holds leases, even those that have run out."""
        query = select(job_items.c.lease_owner).distinct().where(job_items.c.state == "leased")
        with self.read() as connection:
            return [owner for owner in connection.scalars(query) if owner]

    def expire(self, owner: str) -> None:
        """End the leases of an owner that is known to be gone; the attempts it made count."""
        with self.write() as connection:
            mine = update(job_items).where(job_items.c.state == "leased", job_items.c.lease_owner == owner)
            connection.execute(mine.values(**_FREE))

    def postpone(self, owner: str, seqs: Collection[int], detail: str) -> None:
        """Put back items that a passing fault stopped, each to be tried later than the time before.

        After `MAX_ATTEMPTS` an item ends as a failure with the code `unavailable`.
        """
        with self.write() as connection:
            for seq, attempts in owned(connection, owner, seqs).items():
                if attempts >= MAX_ATTEMPTS:
                    finish(connection, {seq: Result("failed", "unavailable", detail)})
                else:
                    later = now_micros() + min(2 ** (attempts - 1), 60) * _SECOND
                    item = update(job_items).where(job_items.c.seq == seq)
                    connection.execute(item.values(**_FREE, not_before=later))

    def work_waits(self) -> bool:
        """Whether any item could be leased now, or may be once its time or its lease is over."""
        now = now_micros()
        due = or_(
            and_(job_items.c.state == "queued", job_items.c.not_before <= now),
            and_(job_items.c.state == "leased", job_items.c.lease_until < now),
        )
        with self.read() as connection:
            query = select(job_items.c.seq).where(job_items.c.state != "done", due).limit(1)
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


def finish(connection: Connection, results: Mapping[int, Result]) -> None:
    """End items and remove what they carried."""
    for seq, result in results.items():
        connection.execute(
            update(job_items)
            .where(job_items.c.seq == seq)
            .values(
                state="done",
                outcome=result.outcome,
                code=result.code,
                detail=result.detail,
                payload=None,
                lease_owner=None,
                lease_until=None,
            )
        )
