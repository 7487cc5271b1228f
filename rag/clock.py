"""How long an answer took, stage by stage."""

from __future__ import annotations

import time
from typing import Final

from rag.types import Lap

STAGES: Final = ("retrieve", "rank", "generate", "verify")
"""What every question goes through; some are put in other words before (`understand`)."""


class Clock:
    """What each stage took: every lap, and milliseconds by stage and in total."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self.laps: list[Lap] = []

    def lap(self, stage: str) -> None:
        """Put down the time since the last lap to `stage`."""
        now = time.perf_counter()
        self.laps.append(Lap(stage, self._last - self._began, now - self._began))
        self._last = now

    def stop(self) -> dict[str, int]:
        spent = dict.fromkeys(STAGES, 0.0)
        for lap in self.laps:
            spent[lap.stage] = spent.get(lap.stage, 0.0) + lap.end - lap.start
        total = time.perf_counter() - self._began
        return {stage: round(1000 * seconds) for stage, seconds in (spent | {"total": total}).items()}
