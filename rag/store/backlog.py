"""What waits to be taken in, and since when."""

from __future__ import annotations

from sqlalchemy import func, select

from rag.store.database import Database
from rag.store.records import Backlog
from rag.store.tables import job_items, jobs, now_micros

_SECOND = 1_000_000


class Backlogs(Database):
    def backlog(self) -> Backlog:
        """How much waits, how long the oldest job of it has waited, and how many documents failed in all jobs."""
        waiting = select(func.count(), func.min(jobs.c.created_at)).select_from(job_items.join(jobs))
        waiting = waiting.where(job_items.c.state != "done")
        failed = select(func.count()).where(job_items.c.state == "done", job_items.c.outcome == "failed")
        with self.read() as connection:
            count, since = connection.execute(waiting).one()
            lost = connection.execute(failed).scalar_one()
        return Backlog(count, 0.0 if since is None else max(0.0, (now_micros() - since) / _SECOND), lost)
