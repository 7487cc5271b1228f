"""`python -m evals.calibrate`: how `rag.support` got its weights, and how to find them for another model.

    collect   ask a set's questions with nothing held back, one line of signals for each drafted sentence
    fit       logistic regression on such lines: weights, threshold, and what they come to

Collect from the development part of several sets, fit, and report on the test parts. Needs a model server:
GROUNDWIRE_MODEL_URL and GROUNDWIRE_MODEL_KEY, or a GROUNDWIRE_MODEL that needs none.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, astuple
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.measures import contains, covers
from evals.questions import GoldQuestion, choose, read_set
from ingest.readers import read
from ingest.seeds import articles
from ingest.worker import work_off
from rag.compose import Engine, build
from rag.settings import load_settings
from rag.support import Calibration
from rag.types import Completed, Filters, NewDocument, Question, Signals, Verdict

RIDGE = 1.0
STEPS = 50

Row = dict[str, Any]
Floats = NDArray[np.float64]


def collect(folder: Path, part: str, limit: int | None, out: Path) -> None:
    """Append a line for each drafted sentence, or for a question without one, of a set to `out`."""
    chosen = choose(read_set(folder).questions, limit, part)
    with tempfile.TemporaryDirectory() as data, out.open("a", encoding="utf-8") as lines:
        engine = build(load_settings(data=Path(data)))
        # one loop for all questions: the model's connections belong to it
        with asyncio.Runner() as runner, closing(engine):
            _take_in(engine, folder / "documents.jsonl")
            for count, question in enumerate(chosen, 1):
                for row in runner.run(_rows(engine, question)):
                    row |= {"set": folder.name, "part": part, "id": question.id, "question": question.text}
                    lines.write(json.dumps(row, ensure_ascii=False) + "\n")
                lines.flush()
                print(f"\r{folder.name} {count}/{len(chosen)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _take_in(engine: Engine, documents: Path) -> None:
    """The documents of a set, or those of `seeds/` where it brings none."""
    found = read(documents, documents.name) if documents.is_file() else articles()
    engine.store.enqueue([document for document in found if isinstance(document, NewDocument)])
    work_off(engine)


async def _rows(engine: Engine, gold: GoldQuestion) -> list[Row]:
    """What became of every sentence drafted for a question."""
    question = Question(gold.text, _as_of(gold), Filters(document_ids=gold.document_ids))
    verdicts: tuple[Verdict, ...] = ()
    async for event in engine.answerer.ask(question):
        if isinstance(event, Completed):
            verdicts = event.reply.verdicts
    known = {"answerable": gold.answerable, "long": gold.long}
    if not verdicts:
        return [known | {"right": False, "faults": [], "signals": None, "sentence": ""}]
    return [
        known
        | {
            "right": gold.answerable and _holds(verdict.sentence, gold),
            "faults": [asdict(fault) for fault in verdict.faults],
            "signals": astuple(verdict.signals) if verdict.signals else None,
            "sentence": verdict.sentence,
            "quotes": verdict.quotes,
        }
        for verdict in verdicts
    ]


def _as_of(gold: GoldQuestion) -> datetime:
    """When a question is asked: of a plain date the end of that day, as over HTTP."""
    if not gold.as_of:
        return datetime.now(UTC)
    told = datetime.fromisoformat(gold.as_of)
    return told if told.tzinfo else datetime.combine(told, time.max, UTC)


def _holds(sentence: str, gold: GoldQuestion) -> bool:
    if gold.long:
        return True
    return covers(sentence, gold.items) if gold.items else contains(sentence, gold.answers)


def fit(rows: Sequence[Row]) -> Calibration:
    """Weights by iteratively reweighted least squares with a ridge, every set counting alike; then the threshold.

    Only sentences without a fault are fitted: a fault settles the matter before support is asked for.
    """
    used = [row for row in rows if row["signals"] and None not in row["signals"] and not row["faults"]]
    features: Floats = np.array([row["signals"] for row in used])
    targets: Floats = np.array([float(row["right"]) for row in used])
    sizes = Counter(row["set"] for row in used)
    counts: Floats = np.array([len(used) / len(sizes) / sizes[row["set"]] for row in used])
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = np.column_stack([(features - middle) / spread, np.ones(len(used))])
    ridge = RIDGE * np.diag([1.0] * features.shape[1] + [0.0])
    weights = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-design @ weights))
        curvature = (design * (counts * chance * (1 - chance))[:, None]).T @ design + ridge
        weights += np.linalg.solve(curvature, design.T @ (counts * (targets - chance)) - ridge @ weights)
    plain = weights[:-1] / spread
    fitted = Calibration(tuple(float(w) for w in plain), float(weights[-1] - plain @ middle), 0.0)
    return Calibration(fitted.weights, fitted.bias, _threshold(rows, fitted))


def _threshold(rows: Sequence[Row], fitted: Calibration) -> float:
    """The one at which the most questions end well, every set counting alike: answered right, or rightly refused."""
    grid = [round(step / 100, 2) for step in range(5, 96)]
    return max(grid, key=lambda at: sum(figures["ends_well"] for figures in report(rows, fitted, at).values()))


def report(rows: Sequence[Row], calibration: Calibration, threshold: float) -> dict[str, dict[str, float]]:
    """By set: shares of questions answered right, refused although answerable, refused rightly, and ended well.

    Beside them the share that ended well less the share of which something untrue was said.
    """
    by_question: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_question[row["set"], row["id"]].append(row)
    by_set: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for (name, _), sentences in by_question.items():
        released = [row for row in sentences if _support(row, calibration) >= threshold]
        by_set[name].append((sentences[0]["answerable"], bool(released), any(row["right"] for row in released)))
    return {name: _shares(outcomes) for name, outcomes in by_set.items()}


def _support(row: Row, calibration: Calibration) -> float:
    if row["faults"] or not row["signals"]:
        return -1.0
    return calibration.support(Signals(*row["signals"]))


def _shares(outcomes: Sequence[tuple[bool, bool, bool]]) -> dict[str, float]:
    yes = [(released, right) for answerable, released, right in outcomes if answerable]
    no = [released for answerable, released, _ in outcomes if not answerable]
    well = sum(right for _, right in yes) + sum(not released for released in no)
    untrue = sum(released and not right for _, released, right in outcomes)
    figures = {"questions": float(len(outcomes)), "ends_well": well / len(outcomes)}
    figures |= {"right_less_wrong": (well - untrue) / len(outcomes)}
    if yes:
        figures |= {"right": sum(right for _, right in yes) / len(yes)}
        figures |= {"false_refusal": sum(not released for released, _ in yes) / len(yes)}
    if no:
        figures |= {"refusal_recall": sum(not released for released in no) / len(no)}
    return {name: round(value, 3) for name, value in figures.items()}


def reliability(rows: Sequence[Row], calibration: Calibration, bins: int = 5) -> Iterator[tuple[float, float, int]]:
    """(mean support, share right, sentences) in bins of equal width over [0, 1], where there are any."""
    pairs = [(_support(row, calibration), float(row["right"])) for row in rows if row["signals"] and not row["faults"]]
    for place in range(bins):
        inside = [pair for pair in pairs if place <= pair[0] * bins < place + 1 or (place == bins - 1 and pair[0] == 1)]
        if inside:
            yield sum(s for s, _ in inside) / len(inside), sum(r for _, r in inside) / len(inside), len(inside)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    collecting = commands.add_parser("collect", help="ask the questions of a set")
    collecting.add_argument("--set", type=Path, required=True, help="folder with documents.jsonl and questions.jsonl")
    collecting.add_argument("--part", choices=("dev", "test"), default="dev")
    collecting.add_argument("--limit", type=int, help="ask a fixed sample of this many")
    collecting.add_argument("--out", type=Path, required=True, help="file to append lines to")
    fitting = commands.add_parser("fit", help="find weights and threshold")
    fitting.add_argument("rows", type=Path, nargs="+", help="files that `collect` wrote")
    given = parser.parse_args()
    if given.command == "collect":
        collect(given.set, given.part, given.limit, given.out)
        return
    rows = [json.loads(line) for path in given.rows for line in path.read_text("utf-8").splitlines()]
    dev = [row for row in rows if row["part"] == "dev"]
    found = fit(dev)
    print(found)
    for part in ("dev", "test"):
        chosen = [row for row in rows if row["part"] == part]
        print(part, json.dumps(report(chosen, found, found.threshold), indent=1))
        for supposed, actual, count in reliability(chosen, found):
            print(f"  support {supposed:.2f}: {actual:.2f} right of {count}")


if __name__ == "__main__":
    main()
