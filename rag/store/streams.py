"""Jobs that come as a stream of lines: received piece by piece, and gone on with when it broke off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update
from ulid import ULID

from rag.errors import KeyReused
from rag.store.database import Database
from rag.store.items import close, item_of
from rag.store.jobs import read_job
from rag.store.records import Reception
from rag.store.tables import Row, job_items, jobs, now_micros
from rag.types import Failure, Job, NewDocument, StreamState

_PREFIX = "lines:"


class Streams(Database):
    def receive(self, idempotency_key: str | None = None) -> Reception:
        """Begin a job that comes as a stream, or go on with the one that came with this key before.

        From then on only this reception adds to it. Raises `KeyReused` when the key was used for another request.
        """
        receiver = str(ULID())
        with self.write() as connection:
            if idempotency_key is not None:
                known = connection.execute(select(jobs).where(jobs.c.idempotency_key == idempotency_key)).one_or_none()
                if known is not None:
                    return _taken_over(connection, known, receiver)
            job = {
                "id": f"job_{ULID()}",
                "created_at": now_micros(),
                "total": 0,
                "idempotency_key": idempotency_key,
                "request_digest": _PREFIX,
                "stream": StreamState.RECEIVING,
                "receiver": receiver,
            }
            connection.execute(insert(jobs), job)
        return Reception(str(job["id"]), receiver, 0, "", False)

    def append(
        self, reception: Reception, found: Sequence[tuple[int, NewDocument | Failure]], lines: int, digest: str
    ) -> None:
        """Accept the stream up to this line, whose digest is then this, with what was found by the number of its line.

        All or nothing. Raises `KeyReused` when another reception has gone on with the job.
        """
        rows = [{"job_id": reception.job_id, "line": line, **item_of(each)} for line, each in found]
        with self.write() as connection:
            accepted = {"total": jobs.c.total + len(rows), "lines": lines, "request_digest": _PREFIX + digest}
            _held(connection, reception, accepted)
            if rows:
                connection.execute(insert(job_items), rows)

    def end(self, reception: Reception, broken: str = "") -> Job:
        """Note that the stream has come to its end, or that it broke off and why. What was accepted stays.

        Of a stream that was complete before, or that another reception goes on with, nothing is changed.
        """
        state = StreamState.BROKEN_OFF if broken else StreamState.COMPLETE
        ours = (jobs.c.receiver == reception.receiver) & (jobs.c.stream == StreamState.RECEIVING)
        with self.write() as connection:
            ended = update(jobs).where(jobs.c.id == reception.job_id, ours)
            connection.execute(ended.values(stream=state, stream_detail=broken, receiver=None))
            close(connection, [reception.job_id])
            return read_job(connection, reception.job_id)

    def break_off(self, why: str) -> int:
        """Note of every stream being received that it broke off: nobody receives any. Returns how many there were."""
        with self.write() as connection:
            receiving = list(connection.scalars(select(jobs.c.id).where(jobs.c.stream == StreamState.RECEIVING)))
            broken = update(jobs).where(jobs.c.id.in_(receiving))
            connection.execute(broken.values(stream=StreamState.BROKEN_OFF, stream_detail=why, receiver=None))
            close(connection, receiving)
        return len(receiving)


def _taken_over(connection: Connection, job: Row, receiver: str) -> Reception:
    if job.stream is None:
        raise KeyReused("this key was used before, for other documents", "Idempotency-Key")
    complete = job.stream == StreamState.COMPLETE
    if not complete:
        again = {"stream": StreamState.RECEIVING, "stream_detail": "", "receiver": receiver, "finished_at": None}
        connection.execute(update(jobs).where(jobs.c.id == job.id).values(**again))
    return Reception(job.id, receiver, job.lines, job.request_digest.removeprefix(_PREFIX), complete)


def _held(connection: Connection, reception: Reception, values: dict[str, Any]) -> None:
    ours = update(jobs).where(jobs.c.id == reception.job_id, jobs.c.receiver == reception.receiver)
    if not connection.execute(ours.values(**values)).rowcount:
        raise KeyReused("the job was cancelled, or another request with this key goes on with it", "Idempotency-Key")
