"""A run as a table for people, and as files for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.figures import FIGURES, Figure, Statistic, citation_precision, citation_recall, right, seconds
from evals.measures import bootstrap_interval
from evals.outcomes import Outcome
from evals.run import Run

RESAMPLES = 1_000
COLUMNS: tuple[tuple[str, Statistic, str], ...] = (
    ("refused", lambda rows: sum(row.refused for row in rows) / len(rows), ".2f"),
    ("cite rec", citation_recall, ".2f"),
    ("cite prec", citation_precision, ".2f"),
    ("p50 s", seconds(50), ".1f"),
    ("p95 s", seconds(95), ".1f"),
)


def table(run: Run) -> list[str]:
    """One line by question type, one for all, then every figure that applies, with 95 % intervals."""
    types = sorted({row.type for row in run.outcomes}, key=lambda name: (name.startswith("unanswerable"), name))
    width = max(len(name) for name in [*types, "all"]) + 2
    heads = "".join(f"{head:>11}" for head, _, _ in COLUMNS)
    lines = [f"{'type':<{width}}{'n':>4}  {'right (95 % interval)':<24}{heads}"]
    for name in types:
        lines.append(_line(name, [row for row in run.outcomes if row.type == name], width))
    lines += [_line("all", run.outcomes, width), ""]
    for figure in FIGURES:
        value = figure.of(run.outcomes)
        if value is not None:
            lines.append(f"{figure.name:<24}{_with_interval(figure.of, run.outcomes):<24}{figure.says}")
    if run.same_answer_twice is not None:
        same = f"{sum(not different for different in run.repeats.values())} of {len(run.repeats)}"
        lines.append(f"{'same_answer_twice':<24}{same:<24}questions asked again at the end")
    return lines


def failures(run: Run) -> list[str]:
    """One line for every question that went wrong, to read first."""
    return [
        f"{row.id:<28}{row.status:<12}{row.question}  ->  {row.error or row.answer or '(refused)'}"
        for row in run.outcomes
        if row.right is False or row.error
    ]


def summary(run: Run, recipe: dict[str, Any]) -> dict[str, Any]:
    """Every figure that applies, with its interval, below the recipe that made it."""
    return {
        **recipe,
        "model": run.model,
        "questions": len(run.outcomes),
        "interval": f"95 %, percentile bootstrap over questions, {RESAMPLES} resamples",
        "figures": {figure.name: entry for figure in FIGURES if (entry := _entry(figure, run.outcomes)) is not None},
        "differed_when_asked_twice": run.repeats,
    }


def write(run: Run, recipe: dict[str, Any], folder: Path, at: datetime) -> Path:
    """Writes `<set>-<time>.jsonl`, a row a question with the whole reply, and the summary beside it as `.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{recipe['set']}-{at:%Y%m%dT%H%M%SZ}.jsonl"
    rows = (outcome.row() | {"reply": body} for outcome, body in zip(run.outcomes, run.bodies, strict=True))
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    summarised = json.dumps(summary(run, recipe), ensure_ascii=False, indent=1)
    path.with_suffix(".json").write_text(summarised + "\n", encoding="utf-8")
    return path


def _line(name: str, rows: Sequence[Outcome], width: int) -> str:
    cells = "".join(f"{_cell(of(rows), shape):>11}" for _, of, shape in COLUMNS)
    return f"{name:<{width}}{len(rows):>4}  {_with_interval(right, rows):<24}{cells}"


def _cell(value: float | None, shape: str = ".3f") -> str:
    return "-" if value is None else format(value, shape)


def _with_interval(of: Statistic, rows: Sequence[Outcome]) -> str:
    bounds = bootstrap_interval(rows, of, RESAMPLES)
    return _cell(of(rows)) + (f" [{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else "")


def _entry(figure: Figure, rows: Sequence[Outcome]) -> dict[str, Any] | None:
    value = figure.of(rows)
    if value is None:
        return None
    return {"value": value, "interval": bootstrap_interval(rows, figure.of, RESAMPLES)}
