"""When to try again, how fast a job goes, and how long it will take. Pure; times are seconds."""

from __future__ import annotations

import math

LONGEST_PAUSE = 60.0
WINDOW = 30.0
"""What happened this long ago counts about a third of what happens now."""
_PATIENCE = 10.0
_STANDSTILL = 0.001


def pause(attempts: int, draw: float) -> float:
    """How long to wait after so many attempts (at least 1): doubling from 1 up to `LONGEST_PAUSE`, and half as long
    again at most, by `draw` in [0, 1), so that what failed together does not come back together.
    """
    return float(min(2.0 ** min(attempts - 1, 30), LONGEST_PAUSE) * (1 + draw / 2))


def pace(before: float | None, seconds: float, done: int) -> float:
    """Documents a second, after `done` more were finished in the `seconds` since the pace was `before`.

    A mean in which what is past counts less the longer ago it is, `WINDOW` being the scale.
    """
    now = done / max(seconds, 0.001)
    if before is None:
        return now
    kept = math.exp(-seconds / WINDOW)
    return before * kept + now * (1 - kept)


def rate(known: float | None, idle: float) -> float | None:
    """The pace as it is to be told when nothing was finished for `idle` seconds; None when it is not known."""
    if known is None:
        return None
    return known * math.exp(-max(0.0, idle - _PATIENCE) / WINDOW)


def seconds_left(left: int, per_second: float | None) -> float | None:
    """How long `left` documents take at this rate; None when nobody can say."""
    return None if per_second is None or per_second < _STANDSTILL else left / per_second
