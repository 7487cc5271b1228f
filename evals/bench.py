"""`python -m evals.bench`: how fast and how large the running service is, on this machine, as a table and as JSON.

A measurement and no test: the figures depend on the machine and on what else it does. docs/performance.md
says on which one its figures were taken.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from evals.client import Client
from evals.measures import percentile
from evals.memory import kind_of, shared
from evals.questions import GoldQuestion, choose, read_set
from evals.service import Service, serving
from rag.errors import GroundwireError

HERE = Path(__file__).parent
SINGLE_FACT = frozenset({"fact", "number", "date", "quote"})
SEARCHES = 60
REST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """One figure; `wanted` is the most it should be, where that is stated."""

    name: str
    value: float
    unit: str
    says: str
    wanted: float | None = None


def measure(questions: Sequence[GoldQuestion], data: Path) -> list[Line]:
    """Serves twice on one data folder: once to fill it, then to measure."""
    with serving(data) as first:
        filled = first.seconds_to_ready
    with serving(data) as service:
        client = Client(service.base)
        try:
            started = [
                Line("first_start", filled, "s", "first serve on an empty data folder, to ready"),
                Line("second_start", service.seconds_to_ready, "s", "serve on the same folder, to ready", 15.0),
            ]
            return started + answers(client, questions) + searches(client, questions) + memory(service)
        finally:
            client.close()


def answers(client: Client, questions: Sequence[GoldQuestion]) -> list[Line]:
    """Each question is streamed once, one after another; questions that are refused have no first sentence.

    Raises `GroundwireError` where one fails: it would pass for a quick answer.
    """
    first: list[float] = []
    whole: list[float] = []
    for number, question in enumerate(questions, 1):
        events = list(client.stream(question.body()))
        if not events or events[-1].name != "answer":
            raise GroundwireError(f"{question.id} has no answer: {events[-1].data if events else 'nothing came'}")
        first += [event.seconds for event in events if event.name == "sentence"][:1]
        whole.append(events[-1].seconds)
        print(f"  {number}/{len(questions)} answers", file=sys.stderr, flush=True)
    return [
        *spread("answer", whole, "s", "a single-fact answer on the seeds, whole", 6.0),
        *spread("first_sentence", first, "s", "to the first verified sentence of a stream"),
    ]


def searches(client: Client, questions: Sequence[GoldQuestion]) -> list[Line]:
    """Over one kept-open connection, as a client that asks often has it. Raises `SearchFailed`."""
    seconds: list[float] = []
    for at in range(SEARCHES):
        body = questions[at % len(questions)].body()
        began = time.perf_counter()
        client.search(body, 10)
        seconds.append((time.perf_counter() - began) * 1_000)
    return spread("search", seconds, "ms", "a search without the model", 50.0)


def memory(service: Service) -> list[Line]:
    """Every process of the service after a pause, each page counted once where the system can tell."""
    time.sleep(REST_SECONDS)
    root = psutil.Process(service.pid)
    sizes = {f"{kind_of(each)} ({each.pid})": shared(each) for each in [root, *root.children(recursive=True)]}
    total = Line("memory", sum(sizes.values()), "MB", "all processes together, at rest", 4_096.0)
    return [total, *(Line("memory_of", size, "MB", name) for name, size in sizes.items())]


def spread(name: str, values: Iterable[float], unit: str, says: str, wanted: float | None = None) -> list[Line]:
    """Median and 95th percentile; nothing where there are no values."""
    known = list(values)
    p50, p95 = percentile(known, 50), percentile(known, 95)
    if p50 is None or p95 is None:
        return []
    return [Line(f"{name}_p50", p50, unit, says, wanted), Line(f"{name}_p95", p95, unit, says)]


def table(lines: Sequence[Line], before: dict[str, float]) -> list[str]:
    """`before` holds an earlier run's figures by name: each is shown as the ratio of now to then."""
    rows = [f"{'figure':<20}{'value':>10}  {'unit':<5}{'at most':>10}{'ratio':>8}  what it is"]
    for line in lines:
        wanted = "" if line.wanted is None else f"{line.wanted:g}"
        earlier = before.get(line.name)
        ratio = f"{line.value / earlier:.2f}" if earlier and line.name != "memory_of" else ""
        rows.append(f"{line.name:<20}{line.value:>10.2f}  {line.unit:<5}{wanted:>10}{ratio:>8}  {line.says}")
    return rows


def machine() -> dict[str, Any]:
    """What a figure needs beside it to be read."""
    return {
        "cores": os.cpu_count(),
        "memory_mb": psutil.virtual_memory().total // 2**20,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--limit", type=int, default=20, help="how many single-fact questions to ask")
    parser.add_argument("--against", type=Path, help="the JSON of an earlier run, to show ratios")
    arguments = parser.parse_args()
    asked = [question for question in read_set(HERE / "sets" / "seeds").questions if question.type in SINGLE_FACT]
    circumstances = machine()
    with tempfile.TemporaryDirectory(prefix="groundwire-bench-") as folder:
        try:
            lines = measure(choose(asked, arguments.limit), Path(folder))
        except GroundwireError as error:
            sys.exit(f"nothing is measured where something fails: {error}")
    before = json.loads(arguments.against.read_text(encoding="utf-8"))["lines"] if arguments.against else []
    print("\n".join(table(lines, {line["name"]: line["value"] for line in before})))
    path = HERE / "results" / f"bench-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.parent.mkdir(exist_ok=True)
    record = {"machine": circumstances, "lines": [asdict(line) for line in lines]}
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {path}")


if __name__ == "__main__":
    main()
