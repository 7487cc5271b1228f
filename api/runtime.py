"""What a running service says of itself, in its data folder: one service a folder, and who its processes are."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from rag.errors import DataInUse, DataUnusable


@dataclass(frozen=True, slots=True)
class ChildState:
    """A child as it is now; `pid` is None between two of its lives."""

    name: str
    pid: int | None
    state: str
    restarts: int
    reason: str
    log: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """The supervisor and its children. Holds no key."""

    pid: int
    base: str
    chroma_url: str
    model_url: str
    children: tuple[ChildState, ...] = ()

    def child(self, name: str) -> ChildState | None:
        return next((child for child in self.children if child.name == name), None)


def path_in(data: Path) -> Path:
    return data / "runtime.json"


def write(data: Path, runtime: Runtime) -> None:
    """Whole or not at all, for its owner's eyes."""
    temporary = path_in(data).with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, opened with its mode
        json.dump(asdict(runtime), file, indent=1)
    temporary.replace(path_in(data))


def read(data: Path) -> Runtime | None:
    """The service on this data folder, None when none is running."""
    try:
        state = json.loads(path_in(data).read_text("utf-8"))
        runtime = Runtime(**(state | {"children": tuple(ChildState(**child) for child in state["children"])}))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return runtime if _locked(data) else None


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Holds the data folder. Raises `DataInUse` when it is held, `DataUnusable` when it cannot be written to."""
    with _hold(data):
        try:
            yield
        finally:
            path_in(data).unlink(missing_ok=True)


def _hold(data: Path) -> TextIO:
    """The lock of the folder, held until it is closed."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = _lock_path(data).open("a")
    except OSError as error:
        raise DataUnusable(
            f"{error.filename or data} cannot be written ({error.strerror}); choose a folder with GROUNDWIRE_DATA"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        running = read(data)
        who = f"a service at {running.base} (process {running.pid})" if running else "another process"
        raise DataInUse(f"{data} is in use by {who}; stop it, or choose another folder with GROUNDWIRE_DATA") from None
    return lock


def _lock_path(data: Path) -> Path:
    return data / "service.lock"


def _locked(data: Path) -> bool:
    try:
        with _lock_path(data).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
