"""What waits to be taken in, and since when."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from rag.store.database import Database
from rag.store.records import Backlog
from rag.store.tables import job_items, jobs, now_micros

_SECOND = 1_000_000
_FAILED = ("failed", "dead")


class Backlogs(Database):
    def backlog(self) -> Backlog:
        """How much waits, and since when; what failed, and what of it should be submitted again."""
        waiting = select(func.count(), func.min(jobs.c.created_at)).select_from(job_items.join(jobs))
        waiting = waiting.where(job_items.c.state != "done")
        failed = select(func.count()).where(job_items.c.state == "done", job_items.c.outcome.in_(_FAILED))
        later = job_items.alias()
        since_taken_in = exists().where(
            later.c.document_id == job_items.c.document_id,
            later.c.seq > job_items.c.seq,
            later.c.state == "done",
            later.c.outcome.not_in(_FAILED),
        )
        given_up = failed.where(job_items.c.outcome == "dead", ~since_taken_in)
        with self.read() as connection:
            count, since = connection.execute(waiting).one()
            counts = [connection.execute(query).scalar_one() for query in (failed, given_up)]
        return Backlog(count, 0.0 if since is None else max(0.0, (now_micros() - since) / _SECOND), *counts)
