"""A whole Groundwire service for the length of a `with` block: a free port, its own data folder, stopped at the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from rag.errors import Unavailable

READY_SECONDS = 180.0
STOP_SECONDS = 15.0
READY_LINE = re.compile(r"^ready at (http\S+)$", re.MULTILINE)
COMMAND = Path(sys.executable).with_name("groundwire")


@dataclass(frozen=True, slots=True)
class Service:
    """A running service. `seconds_to_ready` is from its start until it says so, with the seeds indexed."""

    base: str
    data: Path
    pid: int
    seconds_to_ready: float


@contextmanager
def serving(data: Path, *, seeds: bool = True, model: str | None = None) -> Iterator[Service]:
    """`groundwire serve` on `data`, ready to answer. What it prints is in `data/serve.log`.

    Raises `Unavailable` with the end of that log if it ends or is not ready in time. It is always stopped: with
    SIGTERM, and with SIGKILL to all of its processes if that is not enough. Meanwhile SIGTERM to this process is a
    `KeyboardInterrupt`, so that the block is left properly then too. To be called from the main thread.
    """
    data.mkdir(parents=True, exist_ok=True)
    command = [str(COMMAND), "serve", *([] if seeds else ["--no-seeds"])]
    chosen = {"GROUNDWIRE_HOST": "127.0.0.1", "GROUNDWIRE_PORT": "0", "GROUNDWIRE_DATA": str(data)}
    if model:
        chosen["GROUNDWIRE_MODEL"] = model
    log = data / "serve.log"
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=os.environ | chosen, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        base = _wait_until_ready(process, log)
        yield Service(base, data, process.pid, time.perf_counter() - began)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not interrupt the stopping
        _stop(process)
        signal.signal(signal.SIGTERM, before)


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> str:
    """Its address, once it has printed that it is ready and /readyz agrees."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unavailable("service", f"it ended with code {process.returncode}:\n{_tail(log)}")
        if ready := READY_LINE.search(log.read_text(encoding="utf-8", errors="replace")):
            httpx.get(f"{ready[1]}/readyz", timeout=5.0, trust_env=False).raise_for_status()
            return ready[1]
        time.sleep(0.1)
    raise Unavailable("service", f"it was not ready after {READY_SECONDS:.0f} s:\n{_tail(log)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
