"""The line in front of the model: so many questions at once, so many waiting, and the rest told when to return.

First come, first served. Whoever leaves, before or during their turn, gives their place up.
One event loop only; no locks.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rag.errors import Overloaded

FIRST_GUESS_SECONDS = 5.0
REMEMBERED = 16
LONGEST_RETRY = 600


class Admission:
    """At most `concurrency` turns at once and `queue_limit` places waiting."""

    def __init__(self, concurrency: int, queue_limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._free = concurrency
        self._concurrency = concurrency
        self._queue_limit = queue_limit
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._durations: deque[float] = deque(maxlen=REMEMBERED)
        self._clock = clock

    @property
    def running(self) -> int:
        return self._concurrency - self._free

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def place(self) -> Place:
        """A place in line, to be used as `async with`. Raises `Overloaded` there when the line is full."""
        return Place(self)

    def retry_after(self) -> int:
        """Seconds until half of the line should be gone, from how long the latest turns took; at least 1."""
        usual = sum(self._durations) / len(self._durations) if self._durations else FIRST_GUESS_SECONDS
        turns = (self.running + self.waiting) / self._concurrency
        return min(LONGEST_RETRY, max(1, math.ceil(usual * turns / 2)))

    def _join(self) -> asyncio.Future[None]:
        """A future that is done once it is one's turn."""
        turn = asyncio.get_running_loop().create_future()
        if self._free:
            self._free -= 1
            turn.set_result(None)
        elif len(self._waiting) < self._queue_limit:
            self._waiting.append(turn)
        else:
            raise Overloaded("too many questions are waiting for the model", self.retry_after())
        return turn

    def _leave(self, turn: asyncio.Future[None]) -> None:
        if not turn.done() or turn.cancelled():
            self._waiting.remove(turn)
        elif self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self._free += 1

    def _took(self, seconds: float) -> None:
        self._durations.append(seconds)


class Place:
    """One's place in line, from joining it to the end of the turn."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._turn: asyncio.Future[None] | None = None
        self._began: float | None = None

    async def __aenter__(self) -> Self:
        self._turn = self._admission._join()
        return self

    async def turn(self) -> None:
        """Wait for one's turn, which lasts until the place is left."""
        assert self._turn is not None, "a place is taken with `async with`"
        await asyncio.shield(self._turn)
        self._began = self._admission._clock()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._turn is not None
        if self._began is not None and error is None:
            self._admission._took(self._admission._clock() - self._began)
        self._admission._leave(self._turn)
