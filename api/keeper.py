"""Keeps one child alive: starts it, watches it, starts it again; rests or gives up when it ends too often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from api.process import Process, Spec, answers, resident
from api.runtime import ChildState

STARTING_SECONDS = 300.0
LOOK_SECONDS = 0.25
WATCH_SECONDS = 2.0
DEAF_AFTER = 6


class State(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    BROKEN = "broken"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait before starting again: doubling from `first` to `longest` seconds.

    A child that ended more than `most` times in the last `window` seconds is broken. It is tried again every
    `rest` seconds, in case what it lacks (memory, disk) has come back; None gives it up.
    """

    first: float = 0.25
    longest: float = 30.0
    most: int = 8
    window: float = 600.0
    rest: float | None = None

    def pause(self, ends: list[float], now: float) -> float | None:
        """Seconds to wait after it ended at these times, None when these are too many."""
        recent = sum(1 for end in ends if now - end <= self.window)
        return None if recent > self.most else min(self.longest, self.first * 2.0 ** (recent - 1))


class Keeper:
    """One child and what is known about it. `changed` is called whenever that changes."""

    def __init__(
        self,
        spec: Spec,
        log_folder: Path,
        environment: Mapping[str, str],
        memory_limit: int,
        say: Callable[[str], None],
        changed: Callable[[], None],
        patience: Patience = Patience(),
    ) -> None:
        self.spec = spec
        self.log = log_folder / f"{spec.name}.log"
        self.state = State.STARTING
        self.restarts = 0
        self.reason = ""
        self._environment = environment
        self._memory_limit = memory_limit
        self._say = say
        self._changed = changed
        self._patience = patience
        self._process: Process | None = None
        self._stopping = asyncio.Event()

    @property
    def broken(self) -> bool:
        return self.state is State.BROKEN

    def report(self) -> ChildState:
        pid = self._process.pid if self._process else None
        return ChildState(self.spec.name, pid, self.state, self.restarts, self.reason, str(self.log))

    async def run(self) -> None:
        """Until it is told to stop, or gives up."""
        ends: list[float] = []
        while not self._stopping.is_set():
            self._process = await Process.start(self.spec, self.log, self._environment)
            if self._stopping.is_set():  # told while it was starting, when there was nothing yet to end
                await self._process.end(self.spec.grace)
                return
            self._become(State.STARTING if self.spec.probe else State.RUNNING)
            self.reason = await self._watch(self._process)
            self._process = None
            if self._stopping.is_set():
                return
            ends.append(time.monotonic())
            pause = self._patience.pause(ends, ends[-1])
            if pause is None:
                self._say(f"{self.spec.name} {self.reason}, and too often to be started again soon; see {self.log}")
                self._become(State.BROKEN)
                if self._patience.rest is None:
                    return
                await _either(self._stopping, self._patience.rest)
                self.restarts += 1
                continue
            self.restarts += 1
            self._say(f"{self.spec.name} {self.reason}; starting it again")
            self._become(State.WAITING)
            await _either(self._stopping, pause)

    async def stop(self) -> None:
        """Ends the child within its grace, and keeps it ended."""
        self._stopping.set()
        if self._process:
            await self._process.end(self.spec.grace)
        self._become(State.STOPPED)

    def kill(self) -> None:
        self._stopping.set()
        if self._process:
            self._process.kill()

    async def _watch(self, process: Process) -> str:
        """Returns once the child has ended, with the reason."""
        started, misses = time.monotonic(), 0
        while not await process.ended(LOOK_SECONDS if self.state is State.STARTING else WATCH_SECONDS):
            well = not self.spec.probe or await answers(self.spec.probe)
            misses = 0 if well else misses + 1
            if well and self.state is State.STARTING:
                self._become(State.RUNNING)
            if reason := self._unfit(process, misses, time.monotonic() - started):
                await process.end(self.spec.grace)
                return reason
            process.trim()
        return process.how

    def _unfit(self, process: Process, misses: int, age: float) -> str:
        """Why a running child has to be ended, `""` when it need not be."""
        if self.state is State.STARTING and age > STARTING_SECONDS:
            return f"did not start within {STARTING_SECONDS:.0f} s"
        if self.state is State.RUNNING and misses >= DEAF_AFTER:
            return "does not answer any more"
        if resident(process.pid) > self._memory_limit:
            return f"grew above {self._memory_limit // 2**20} MB"
        return ""

    def _become(self, state: State) -> None:
        self.state = state
        self._changed()


async def _either(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
