"""The engine while it is being built, and afterwards: the one thing every route asks for.

Loading takes seconds, and a service that does not answer cannot say that it is loading. So the port
is bound first and the engine built beside it, in a thread that never holds up the process's end.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping

from rag.compose import Engine

from api.errors import NotReady
from rag.errors import GroundwireError, Unavailable

log = logging.getLogger("groundwire.api")

PARTS = ("store", "index", "embedder", "model")
HEALTH_SECONDS = 1.0
RETRY_SECONDS = 1.0


class Boot:
    """Builds the engine once; `engine` raises `NotReady` until then, `Unavailable` if it failed for good.

    What is merely not available yet, a server that still starts, is tried again and again.
    """

    def __init__(self, build: Callable[[], Engine]) -> None:
        self._build = build
        self._built: Engine | None = None
        self._failure = ""
        self._waiting_for = "starting"
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._checking = asyncio.Lock()
        self._checked: tuple[float, Mapping[str, str | None]] | None = None

    def start(self) -> None:
        """Begin to build, and return at once."""
        threading.Thread(target=self._run, name="build", daemon=True).start()

    def close(self) -> None:
        """Close the engine, now or, if it is still being built, as soon as it is."""
        with self._lock:
            self._closing.set()
            engine, self._built = self._built, None
        if engine is not None:
            engine.close()

    @property
    def engine(self) -> Engine:
        engine = self._built
        if engine is not None:
            return engine
        if self._failure:
            raise Unavailable("engine", f"the service could not start: {self._failure}")
        raise NotReady("engine", "the service is starting; GET /readyz tells when it is ready")

    async def health(self) -> Mapping[str, str | None]:
        """Part to what is wrong with it, None when nothing is. At most one check a second is made."""
        engine = self._built
        if engine is None:
            return dict.fromkeys(PARTS, self._failure or self._waiting_for)
        async with self._checking:
            if self._checked is None or time.monotonic() - self._checked[0] > HEALTH_SECONDS:
                health = await asyncio.to_thread(engine.health)
                self._checked = (time.monotonic(), health)
            return self._checked[1]

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._finish(self._build())
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

    def _finish(self, engine: Engine) -> None:
        with self._lock:
            if not self._closing.is_set():
                self._built = engine
                log.info("ready")
                return
        engine.close()
