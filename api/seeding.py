"""The articles of `seeds/`, added to the store at start, once for each state of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from rag.store import Store
from rag.types import FINAL, NewDocument


def seed(store: Store, found: Sequence[NewDocument]) -> str | None:
    """The job that adds these articles, None for none. The same articles are the same job, however often asked:
    one that somebody deleted does not come back at the next start.
    """
    if not found:
        return None
    key = hashlib.sha256("\0".join(f"{article.id}\0{article.text}" for article in found).encode()).hexdigest()
    return store.enqueue(found, f"seeds-{key[:32]}").id


def unfinished(store: Store, job_id: str) -> str | None:
    """What is still to do of that job, None when nothing is."""
    job = store.job(job_id)
    return None if job.state in FINAL else f"{job.done} of {job.total} articles of seeds/ are indexed"
