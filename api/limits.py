"""How often, and how many at once: for each key, and for each address. Counted in this process only.

The windows slide: what came in the minute before counts for as much of it as is still within the last sixty seconds.
That takes two numbers for each caller, however many requests are allowed.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from api.denials import RateLimited, TooManyAtOnce
from api.scopes import Kind

AGAIN_SECONDS = 1


class Limits:
    """`a_minute` has the most of each kind in a minute, `at_once` is the most at the same time; 0 is no limit.

    One event loop only; no locks.
    """

    def __init__(self, a_minute: Mapping[Kind, int], at_once: int) -> None:
        self._rates = {kind: RateLimitItemPerMinute(most) for kind, most in a_minute.items() if most}
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._at_once = at_once
        self._running: Counter[str] = Counter()

    def count(self, kind: Kind, who: str) -> None:
        """Count a request. Raises `RateLimited`, and does not count it then, when there were too many."""
        rate = self._rates.get(kind)
        if rate is None or self._windows.hit(rate, kind, who):
            return
        back = self._windows.get_window_stats(rate, kind, who).reset_time - time.time()
        message = f"at most {rate.amount:,} {kind} a minute are answered"
        raise RateLimited(message, min(60, math.ceil(back)))

    def turn(self, who: str) -> AbstractContextManager[None]:
        """To be entered at once, and left when the request is over. Raises `TooManyAtOnce`."""
        if self._at_once and self._running[who] >= self._at_once:
            raise TooManyAtOnce(f"at most {self._at_once:,} requests at once are answered", AGAIN_SECONDS)
        return self._turn(who)

    @contextmanager
    def _turn(self, who: str) -> Iterator[None]:
        self._running[who] += 1
        try:
            yield
        finally:
            self._running[who] -= 1
            if not self._running[who]:
                del self._running[who]
