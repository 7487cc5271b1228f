"""`python -m evals.bench_stream`: a very long batch as one stream of lines: how fast it is accepted, and what it costs.

A measurement and no test. A service of its own, without a language model, is sent `--documents` made articles of a few
sentences in one `POST /v1/documents`, while the memory of its processes is looked at and a client asks it things: a
search, the job, the list of jobs, whether it is ready, the metrics. Then it works until `--worked` are taken in, and
one of those that wait is deleted, and the rest of the job is cancelled.

What it wants: at most 500 MB more in the API than before, and at most 1.5 GB in the worker.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from evals.bench import machine
from evals.measures import percentile
from evals.memory import Most
from evals.service import Service, serving
from evals.wire import facts, text, write
from rag.types import FINAL

ASK_SECONDS = 1.0
PIECE_LINES = 200
API_MB, WORKER_MB = 500, 1_536
HEADERS = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "bench"}


def article(number: int) -> dict[str, str]:
    """A short article of its own, as a line of the stream has it."""
    draw = random.Random(number)
    return {"id": f"made-{number:07}", "text": text(write(draw, facts(draw, draw.randrange(1, 3)), 0)[:-1])}


def lines(documents: int) -> Iterator[bytes]:
    """The stream, some lines at a time."""
    for start in range(0, documents, PIECE_LINES):
        numbers = range(start, min(start + PIECE_LINES, documents))
        yield b"".join(json.dumps(article(number)).encode() + b"\n" for number in numbers)


class Asking:
    """A client that asks the same few things about once a second, and keeps how long each took, in milliseconds."""

    def __init__(self, base: str) -> None:
        self.phase = "idle"
        self.job_id = ""
        self.took: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.wrong: list[str] = []
        self._base = base
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        draw = random.Random(1)
        with httpx.Client(base_url=self._base, timeout=120.0, trust_env=False) as http:
            while not self._ended.wait(ASK_SECONDS):
                question = article(draw.randrange(1_000))["text"].split(" while ")[0][:200]
                asked: dict[str, Callable[[], httpx.Response]] = {
                    "search": partial(http.post, "/v1/search", json={"question": question}),
                    "jobs": lambda: http.get("/v1/jobs?limit=5"),
                    "ready": lambda: http.get("/readyz"),
                    "metrics": lambda: http.get("/metrics"),
                }
                if self.job_id:
                    asked["job"] = lambda: http.get(f"/v1/jobs/{self.job_id}")
                for name, ask in asked.items():
                    began = time.perf_counter()
                    reply = ask()
                    self.took[self.phase, name].append((time.perf_counter() - began) * 1_000)
                    if reply.status_code != 200:
                        self.wrong.append(f"{self.phase}, {name}: {reply.status_code} {reply.text[:200]}")


class _Models(BaseHTTPRequestHandler):
    """A server of a language model that says it is there; nothing is asked of it."""

    def do_GET(self) -> None:
        body = b'{"data": [{"id": "none"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # whoever asked did not wait
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def without_model(data: Path) -> Iterator[Service]:
    """A service that takes articles in and finds them, and cannot answer."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Models) as models:
        threading.Thread(target=models.serve_forever, daemon=True).start()
        environment = {"GROUNDWIRE_MODEL_URL": f"http://127.0.0.1:{models.server_port}/v1"}
        try:
            with serving(data, seeds=False, model="none", environment=environment) as service:
                yield service
        finally:
            models.shutdown()


def measure(data: Path, documents: int, worked: int, patience: float) -> dict[str, Any]:
    """Everything, in the order in which it happens. Seconds, megabytes and milliseconds.

    It works until so many are `worked` off, for `patience` seconds at most.
    """
    found: dict[str, Any] = {"documents": documents}
    with without_model(data) as service, httpx.Client(base_url=service.base, timeout=900.0, trust_env=False) as http:
        first = b"".join(lines(100))
        until_done(http, http.post("/v1/documents", content=first, headers=HEADERS | {"Idempotency-Key": "first"}))
        with closing(Most(service.pid)) as memory, closing(Asking(service.base)) as asking:
            time.sleep(10 * ASK_SECONDS)
            before = dict(memory.most)
            asking.phase = "receiving"
            began = time.perf_counter()
            reply = http.post("/v1/documents", content=lines(documents), headers=HEADERS)
            found["receiving"] = time.perf_counter() - began
            found["api_more"] = memory.most["api"] - before["api"]
            job = reply.raise_for_status().json()
            asking.job_id, asking.phase = job["job_id"], "working"
            say(f"{documents:,} accepted in {found['receiving']:.0f} s: {job['counts']}")
            told = start = time.perf_counter()
            while job["state"] not in FINAL and done(job) < worked:
                if time.perf_counter() - start > patience:
                    break
                time.sleep(2.0)
                job = http.get(f"/v1/jobs/{job['job_id']}").raise_for_status().json()
                if time.perf_counter() - told > 30:
                    told = time.perf_counter()
                    say(f"{done(job):,} done, {job.get('rate_per_second')} a second, {job.get('seconds_left')} s left")
            found |= {"done": done(job), "rate": job.get("rate_per_second"), "left": job.get("seconds_left")}
            found["disk"] = {part: folder_size(data, part) for part in ("store.sqlite3", "chroma")}
            last = article(documents - 1)["id"]
            found["delete_ms"] = timed(lambda: http.delete(f"/v1/documents/{last}").raise_for_status())
            found["cancel_ms"] = timed(lambda: http.post(f"/v1/jobs/{job['job_id']}/cancel").raise_for_status())
            ended = until_done(http, reply)
            found["ended"] = {"state": ended["state"], "counts": ended["counts"]}
        found["memory"] = {name: {"before": before.get(name), "most": most} for name, most in memory.most.items()}
        found["wrong"] = asking.wrong
        found["asked"] = {
            f"{phase}, {name}": {"p50": percentile(took, 50), "p95": percentile(took, 95), "most": max(took)}
            for (phase, name), took in asking.took.items()
        }
    return found


def until_done(http: httpx.Client, accepted: httpx.Response) -> dict[str, Any]:
    job: dict[str, Any] = accepted.raise_for_status().json()
    while job["state"] not in FINAL:
        time.sleep(0.5)
        job = http.get(f"/v1/jobs/{job['job_id']}").raise_for_status().json()
    return job


def done(job: dict[str, Any]) -> int:
    return sum(job["counts"][name] for name in ("added", "updated", "unchanged", "failed"))


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1_000


def folder_size(data: Path, part: str) -> float:
    """Megabytes of a file with what stands beside it, or of a folder."""
    files = [file for root in data.glob(f"{part}*") for file in ([root] if root.is_file() else root.rglob("*"))]
    return sum(file.stat().st_size for file in files if file.is_file()) / 2**20


def table(found: dict[str, Any]) -> list[str]:
    """The figures, for people; what is wanted stands beside what was found."""
    said = [
        f"{found['documents']:,} documents accepted in {found['receiving']:.0f} s, "
        f"{found['documents'] / found['receiving']:,.0f} a second",
        f"API: {found['api_more']:.0f} MB more while it received them (wanted: at most {API_MB})",
        f"worker: {found['memory'].get('ingest.worker', {}).get('most', 0):.0f} MB at most, "
        f"{found['done']:,} documents in (wanted: at most {WORKER_MB:,})",
        "most resident, MB: " + ", ".join(f"{name} {size['most']:.0f}" for name, size in found["memory"].items()),
        "disk, MB: " + ", ".join(f"{name} {size:.0f}" for name, size in found["disk"].items()),
        f"told: {found['rate'] or 0:.1f} a second, {(found['left'] or 0) / 60:.0f} minutes left",
        f"a waiting document deleted in {found['delete_ms']:.0f} ms, the job cancelled in {found['cancel_ms']:.0f} ms, "
        f"and then it {found['ended']['state']}: {found['ended']['counts']}",
        f"{'milliseconds':<24}{'p50':>8}{'p95':>8}{'most':>8}",
    ]
    for name, took in found["asked"].items():
        said.append(f"{name:<24}{took['p50']:>8.0f}{took['p95']:>8.0f}{took['most']:>8.0f}")
    return said + [f"! {wrong}" for wrong in found["wrong"][:10]]


def say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=100_000, help="how many lines the stream has")
    parser.add_argument("--worked", type=int, default=10_000, help="how many are taken in before the rest is cancelled")
    parser.add_argument("--patience", type=float, default=3_600.0, help="seconds to wait for these at most")
    parser.add_argument("--data", type=Path, help="use this folder, and leave it")
    chosen = parser.parse_args()
    folder = chosen.data or Path(tempfile.mkdtemp(prefix="groundwire-stream-"))
    try:
        found = {"machine": machine()} | measure(folder, chosen.documents, chosen.worked, chosen.patience)
    finally:
        if not chosen.data:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(found))
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
