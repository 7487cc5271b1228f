"""Adds the articles of `seeds/` to a running service, once for each state of them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from api.client import Body, Client

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
POLL_SECONDS = 0.25
FINAL = frozenset({"succeeded", "failed"})


def seed(client: Client, folder: Path = SEEDS) -> Body | None:
    """The job that adds them, None when there are none. The same articles are the same job, however often asked."""
    articles = [{"id": path.stem, "text": path.read_text("utf-8")} for path in sorted(folder.glob("*.txt"))]
    if not articles:
        return None
    key = hashlib.sha256("\0".join(article["id"] + "\0" + article["text"] for article in articles).encode())
    return client.post("/v1/documents", {"documents": articles}, {"Idempotency-Key": f"seeds-{key.hexdigest()[:32]}"})


def finished(client: Client, job: Body, progress: Callable[[Body], object] = lambda _: None) -> Body:
    """The job once every document is indexed or listed as a failure. `progress` is told each state on the way."""
    while job["state"] not in FINAL:
        progress(job)
        time.sleep(POLL_SECONDS)
        job = client.get(f"/v1/jobs/{job['job_id']}")
    progress(job)
    return job
