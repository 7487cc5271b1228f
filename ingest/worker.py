"""The process that takes documents in: `python -m ingest.worker`, settings from the environment.

It may be killed at any moment. What it was at is leased, not owned: the next worker on this machine sees
that its holder is gone and goes on with it, one elsewhere when the lease has run out.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from ingest.bench import Bench
from ingest.pipeline import Pipeline, Stopped
from rag import logs
from rag.errors import GroundwireError, SetupError, Unavailable, UnknownCollection
from rag.settings import load_settings
from rag.store.pacing import pause

if TYPE_CHECKING:
    from rag.collections import Collections
    from rag.compose import Engine

WORKER_THREADS = "1"
_IDLE, _REST, _LONGEST_WAIT = 0.2, 1.0, 30.0
_GRACE = 1.0

log = logging.getLogger(__name__)


class Worker:
    """Takes documents in at each bench in turn, a batch a time, until `stop` is set.

    `benches` is asked before each round. One thread runs it, another keeps its lease.
    """

    def __init__(self, benches: Callable[[], Iterable[Bench]], lease_seconds: float, stop: threading.Event) -> None:
        self._benches = benches
        self._lease_seconds = lease_seconds
        self._stop = stop
        self._ended = threading.Event()
        self._at: Bench | None = None

    def run(self) -> None:
        """Work until told to stop. Faults of the disk, of Chroma or anything else are waited out, longer each time."""
        faults = 0
        try:
            while not self._stop.is_set():
                try:
                    wait = 0.0 if self.step() else _IDLE
                    faults = 0
                except (Stopped, SetupError):
                    raise
                except Exception as error:
                    faults += 1
                    wait = _after(faults, error)
                self._stop.wait(wait)
        except Stopped:
            pass
        finally:
            self._ended.set()
            self._release()

    def step(self) -> bool:
        """Do one batch of what is due at each bench. Returns whether there was any.

        A fault at one is its own: it is left alone for a while, longer each time.
        """
        worked = False
        for bench in self._benches():
            if bench.due > time.monotonic() or self._stop.is_set():
                continue
            self._at = bench
            try:
                worked = bench.step() or worked
                bench.faults = 0
            except (Stopped, SetupError):
                raise
            except Exception as error:
                bench.faults += 1
                bench.due = time.monotonic() + _after(bench.faults, error)
        return worked

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
            if time.monotonic() - beat >= self._lease_seconds / 4 and self._at:
                beat = time.monotonic()
                try:
                    self._at.heartbeat()
                except Unavailable as error:
                    log.warning("the lease could not be prolonged: %s", error)
        if not self._ended.wait(_GRACE):
            try:
                self._release()
            finally:
                leave(0)

    def _release(self) -> None:
        """Nothing is leased but at the bench that was worked at last; where that fails, the lease runs out."""
        if self._at:
            with suppress(Unavailable):
                self._at.release()


class Benches:
    """The benches of an engine and of the collections beside it, one each for as long as there is the collection."""

    def __init__(
        self, engine: Engine, collections: Collections[Engine], stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self._collections = collections
        self._stopping = stopping
        self._default = self._bench(engine, 0.0)
        self._others: dict[str, Bench] = {}
        self._again: dict[str, float] = {}

    def __call__(self) -> Iterator[Bench]:
        """Each once. Raises `Unavailable`, after the default one, when the register of the others cannot be read."""
        yield self._default
        names = self._collections.tidy()
        self._others = {key: bench for key, bench in self._others.items() if key in names}
        for key in names.keys() - self._others.keys():
            if self._again.get(key, 0.0) > time.monotonic():
                continue
            try:
                self._others[key] = self._bench(self._collections.engine(names[key]), _REST)
            except UnknownCollection:  # deleted since
                continue
            except Unavailable as error:  # its own fault, which is no reason to leave the others waiting
                log.warning("a collection cannot be opened: %s", error, extra={"code": error.code})
                self._again[key] = time.monotonic() + _LONGEST_WAIT
        yield from self._others.values()

    def _bench(self, engine: Engine, rest: float) -> Bench:
        settings = engine.settings
        pipeline = Pipeline(engine.store, engine.embedder, engine.index, settings.max_text_chars, self._stopping)
        return Bench(engine.store, pipeline, engine.embedder, settings.lease_seconds, rest)


def _after(faults: int, error: Exception) -> float:
    """Seconds to wait after so many faults in a row."""
    wait = min(pause(faults, random.random()), _LONGEST_WAIT)
    ours = isinstance(error, GroundwireError)
    told = {"code": error.code} if isinstance(error, GroundwireError) else {}
    log.warning("waiting %.0f s: %s", wait, error, exc_info=None if ours else error, extra=told)
    return wait


def work_off(engine: Engine) -> None:
    """Take in, in this thread, whatever waits in the engine's store and in the collections beside it."""
    from rag.compose import collections_of

    with closing(collections_of(engine)) as collections:
        for bench in Benches(engine, collections)():
            while bench.step():
                pass


def main() -> int:
    logs.configure()
    # The language model shares the cores, and two threads that wait for each other cost it most.
    os.environ.setdefault("OMP_NUM_THREADS", WORKER_THREADS)
    from rag.compose import build, collections_of  # after that: its libraries read it when they are imported

    parent = os.getppid()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = load_settings()
        logs.configure(settings.log_level)
        engine = build(settings, documents=True)
    except (SetupError, Unavailable) as error:
        log.error("%s", error, extra={"code": error.code})
        return 2
    collections = collections_of(engine)
    worker = Worker(Benches(engine, collections, stop.is_set), settings.lease_seconds, stop)
    keeper = threading.Thread(target=worker.keep_alive, args=(lambda: os.getppid() != parent,), daemon=True)
    keeper.start()
    try:
        worker.run()
    except SetupError as error:
        log.error("%s", error, extra={"code": error.code})
        return 2
    finally:
        collections.close()
        engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
