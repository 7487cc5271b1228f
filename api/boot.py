"""The engine while it is being built, and afterwards: the one thing every route asks for.

Loading takes seconds, and a service that does not answer cannot say that it is loading. So the port
is bound first and the engine built beside it, in a thread that never holds up the process's end.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from api import runtime
from api.errors import NotReady
from api.seeding import seed, unfinished
from rag.collections import Collections
from rag.compose import Engine, collections_of
from rag.errors import GroundwireError, Unavailable
from rag.types import NewDocument

log = logging.getLogger("groundwire.api")

PARTS = ("store", "index", "embedder", "model")
HEALTH_SECONDS = 1.0
PATIENCE_SECONDS = 3.0
RETRY_SECONDS = 1.0


class Boot:
    """Builds the engine once; `collections` raises `NotReady` until then, `Unavailable` if it failed for good.

    What is merely not available yet, a server that still starts, is tried again and again.
    """

    def __init__(
        self,
        build: Callable[[], Engine],
        seeds: Sequence[NewDocument] = (),
        dressed: Callable[[Engine], Engine] | None = None,
    ) -> None:
        """`seeds` are articles to add; the service is not ready before they are indexed. `dressed` is done to the
        engine of each collection when it is opened.
        """
        self._build = build
        self._dressed = dressed
        self._seeds = seeds
        self._seeding: str | None = None
        self._built: Collections[Engine] | None = None
        self._failure = ""
        self._waiting_for = "starting"
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._check: asyncio.Task[dict[str, str | None]] | None = None
        self._checked_at = 0.0

    def start(self) -> None:
        """Begin to build, and return at once."""
        threading.Thread(target=self._run, name="build", daemon=True).start()

    def close(self) -> None:
        """Close the engine, now or, if it is still being built, as soon as it is."""
        with self._lock:
            self._closing.set()
            collections, self._built = self._built, None
        if collections is not None:
            collections.close()
            collections.default.close()

    @property
    def collections(self) -> Collections[Engine]:
        collections = self._built
        if collections is not None:
            return collections
        if self._failure:
            raise Unavailable("engine", f"the service could not start: {self._failure}")
        raise NotReady("engine", "the service is starting; GET /readyz tells when it is ready")

    async def health(self) -> Mapping[str, str | None]:
        """Part to what is wrong with it, None when nothing is, soon whatever a part does.

        At most one check a second is made, and one at a time.
        """
        collections = self._built
        if collections is None:
            return dict.fromkeys(PARTS, self._failure or self._waiting_for)
        old = time.monotonic() - self._checked_at > HEALTH_SECONDS
        if self._check is None or (self._check.done() and old):
            self._check = asyncio.create_task(asyncio.to_thread(self._wrong, collections.default))
            self._checked_at = time.monotonic()
        await asyncio.wait({self._check}, timeout=PATIENCE_SECONDS)
        return self._check.result() if self._check.done() else dict.fromkeys(PARTS, "a part does not answer")

    def _wrong(self, engine: Engine) -> dict[str, str | None]:
        health = explained(engine.health(), runtime.read(engine.settings.data))
        if self._seeding is not None and health["store"] is None:
            health["seeds"] = unfinished(engine.store, self._seeding)
        return health

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                made = self._made()
                self._finish(self._dressed(made) if self._dressed else made)
            except Unavailable as error:
                log.warning("not ready: %s", error)
                self._waiting_for = str(error)
                self._closing.wait(RETRY_SECONDS)
            except Exception as error:
                ours = isinstance(error, GroundwireError)
                log.error("cannot start: %s", error, exc_info=None if ours else error)
                self._failure = str(error) if ours else f"{type(error).__name__}, see the log"
                return
            else:
                return

    def _made(self) -> Engine:
        engine = self._build()
        try:
            # no other process receives streams: those that were being received ended with the one before
            engine.store.break_off("the service ended")
            self._seeding = seed(engine.store, self._seeds)
            engine.warm()
        except BaseException:
            engine.close()
            raise
        return engine

    def _finish(self, engine: Engine) -> None:
        with self._lock:
            if not self._closing.is_set():
                self._built = collections_of(engine, self._dressed)
                log.info("ready")
                return
        engine.close()


def explained(health: Mapping[str, str | None], running: runtime.Runtime | None) -> dict[str, str | None]:
    """What is wrong with each part, and where its process keeps ending, that and where it says why."""
    told = dict(health)
    for part, name in (("model", "model"), ("index", "chroma")):
        child = running.child(name) if running else None
        if child and told[part] and child.state in ("waiting", "broken"):
            told[part] = f"{told[part]}; its process {child.reason}, {child.restarts} times by now, see {child.log}"
    return told
