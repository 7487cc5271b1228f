"""What waits to be taken in, and since when."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from rag.store.database import Database
from rag.store.items import FAILED, WAITING, latest, unfinished
from rag.store.records import Backlog
from rag.store.tables import SECOND, job_items, jobs, now_micros


class Backlogs(Database):
    def backlog(self) -> Backlog:
        """How much waits, and since when; what failed, and what of it should be submitted again."""
        waiting = select(func.count(), func.min(jobs.c.created_at)).select_from(job_items.join(jobs))
        waiting = waiting.where(unfinished(*WAITING))
        # by job, so that what was taken in is not counted through
        failed = select(func.count()).where(job_items.c.job_id.in_(select(jobs.c.id)))
        failed = failed.where(job_items.c.state == "done", job_items.c.outcome.in_(FAILED))
        with self.read() as connection:
            count, since = connection.execute(waiting).one()
            not_taken_in = connection.execute(failed).scalar_one()
            given_up = _given_up(connection)
        lag = 0.0 if since is None else max(0.0, (now_micros() - since) / SECOND)
        return Backlog(count, lag, not_taken_in, given_up)


def _given_up(connection: Connection) -> int:
    """Dead letters whose documents were not taken in since."""
    query = select(job_items.c.seq, job_items.c.document_id).where(job_items.c.outcome == "dead")
    dead = {row.seq: row.document_id for row in connection.execute(query)}
    if not dead:
        return 0
    well = (job_items.c.state == "done") & job_items.c.outcome.not_in(FAILED) & (job_items.c.seq > min(dead))
    since = latest(connection, well, set(dead.values()))
    return sum(since.get(document_id, 0) < seq for seq, document_id in dead.items())
