"""Groundwire and a baseline asked the same questions with the same model, in turns, and what that comes to."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.client import Client
from evals.figures import Statistic, accuracy, false_refusal, refusal_recall, right, seconds
from evals.measures import bootstrap_interval
from evals.outcomes import Outcome
from evals.questions import GoldQuestion
from evals.run import Progress, Run, ask_one, asked_again

Pair = tuple[Outcome, Outcome]

COMPARED: tuple[tuple[str, Statistic], ...] = (
    ("right", right),
    ("accuracy", accuracy),
    ("false_refusal", false_refusal),
    ("refusal_recall", refusal_recall),
    ("seconds_p50", seconds(50)),
    ("seconds_p95", seconds(95)),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What the baseline made of the same questions, in the same order."""

    name: str
    outcomes: tuple[Outcome, ...]
    bodies: tuple[dict[str, Any], ...]


def ask_both(
    ours: Client, theirs: Client, questions: Sequence[GoldQuestion], progress: Progress, name: str = "plain"
) -> tuple[Run, Beside]:
    """Each question is put to both before the next; who is asked first alternates."""
    asked: tuple[list[Outcome], list[Outcome]] = ([], [])
    bodies: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for number, question in enumerate(questions):
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            outcome, body = ask_one((ours, theirs)[side], question)
            asked[side].append(outcome)
            bodies[side].append(body)
        progress(number + 1, len(questions))
    again = asked_again(ours, questions, bodies[0])
    model = next((body["model"] for body in bodies[0] if body.get("model")), "")
    return Run(tuple(asked[0]), tuple(bodies[0]), again, model), Beside(name, tuple(asked[1]), tuple(bodies[1]))


def table(run: Run, beside: Beside) -> list[str]:
    """Figures of both, and how far apart they are with the paired interval: above 0 Groundwire is higher."""
    found = figures(run, beside)
    lines = [f"{'beside ' + beside.name:<18}{'groundwire':>12}{beside.name:>12}  difference (95 % interval)"]
    for name, entry in found.items():
        if name == "seconds_ratio":
            continue
        interval = "" if entry["interval"] is None else " [{:+.3f}, {:+.3f}]".format(*entry["interval"])
        difference = f"{entry['difference']:+.3f}{interval}"
        lines.append(f"{name:<18}{entry['groundwire']:>12.3f}{entry[beside.name]:>12.3f}  {difference}")
    ratio = found.get("seconds_ratio")
    if ratio:
        lines.append(f"{'seconds_ratio':<18}{ratio['value']:>12.2f}  median seconds, groundwire's over {beside.name}'s")
    return lines


def figures(run: Run, beside: Beside) -> dict[str, dict[str, Any]]:
    """By name: the value of each, the difference, and its percentile bootstrap interval over pairs of one question."""
    pairs = list(zip(run.outcomes, beside.outcomes, strict=True))
    found: dict[str, dict[str, Any]] = {}
    for name, of in COMPARED:
        ours, theirs = of(run.outcomes), of(beside.outcomes)
        if ours is not None and theirs is not None:
            interval = bootstrap_interval(pairs, _difference(of))
            values = {"groundwire": ours, beside.name: theirs, "difference": ours - theirs}
            found[name] = values | {"interval": interval}
    medians = found.get("seconds_p50")
    if medians and medians[beside.name]:
        found["seconds_ratio"] = {"value": medians["groundwire"] / medians[beside.name]}
    return found


def write(run: Run, beside: Beside, recipe: dict[str, Any], path: Path) -> Path:
    """Writes the baseline's rows and the figures of both, named after the run's own results at `path`."""
    rows = (outcome.row() | {"reply": body} for outcome, body in zip(beside.outcomes, beside.bodies, strict=True))
    place = path.with_name(f"{path.stem}-{beside.name}.jsonl")
    place.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    summary = recipe | {"model": run.model, "beside": beside.name, "figures": figures(run, beside)}
    place.with_suffix(".json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return place


def documents_of(client: Client) -> list[dict[str, Any]]:
    """Every document of a service as it would be added to another one."""
    return [client.document(document_id) for document_id in client.document_ids()]


def _difference(of: Statistic) -> Callable[[Sequence[Pair]], float | None]:
    def between(pairs: Sequence[Pair]) -> float | None:
        ours, theirs = of([one for one, _ in pairs]), of([other for _, other in pairs])
        return None if ours is None or theirs is None else ours - theirs

    return between
