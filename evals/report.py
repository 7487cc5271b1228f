"""A run as a table for people, and as files for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.figures import FIGURES, Figure, Statistic, citation_precision, citation_recall, losses, right, seconds
from evals.measures import bootstrap_interval
from evals.outcomes import Outcome
from evals.reference import Change, Comparison
from evals.run import Run
from evals.stages import EXPLAINED
from rag.errors import InvalidInput

RESAMPLES = 1_000
CHANGE_WIDTH = 22
PASSING = frozenset({"id", "timings_ms"})
"""Of a reply, what is another each time."""
COLUMNS: tuple[tuple[str, Statistic, str], ...] = (
    ("refused", lambda rows: sum(row.refused for row in rows) / len(rows), ".2f"),
    ("cite rec", citation_recall, ".2f"),
    ("cite prec", citation_precision, ".2f"),
    ("p50 s", seconds(50), ".1f"),
    ("p95 s", seconds(95), ".1f"),
)


def table(run: Run, comparison: Comparison | None = None) -> list[str]:
    """One line by question type, one for all, then every figure that applies, with 95 % intervals.

    With a comparison each line also says what changed since the reference, and whether that is more than noise.
    """
    types = types_of(run.outcomes)
    width = max(len(name) for name in [*types, "all"]) + 2
    heads = "".join(f"{head:>11}" for head, _, _ in COLUMNS)
    since = f"{'change':<{CHANGE_WIDTH}}" if comparison else ""
    lines = [f"{'type':<{width}}{'n':>4}  {'right (95 % interval)':<24}{since}{heads}"]
    for name in types:
        change = _since(comparison.types.get(name)) if comparison else ""
        lines.append(_line(name, [row for row in run.outcomes if row.type == name], width, change))
    lines += [_line("all", run.outcomes, width, _since(comparison.overall) if comparison else ""), ""]
    for figure in FIGURES:
        value = figure.of(run.outcomes)
        if value is not None:
            lines.append(f"{figure.name:<24}{with_interval(figure.of, run.outcomes):<24}{figure.says}")
    if run.same_answer_twice is not None:
        same = f"{sum(not different for different in run.repeats.values())} of {len(run.repeats)}"
        lines.append(f"{'same_answer_twice':<24}{same:<24}questions asked again at the end")
    if lost := losses(run.outcomes):
        lines += ["", "Answerable questions that went wrong, by what lost them:"]
        lines += [f"{name:<24}{count:>4}  {EXPLAINED[name]}" for name, count in lost.items()]
    return lines


def types_of(rows: Sequence[Outcome]) -> list[str]:
    """The types of the questions asked, those without an answer last."""
    return sorted({row.type for row in rows}, key=lambda name: (name.startswith("unanswerable"), name))


def changes(comparison: Comparison | None) -> list[str]:
    """What the changes of the table are measured against, and the questions that changed sides."""
    if comparison is None:
        return ["no reference to compare with; --update-baseline writes one"]
    change = comparison.overall
    asked = change.asked if change else 0
    lines = [f"change: on {asked} questions that the committed reference ({comparison.model}) has too"]
    if comparison.apart:
        lines.append(f"  {comparison.apart} are new or have another gold since, and are not compared")
    if not comparison.same_model:
        lines.append("  it was made with another model")
    if comparison.seconds_before is not None:
        lines.append(f"  its median was {comparison.seconds_before:.1f} s")
    if change and change.gained:
        lines.append(f"  right now and not then: {', '.join(change.gained)}")
    if change and change.lost:
        lines.append(f"  right then and not now: {', '.join(change.lost)}")
    return lines


def failures(run: Run) -> list[str]:
    """One line for every question that went wrong, to read first."""
    return [
        f"{row.id:<28}{row.status:<12}{row.question}  ->  {row.error or row.answer or '(refused)'}"
        for row in run.outcomes
        if went_wrong(row)
    ]


def went_wrong(row: Outcome) -> bool:
    """Whether a reply is to be read: wrong, broken, obedient to an article, or with a quote that is none."""
    return row.right is False or bool(row.error or row.obeyed or row.uncited) or row.verbatim < row.citations


def summary(run: Run, recipe: dict[str, Any], comparison: Comparison | None = None) -> dict[str, Any]:
    """Every figure that applies, with its interval, below the recipe that made it."""
    return {
        **recipe,
        "model": run.model,
        "questions": len(run.outcomes),
        "interval": f"95 %, percentile bootstrap over questions, {RESAMPLES} resamples",
        "figures": {figure.name: entry for figure in FIGURES if (entry := _entry(figure, run.outcomes)) is not None},
        "lost": losses(run.outcomes),
        "change": asdict(comparison) if comparison else None,
        "differed_when_asked_twice": run.repeats,
    }


def writable(folder: Path) -> Path:
    """The folder, made if need be: before anything is asked rather than after. Raises `InvalidInput`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"results cannot be written to {folder}: {error.strerror}", "results") from error
    return folder


def write(run: Run, recipe: dict[str, Any], folder: Path, at: datetime, comparison: Comparison | None = None) -> Path:
    """Writes `<set>-<time>.jsonl`, a row a question with the whole reply, and the summary beside it as `.json`.

    What a clock or chance decides stands apart in `…-timings.jsonl`: the same build with the same weights writes the
    same first file, byte for byte.
    """
    path = writable(folder) / f"{recipe['set']}-{at:%Y%m%dT%H%M%SZ}.jsonl"
    results, timings = [], []
    for outcome, body in zip(run.outcomes, run.bodies, strict=True):
        row = outcome.row()
        clocked = {"seconds": row.pop("seconds"), "reply_id": body.get("id"), "timings_ms": body.get("timings_ms")}
        timings.append({"id": outcome.id} | clocked)
        reply = {key: value for key, value in body.items() if key not in PASSING}
        results.append(row | {"reply": reply})
    for place, rows in ((path, results), (path.with_name(f"{path.stem}-timings.jsonl"), timings)):
        place.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    summarised = json.dumps(summary(run, recipe, comparison), ensure_ascii=False, indent=1)
    path.with_suffix(".json").write_text(summarised + "\n", encoding="utf-8")
    return path


def differing(path: Path, earlier: Sequence[Path]) -> list[str]:
    """The ids of the questions whose line in the results at `path` is in none of the `earlier` results, to the byte.

    Raises `InvalidInput` where one of those cannot be read.
    """
    try:
        known = {line for place in earlier for line in place.read_bytes().splitlines()}
    except OSError as error:
        raise InvalidInput(f"{error.filename} cannot be read: {error.strerror}", "same-as") from error
    return [str(json.loads(line)["id"]) for line in path.read_bytes().splitlines() if line not in known]


def _since(change: Change | None) -> str:
    return f"{change or '-'!s:<{CHANGE_WIDTH}}"


def _line(name: str, rows: Sequence[Outcome], width: int, change: str = "") -> str:
    cells = "".join(f"{_cell(of(rows), shape):>11}" for _, of, shape in COLUMNS)
    return f"{name:<{width}}{len(rows):>4}  {with_interval(right, rows):<24}{change}{cells}"


def _cell(value: float | None, shape: str = ".3f") -> str:
    return "-" if value is None else format(value, shape)


def with_interval(of: Statistic, rows: Sequence[Outcome]) -> str:
    """A figure as people read it."""
    bounds = bootstrap_interval(rows, of, RESAMPLES)
    return _cell(of(rows)) + (f" [{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else "")


def _entry(figure: Figure, rows: Sequence[Outcome]) -> dict[str, Any] | None:
    value = figure.of(rows)
    if value is None:
        return None
    return {"value": value, "interval": bootstrap_interval(rows, figure.of, RESAMPLES)}
