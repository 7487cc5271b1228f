"""The line in front of the model: so many questions at once, so many waiting, and the rest told when to return.

First come, first served. Whoever leaves, before or during their turn, gives their place up. How long the latest turns
took says how long a wait will be: where that is too long nobody is let into the line, and where it was wrong by far
who waited is told so, rather than answered when nobody reads the answer any more.
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
OVERDUE = 2
"""Whoever waited this many times as long as anybody should is told to return."""


class Admission:
    """At most `concurrency` turns at once and `queue_limit` places waiting, none for more than `longest` seconds.

    The last is an expectation; what nobody exceeds is `OVERDUE` times as much.
    """

    def __init__(
        self, concurrency: int, queue_limit: int, longest: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._free = concurrency
        self._concurrency = concurrency
        self._queue_limit = queue_limit
        self._longest = longest
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
        """A place in line, to be used as `async with`. Raises `Overloaded` there when the line is full or too slow."""
        return Place(self)

    def expected(self, before: int) -> float:
        """Seconds until so many turns are over, those that are running included, as if they had just begun."""
        usual = sum(self._durations) / len(self._durations) if self._durations else FIRST_GUESS_SECONDS
        return usual * before / self._concurrency

    def retry_after(self) -> int:
        """Seconds until half of the line should be gone; at least 1."""
        return min(LONGEST_RETRY, max(1, math.ceil(self.expected(self.running + self.waiting) / 2)))

    def _join(self) -> asyncio.Future[None]:
        """A future that is done once it is one's turn."""
        turn = asyncio.get_running_loop().create_future()
        if self._free:
            self._free -= 1
            turn.set_result(None)
            return turn
        wait = self.expected(self.running + self.waiting)
        if self.waiting >= self._queue_limit or wait > self._longest:
            told = f"{self.waiting} questions are waiting for the model" if self.waiting else "the model is answering"
            raise Overloaded(f"{told}, and one more would wait about {math.ceil(wait)} s", self.retry_after())
        self._waiting.append(turn)
        return turn

    def _before(self, turn: asyncio.Future[None]) -> int:
        """How many have to be done before this turn begins; 0 where it has begun."""
        return 0 if turn.done() else self.running + self._waiting.index(turn)

    async def _called(self, turn: asyncio.Future[None]) -> None:
        """Wait for this turn, but not beyond all measure: then `Overloaded`."""
        patience = self._longest * OVERDUE
        try:
            async with asyncio.timeout(patience) as limit:
                await asyncio.shield(turn)
        except TimeoutError:
            if not limit.expired():
                raise
            waited = f"the question waited {patience:g} s for the model, longer than was to be expected"
            raise Overloaded(waited, self.retry_after()) from None

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
        self._began = 0.0

    async def __aenter__(self) -> Self:
        self._turn = self._admission._join()
        return self

    async def turn(self) -> None:
        """Wait for one's turn, which lasts until the place is left. Raises `Overloaded` where it is long overdue."""
        assert self._turn is not None, "a place is taken with `async with`"
        await self._admission._called(self._turn)
        self._began = self._admission._clock()

    def waits(self) -> tuple[int, int] | None:
        """How many are before this one, and the seconds that should take; None once it is its turn."""
        assert self._turn is not None
        before = self._admission._before(self._turn)
        return (before, math.ceil(self._admission.expected(before))) if before else None

    def ran(self) -> None:
        """The turn ran its course, and so tells how long the next ones will take. One that failed tells nothing."""
        self._admission._took(self._admission._clock() - self._began)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._turn is not None
        self._admission._leave(self._turn)
