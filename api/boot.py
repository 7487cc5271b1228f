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


class Boot:
    """Builds the engine once; `engine` raises `NotReady` until then, `Unavailable` if it failed."""

    def __init__(self, build: Callable[[], Engine]) -> None:
        self._build = build
        self._built: Engine | None = None
        self._failure = ""
        self._over = threading.Event()
        self._closing = False
        self._lock = threading.Lock()
        self._checking = asyncio.Lock()
        self._checked: tuple[float, Mapping[str, str | None]] | None = None

    def start(self) -> None:
        """Begin to build, and return at once."""
        threading.Thread(target=self._run, name="build", daemon=True).start()

    def close(self) -> None:
        """Close the engine, now or, if it is still being built, as soon as it is."""
        with self._lock:
            self._closing = True
            engine, self._built = self._built, None
        if engine is not None:
            engine.close()

    @property
    def engine(self) -> Engine:
        if self._built is not None:
            return self._built
        if self._failure:
            raise Unavailable("engine", f"the service could not start: {self._failure}")
        raise NotReady("engine", "the service is starting; GET /readyz tells when it is ready")

    async def health(self) -> Mapping[str, str | None]:
        """Part to what is wrong with it, None when nothing is. At most one check a second is made."""
        engine = self._built
        if engine is None:
            return dict.fromkeys(PARTS, self._failure or "starting")
        async with self._checking:
            if self._checked is None or time.monotonic() - self._checked[0] > HEALTH_SECONDS:
                health = await asyncio.to_thread(engine.health)
                self._checked = (time.monotonic(), health)
            return self._checked[1]

    def _run(self) -> None:
        try:
            engine = self._build()
        except GroundwireError as error:
            log.error("cannot start: %s", error)
            self._failure = str(error)
        except Exception as error:
            log.exception("cannot start")
            self._failure = f"{type(error).__name__}, see the log"
        else:
            with self._lock:
                if not self._closing:
                    self._built = engine
                    log.info("ready")
                    return
            engine.close()
