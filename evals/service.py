"""A whole Groundwire service for the length of a `with` block: a free port, its own data folder, stopped at the end."""

from __future__ import annotations

import os
import signal
import socket
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
COMMAND = Path(sys.executable).with_name("groundwire")


@dataclass(frozen=True, slots=True)
class Service:
    """A running service. `seconds_to_ready` is from its start to the first 200 of /readyz."""

    base: str
    data: Path
    pid: int
    seconds_to_ready: float


@contextmanager
def serving(data: Path, *, seeds: bool = True, model: str | None = None) -> Iterator[Service]:
    """`groundwire serve` on `data`, ready to answer. What it prints is in `data/serve.log`.

    Raises `Unavailable` with the end of that log if it ends or is not ready in time. It is always stopped: with
    SIGTERM, and with SIGKILL to all of its processes if that is not enough.
    """
    data.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    command = [str(COMMAND), "serve", *([] if seeds else ["--no-seeds"])]
    chosen = {"GROUNDWIRE_HOST": "127.0.0.1", "GROUNDWIRE_PORT": str(port), "GROUNDWIRE_DATA": str(data)}
    if model:
        chosen["GROUNDWIRE_MODEL"] = model
    log = data / "serve.log"
    with log.open("ab") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=os.environ | chosen, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_until_ready(process, base, log)
        yield Service(base, data, process.pid, time.perf_counter() - began)
    finally:
        _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], base: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(base_url=base, timeout=5.0, trust_env=False) as http:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise Unavailable("service", f"it ended with code {process.returncode}:\n{_tail(log)}")
            try:
                if http.get("/readyz").status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass  # nothing listens yet
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
