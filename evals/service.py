"""What is measured, running for the length of a `with` block: a whole Groundwire service, the model server alone, or
the baseline. Each has a free port, and is stopped at the end."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from rag import weights
from rag.errors import Unavailable
from rag.settings import load_settings

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
def serving(
    data: Path,
    *,
    seeds: bool = True,
    model: str | None = None,
    without: str = "",
    environment: Mapping[str, str] | None = None,
    patience: float = READY_SECONDS,
) -> Iterator[Service]:
    """`groundwire serve` on `data`, ready to answer. What it prints is in `data/serve.log`.

    `without` is a part of the engine to leave out, `environment` what it is started with beside this process's own,
    and it has `patience` seconds to be ready.
    Raises `Unavailable` with the end of that log if it ends or is not ready in time. It is always stopped: with
    SIGTERM, and with SIGKILL to all of its processes if that is not enough. Meanwhile SIGTERM to this process is a
    `KeyboardInterrupt`, so that the block is left properly then too. To be called from the main thread.
    """
    data.mkdir(parents=True, exist_ok=True)
    command = [str(COMMAND), "serve", *([] if seeds else ["--no-seeds"])]
    chosen = {"GROUNDWIRE_HOST": "127.0.0.1", "GROUNDWIRE_PORT": "0", "GROUNDWIRE_DATA": str(data)}
    given = {"GROUNDWIRE_MODEL": model, "GROUNDWIRE_WITHOUT": without}
    chosen |= dict(environment or {}) | {name: value for name, value in given.items() if value}
    with _running(command, chosen, data / "serve.log", _says_ready, patience) as (base, pid, seconds):
        yield Service(base, data, pid, seconds)


@contextmanager
def serving_plain(log: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of the baseline (`evals.baselines.plain`) with nothing in it. Raises as `serving` does."""
    command = [sys.executable, "-m", "evals.baselines.plain", "--port", "0"]
    with _running(command, environment, log, _says_ready) as (base, _, _):
        yield base


@contextmanager
def serving_model(log: Path, model: str | None = None) -> Iterator[dict[str, str]]:
    """What a process is started with to find the model that the settings choose, or `model`.

    A model of the catalogue is served meanwhile, unless the settings say where it is served already. Raises
    `SetupError` where its weights are not there, else as `serving` does.
    """
    settings = load_settings(model=model)
    chosen = {"GROUNDWIRE_MODEL": settings.model}
    if settings.model_url or settings.model not in weights.catalogue():
        yield chosen
        return
    weights.require(settings, settings.model)
    origin = f"http://127.0.0.1:{_free_port()}"
    chosen |= {"GROUNDWIRE_MODEL_URL": f"{origin}/v1", "GROUNDWIRE_MODEL_KEY": secrets.token_urlsafe(32)}
    with _running([sys.executable, "-m", "rag.adapters.llama_server"], chosen, log, _answers(origin, "/health")):
        yield chosen


@contextmanager
def serving_scripted(log: Path, seconds: float = 0.0) -> Iterator[dict[str, str]]:
    """What a service is started with to be answered by `evals.scripted`, which takes so long for a reply.

    Raises as `serving` does.
    """
    command = [sys.executable, "-m", "evals.scripted", "--seconds", str(seconds)]
    with _running(command, {}, log, _says_ready) as (base, _, _):
        yield {"GROUNDWIRE_MODEL": "scripted", "GROUNDWIRE_MODEL_URL": f"{base}/v1"}


@contextmanager
def serving_chroma(data: Path, log: Path) -> Iterator[str]:
    """The address of a Chroma server on a folder. Raises as `serving` does."""
    port = _free_port()
    command = [sys.executable, "-m", "rag.adapters.chroma_server", str(data), str(port)]
    with _running(command, {}, log, _answers(f"http://127.0.0.1:{port}", "/api/v2/heartbeat")) as (base, _, _):
        yield base


@contextmanager
def _running(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    ready: Callable[[str], str | None],
    patience: float = READY_SECONDS,
) -> Iterator[tuple[str, int, float]]:
    """Address, process id and seconds until it was `ready`, which is told its log so far and returns the address."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=os.environ | dict(environment), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        base = _wait_until_ready(process, log, ready, patience)
        yield base, process.pid, time.perf_counter() - began
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not interrupt the stopping
        _stop(process)
        signal.signal(signal.SIGTERM, before)


def _says_ready(printed: str) -> str | None:
    """The address, once it is printed and /readyz agrees."""
    if found := READY_LINE.search(printed):
        httpx.get(f"{found[1]}/readyz", timeout=5.0, trust_env=False).raise_for_status()
        return found[1]
    return None


def _answers(origin: str, path: str) -> Callable[[str], str | None]:
    """What is ready at `origin` once a GET of the path succeeds, whatever it logs."""

    def ready(_: str) -> str | None:
        try:
            return origin if httpx.get(f"{origin}{path}", timeout=5.0, trust_env=False).is_success else None
        except httpx.TransportError:
            return None

    return ready


def _wait_until_ready(
    process: subprocess.Popen[bytes], log: Path, ready: Callable[[str], str | None], patience: float
) -> str:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unavailable("service", f"it ended with code {process.returncode}:\n{_tail(log)}")
        if base := ready(log.read_text(encoding="utf-8", errors="replace")):
            return base
        time.sleep(0.1)
    raise Unavailable("service", f"it was not ready after {patience:.0f} s:\n{_tail(log)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return int(trial.getsockname()[1])


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
