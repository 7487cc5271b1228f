"""The process that takes documents in: `python -m ingest.worker`, settings from the environment.

It may be killed at any moment. What it was at is leased, not owned: the next worker on this machine sees
that its holder is gone and goes on with it, one elsewhere when the lease has run out.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ulid import ULID

from ingest.pipeline import Pipeline, Stopped
from rag.errors import GroundwireError, SetupError, Unavailable
from rag.seams import Embedder
from rag.settings import load_settings
from rag.store import Store
from rag.store.pacing import pause

if TYPE_CHECKING:
    from rag.compose import Engine

BATCH_ITEMS = 32
BATCH_CHARACTERS = 200_000
WORKER_THREADS = "1"
_IDLE, _REPAIR_EVERY, _LONGEST_WAIT = 0.2, 10.0, 30.0
_GRACE = 1.0

log = logging.getLogger(__name__)


class Worker:
    """Leases documents and takes them in until `stop` is set. One thread runs it, another keeps its lease."""

    def __init__(
        self, store: Store, pipeline: Pipeline, embedder: Embedder, lease_seconds: float, stop: threading.Event
    ) -> None:
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{ULID()}"
        self._store = store
        self._pipeline = pipeline
        self._embedder = embedder
        self._lease_seconds = lease_seconds
        self._stop = stop
        self._ended = threading.Event()
        self._next_repair = 0.0
        self._warm = False
        self._held: list[int] = []

    def run(self) -> None:
        """Work until told to stop. Faults of the disk, of Chroma or anything else are waited out, longer each time."""
        faults = 0
        try:
            self._reclaim()
            while not self._stop.is_set():
                try:
                    wait = 0.0 if self.step() else _IDLE
                    faults = 0
                except (Stopped, SetupError):
                    raise
                except Exception as error:
                    faults += 1
                    wait = min(pause(faults, random.random()), _LONGEST_WAIT)
                    trace = None if isinstance(error, GroundwireError) else error
                    log.warning("waiting %.0f s: %s", wait, error, exc_info=trace)
                self._stop.wait(wait)
        except Stopped:
            pass
        finally:
            self._ended.set()
            self._store.release(self.owner)

    def step(self) -> bool:
        """Do one batch of what is due. Returns whether there was any. Raises `Unavailable` when a part is away."""
        if self._held:
            # that they could not be put off is no reason to keep them for ever
            self._store.postpone(self.owner, self._held, "the store could not be written", together=True)
            self._held = []
        self._repair()
        if self._store.outbox(1):
            self._pipeline.settle()
        if not self._store.work_waits():
            return self._pipeline.compare()
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

    def keep_alive(
        self, orphaned: Callable[[], bool] = lambda: False, leave: Callable[[int], object] = os._exit
    ) -> None:
        """Keep the lease while `run` runs; when told to stop, or orphaned, see to it that the process ends soon.

        A batch in the middle of something long is not waited for. Leaving it is as safe as being killed.
        """
        beat = time.monotonic()
        while not self._ended.is_set() and not self._stop.wait(min(1.0, self._lease_seconds / 4)):
            if orphaned():
                log.warning("the parent process is gone")
                self._stop.set()
            if time.monotonic() - beat >= self._lease_seconds / 4:
                beat = time.monotonic()
                try:
                    self._store.heartbeat(self.owner, self._lease_seconds)
                except Unavailable as error:
                    log.warning("the lease could not be prolonged: %s", error)
        if not self._ended.wait(_GRACE):
            try:
                self._store.release(self.owner)
            finally:
                leave(0)

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


def work_off(engine: Engine) -> None:
    """Take in, in this thread, whatever waits in the engine's store; return when nothing is left."""
    pipeline = Pipeline(engine.store, engine.embedder, engine.index, engine.settings.max_text_chars)
    worker = Worker(engine.store, pipeline, engine.embedder, engine.settings.lease_seconds, threading.Event())
    while worker.step():
        pass


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


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # The language model shares the cores, and two threads that wait for each other cost it most.
    os.environ.setdefault("OMP_NUM_THREADS", WORKER_THREADS)
    from rag.compose import build  # after that: its libraries read it when they are imported

    parent = os.getppid()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = load_settings()
        engine = build(settings)
    except SetupError as error:
        log.error("%s", error)
        return 2
    pipeline = Pipeline(engine.store, engine.embedder, engine.index, settings.max_text_chars, stop.is_set)
    worker = Worker(engine.store, pipeline, engine.embedder, settings.lease_seconds, stop)
    keeper = threading.Thread(target=worker.keep_alive, args=(lambda: os.getppid() != parent,), daemon=True)
    keeper.start()
    try:
        worker.run()
    except SetupError as error:
        log.error("%s", error)
        return 2
    finally:
        engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
