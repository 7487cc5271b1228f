"""What the processes of a running service take of memory, in megabytes, by the part of the service that each is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import psutil

LOOK_SECONDS = 0.25

Megabytes = dict[str, float]


def memory_of(pid: int, size: Callable[[psutil.Process], float] | None = None) -> Megabytes:
    """Of each part of the service whose supervisor has this id, and of `all` together; by `size`, or else `shared`."""
    found: Megabytes = {}
    try:
        parent = psutil.Process(pid)
        processes = [parent, *parent.children(recursive=True)]
    except psutil.Error:  # it ended meanwhile
        processes = []
    for process in processes:
        name = part(process)
        found[name] = round(found.get(name, 0.0) + (size or shared)(process), 1)
    return found | {"all": round(sum(found.values()), 1)}


class Most:
    """The most resident megabytes of each part so far, looked at in a thread until it is closed."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.most = memory_of(pid, resident)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            for name, size in memory_of(self._pid, resident).items():
                self.most[name] = max(size, self.most.get(name, 0.0))


def part(process: psutil.Process) -> str:
    """Which part of the service a process is: its module, where it is a child of the supervisor."""
    try:
        return module_in(process.cmdline()) or kind_of(process)
    except psutil.Error:
        return "ended"


def module_in(command: list[str]) -> str:
    """What the command line of a child of the supervisor runs; "" for any other.

    >>> module_in(["python", "-m", "api.child", "1", "10", "ingest.worker"]), module_in(["python", "-m", "api"])
    ('ingest.worker', '')
    """
    after = command[command.index("api.child") + 1 :] if "api.child" in command else []
    return after[2] if len(after) > 2 else ""


def kind_of(process: psutil.Process) -> str:
    """What a process is, from the first words of its command line."""
    try:
        return " ".join(Path(word).name for word in process.cmdline()[:4])
    except psutil.Error:
        return "ended"


def shared(process: psutil.Process) -> float:
    """Megabytes: the proportional share of pages where it is known (Linux), the resident ones elsewhere."""
    try:
        return float(getattr(process.memory_full_info(), "pss", process.memory_info().rss)) / 2**20
    except psutil.Error:
        return 0.0


def resident(process: psutil.Process) -> float:
    """Megabytes that are resident, each page counted wherever it is: quicker to find out than `shared`."""
    try:
        return float(process.memory_info().rss) / 2**20
    except psutil.Error:
        return 0.0
