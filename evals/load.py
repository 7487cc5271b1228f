"""`python -m evals.load`: many clients at once for some minutes, asking, searching, adding, reading and deleting.

Tells how long each kind of request took, how many were told to come back later (which a full line is for, and no
failure), how long a question took from when it was first asked, coming back included, and how many were answered, how
much memory each process had at the start, in the middle and at the end, and whether anything was lost: every document
that was accepted has to be there exactly once, unless it was deleted, and every job has to have ended well. Written
down as JSON; the exit code is 1 where something failed or was lost.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from evals.bench import machine
from evals.client import Client
from evals.measures import percentile
from evals.memory import Megabytes, memory_of
from evals.questions import read_set
from evals.service import Service, serving, serving_scripted

HERE = Path(__file__).parent
SETS = ("seeds", "newsroom")
SAMPLE_SECONDS = 5.0
SETTLE_SECONDS = 900.0
PATIENCE = 600.0
"""Seconds until it has to be ready: how long that takes is not what is measured here."""
FLAT = 1.05
"""Memory is flat where what the second half of the run added is less than this, or `SMALL_MB`."""
SMALL_MB = 32.0
SAME_SECONDS = 0.5
"""Told to return is at least a second, so that what is less apart began at the same time."""

Note = dict[str, Any]


def kinds(notes: Sequence[Note]) -> dict[str, dict[str, Any]]:
    """For each kind of request: how many, how many were busy or failed, and seconds of those answered."""
    found = {}
    for kind in sorted({note["kind"] for note in notes}):
        own = [note for note in notes if note["kind"] == kind]
        good = [note["seconds"] for note in own if not note["busy"] and "wrong" not in note]
        found[kind] = {
            "requests": len(own),
            "answered": len(good),
            "busy": sum(note["busy"] for note in own),
            "failed": sum("wrong" in note for note in own),
            "p50": percentile(good, 50),
            "p95": percentile(good, 95),
        }
    return found


def questions(notes: Sequence[Note]) -> dict[str, Any]:
    """What became of the questions, however often each was asked, and what those who were told to return were told.

    `whole` are seconds from when a question was first asked to its answer, `told` those until its client was told to
    return, and `again` after how many it was to do so.
    """
    asks = [note for note in notes if note["kind"] == "ask"]
    good = [note for note in asks if not note["busy"] and "wrong" not in note]
    busy = [note for note in asks if note["busy"]]
    seconds = {
        "whole": [note["whole"] for note in good],
        "told": [note["seconds"] for note in busy],
        "again": [note["again"] for note in busy],
    }
    counts = {"asked": sum(map(_first, asks)), "answered": len(good), "at_first": sum(map(_first, good))}
    return counts | {f"{name}_p{rank}": percentile(of, rank) for name, of in seconds.items() for rank in (50, 95)}


def _first(note: Note) -> bool:
    """Whether it was the first try of its question."""
    return bool(note["whole"] - note["seconds"] < SAME_SECONDS)


def accepted(notes: Sequence[Note]) -> tuple[dict[str, Note], set[str], set[str]]:
    """What was added, by its id; what was deleted; and what may be either way, since its reply never came."""
    adds = {note["document"]: note for note in notes if note["kind"] == "add" and note["job"]}
    deletes = [note for note in notes if note["kind"] == "delete"]
    unsure = {note["document"] for note in notes if note.get("document") and note["status"] == 0}
    return adds, {note["document"] for note in deletes if note["status"] == 204}, unsure


def lost(
    notes: Sequence[Note], before: Sequence[str], after: Sequence[tuple[str, int]], jobs: Sequence[Note]
) -> list[str]:
    """What is wrong in the end, a line each: `after` are ids and lengths, `jobs` those of what was accepted."""
    adds, deleted, unsure = accepted(notes)
    there = Counter(name for name, _ in after)
    lengths = dict(after)
    wrong = [f"{name} is there {there[name]} times" for name in adds.keys() - deleted - unsure if there[name] != 1]
    wrong += [f"{name} was deleted and is there" for name in deleted if there[name]]
    wrong += [f"{name} was there before and is not" for name in before if there[name] != 1]
    wrong += [f"{name} was never accepted" for name in there.keys() - adds.keys() - set(before) - unsure]
    wrong += [
        f"{name} has another length"
        for name, note in adds.items()
        if lengths.get(name, note["length"]) != note["length"]
    ]
    done = {"total": 1, "added": 1, "updated": 0, "unchanged": 0, "failed": 0}
    wrong += [
        f"{job['job_id']} ended as {job['state']} {job['counts']}"
        for job in jobs
        if job["state"] != "succeeded" or job["counts"] != done
    ]
    return wrong


def flat(samples: Sequence[Megabytes]) -> dict[str, bool]:
    """Whether each process ended with about as much memory as it had in the middle."""
    middle, end = samples[len(samples) // 2], samples[-1]
    return {
        name: end[name] - middle.get(name, 0.0) <= max(SMALL_MB, (FLAT - 1) * middle.get(name, 0.0)) for name in end
    }


def run(service: Service, folder: Path, clients: int, seconds: int) -> tuple[list[Note], list[Megabytes]]:
    """Let the clients loose for so long, and look at the processes meanwhile."""
    questions = [question.body()["question"] for name in SETS for question in read_set(HERE / "sets" / name).questions]
    asked, ledger = folder / "questions.json", folder / "ledger.jsonl"
    asked.write_text(json.dumps(questions), "utf-8")
    samples = [memory_of(service.pid)]
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "crowd.py"), "--headless", "--only-summary"]
    command += ["--host", service.base, "-u", str(clients), "-r", "10", "-t", f"{seconds}s", "--stop-timeout", "240"]
    environment = os.environ | {"LOAD_QUESTIONS": str(asked), "LOAD_LEDGER": str(ledger)}
    with (folder / "locust.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                time.sleep(SAMPLE_SECONDS)
                samples.append(memory_of(service.pid))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    notes = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()] if ledger.exists() else []
    if not notes:
        raise RuntimeError((folder / "locust.log").read_text("utf-8", "replace")[-2_000:])
    return notes, samples


def settled(client: Client, notes: Sequence[Note]) -> list[Note]:
    """Every job that was accepted, once it is over."""
    return [client.wait(note["job"], SETTLE_SECONDS) for note in accepted(notes)[0].values()]


def stored(base: str) -> Iterator[tuple[str, int]]:
    """Every document that is there, as the list of them says: its id and length."""
    cursor = ""
    with httpx.Client(base_url=base, timeout=60, trust_env=False) as http:
        while cursor is not None:
            page = http.get("/v1/documents", params={"limit": 200, "cursor": cursor}).raise_for_status().json()
            yield from ((document["id"], document["characters"]) for document in page["documents"])
            cursor = page["next_cursor"]


def table(record: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'request':<8}{'made':>7}{'answered':>10}{'told to wait':>14}{'failed':>8}{'p50 s':>8}{'p95 s':>8}"
    for kind, of in record["kinds"].items():
        times = "".join(f"{'' if of[name] is None else format(of[name], '.3f'):>8}" for name in ("p50", "p95"))
        yield f"{kind:<8}{of['requests']:>7}{of['answered']:>10}{of['busy']:>14}{of['failed']:>8}{times}"
    of = record["questions"]
    yield f"\nquestions: {of['asked']} asked, {of['answered']} answered, {of['at_first']} of them at the first try"
    yield f"  first asked to answered   {_spread(of, 'whole')}"
    yield f"  told to return within     {_spread(of, 'told')}"
    yield f"  and to do so after        {_spread(of, 'again')}"
    yield f"\n{'megabytes':<48}{'start':>8}{'middle':>8}{'end':>8}  flat"
    memory = record["memory"]
    for name in memory["end"]:
        sizes = "".join(f"{memory[at].get(name, 0.0):>8.0f}" for at in ("start", "middle", "end"))
        yield f"{name[-48:]:<48}{sizes}  {'yes' if memory['flat'][name] else 'no'}"
    yield f"\naccepted {record['accepted']}, deleted {record['deleted']}, lost {len(record['lost'])}"
    yield from record["lost"][:20]


def _spread(of: Mapping[str, Any], name: str) -> str:
    median, most = of[f"{name}_p50"], of[f"{name}_p95"]
    return "never" if median is None else f"p50 {median:.1f} s, p95 {most:.1f} s"


@contextmanager
def started(folder: Path, model: str | None, scripted: float | None) -> Iterator[Service]:
    with ExitStack() as stack:
        environment: Mapping[str, str] = {}
        if scripted is not None:
            environment = stack.enter_context(serving_scripted(folder / "model.log", scripted))
        yield stack.enter_context(serving(folder / "data", model=model, environment=environment, patience=PATIENCE))


def measured(service: Service, folder: Path, clients: int, seconds: int) -> dict[str, Any]:
    client = Client(service.base)
    before = client.document_ids()
    notes, samples = run(service, folder, clients, seconds)
    jobs = settled(client, notes)
    client.close()
    adds, deleted, _ = accepted(notes)
    at: dict[str, Callable[[Sequence[Megabytes]], Megabytes]] = {
        "start": lambda all_: all_[0],
        "middle": lambda all_: all_[len(all_) // 2],
        "end": lambda all_: all_[-1],
    }
    return {
        "clients": clients,
        "seconds": seconds,
        "kinds": kinds(notes),
        "questions": questions(notes),
        "said": Counter(note["said"] for note in notes if note["kind"] == "ask" and note["said"]),
        "memory": {name: which(samples) for name, which in at.items()} | {"flat": flat(samples), "samples": samples},
        "accepted": len(adds),
        "deleted": len(deleted),
        "lost": lost(notes, before, list(stored(service.base)), jobs),
        "wrong": [note for note in notes if "wrong" in note][:50],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--model", help="a name that `groundwire models` lists; default: as the settings say")
    parser.add_argument(
        "--scripted", type=float, metavar="SECONDS", help="a scripted model that takes so long, in place of a real one"
    )
    arguments = parser.parse_args()
    circumstances = machine()
    with tempfile.TemporaryDirectory(prefix="groundwire-load-") as name:
        folder = Path(name)
        with started(folder, arguments.model, arguments.scripted) as service:
            record = measured(service, folder, arguments.clients, arguments.seconds)
    model = arguments.model or ("scripted" if arguments.scripted is not None else "default")
    record = {"machine": circumstances | {"load_after": os.getloadavg()[0]}, "model": model} | record
    print("\n".join(table(record)))
    path = HERE / "results" / f"load-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {path}")
    failed = sum(of["failed"] for of in record["kinds"].values())
    return 1 if failed or record["lost"] else 0


if __name__ == "__main__":
    sys.exit(main())
