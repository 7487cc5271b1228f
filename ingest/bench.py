"""Where the documents of one collection are taken in, a batch at a time."""

from __future__ import annotations

import logging
import os
import socket
import time

from ulid import ULID

from ingest.pipeline import Pipeline
from ingest.purge import Purge
from rag.errors import Unavailable
from rag.seams import Embedder
from rag.store import Store

BATCH_ITEMS = 64
BATCH_CHARACTERS = 200_000
_REPAIR_EVERY = 10.0

log = logging.getLogger(__name__)


class Bench:
    """One thread works at it. Without work it need not be looked at for `rest` seconds."""

    def __init__(
        self, store: Store, pipeline: Pipeline, embedder: Embedder, lease_seconds: float, rest: float = 0.0
    ) -> None:
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{ULID()}"
        self.due = 0.0
        self.faults = 0
        self._store = store
        self._pipeline = pipeline
        self._embedder = embedder
        self._lease_seconds = lease_seconds
        self._purge = Purge(store)
        self._rest = rest
        self._next_repair = 0.0
        self._warm = False
        self._begun = False
        self._held: list[int] = []

    def step(self) -> bool:
        """Do one batch of what is due. Returns whether there was any. Raises `Unavailable` when a part is away."""
        if not self._begun:
            self._reclaim()
            self._begun = True
        worked = self._step()
        self.due = 0.0 if worked else time.monotonic() + self._rest
        return worked

    def heartbeat(self) -> None:
        """Keep what is leased."""
        self._store.heartbeat(self.owner, self._lease_seconds)

    def release(self) -> None:
        """Give back what is leased."""
        self._store.release(self.owner)

    def _step(self) -> bool:
        if self._held:
            # that they could not be put off is no reason to keep them for ever
            self._store.postpone(self.owner, self._held, "the store could not be written", together=True)
            self._held = []
        self._repair()
        if self._store.outbox(1):
            self._pipeline.settle()
        if not self._store.work_waits():
            return self._pipeline.compare() or self._purge.step()
        if not self._warm:
            # before anything is leased: a model that does not load must not be held against the documents
            self._embedder.embed_query("warm")
            self._warm = True
        items = self._store.lease(self.owner, self._lease_seconds, BATCH_ITEMS, BATCH_CHARACTERS)
        if items:
            self._held = [item.seq for item in items]
            away = self._pipeline.take(self.owner, items)
            self._held = []
            if away is not None:
                raise away
        return bool(items)

    def _reclaim(self) -> None:
        """Let go of what workers held that ran on this machine and do so no longer."""
        for owner in self._store.lease_owners():
            host, pid, _ = owner.split("/")
            if host == socket.gethostname() and not _runs(int(pid)):
                log.info("taking over from a worker that is gone")
                self._store.expire(owner)

    def _repair(self) -> None:
        """See every so often that the index holds what the store says: its server may have lost it at any time."""
        if time.monotonic() < self._next_repair:
            return
        try:
            self._pipeline.repair()
        except Unavailable as error:
            # work goes on meanwhile, and tells those who wait for it if it cannot
            log.warning("the index is checked later: %s", error)
        self._next_repair = time.monotonic() + _REPAIR_EVERY


def _runs(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
