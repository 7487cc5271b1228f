"""The figures of a run, worked out once more from its results as written, with plain arithmetic of this file's own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from evals import report
from evals.questions import GoldQuestion
from evals.run import Run
from tests.evals.replies import QUOTE, WHEN, WHY, answered, citation, judged, refused

ELSEWHERE = "Nobody was hurt."
RESAMPLES = 1_000
LOW, HIGH = 25, 975
"""Of 1,000 values in order, the 25th and the 975th bound the middle 95 %."""
REPLIES = (
    answered("She said so on May 3."),
    answered("She said so on May 3.", citations=[citation(), citation(ELSEWHERE, marker=2)]),
    answered("She said so on June 9.", citations=[citation(ELSEWHERE)]),
    answered("It was in spring.", citations=[citation(ELSEWHERE), citation("It rained in Arle.", marker=2)]),
    refused(),
    refused(status="unsupported"),
)


def written(seed: int, folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of a made-up run as they lie in the file, and its summary."""
    random = Random(seed)
    asked: list[tuple[GoldQuestion, dict[str, Any]]] = [
        (replace(WHEN if random.random() < 0.6 else WHY, id=f"q{n}"), random.choice(REPLIES)) for n in range(40)
    ]
    rows = tuple(judged(question, body) for question, body in asked)
    run = Run(rows, tuple(body for _, body in asked), {}, "scripted")
    path = report.write(run, {"set": "mine", "part": "all", "limit": None}, folder, datetime(2026, 1, 1, tzinfo=UTC))
    told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return told, json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["figures"]


def is_refused(row: dict[str, Any]) -> bool:
    return row["reply"]["status"] in ("not_found", "unsupported")


def by_hand(rows: list[dict[str, Any]]) -> dict[str, float]:
    """From nothing but the replies, and from what was asked: every question that has an answer has the same one."""
    answerable = [row for row in rows if row["question"] == "When?"]
    others = [row for row in rows if row["question"] == "Why?"]
    right = [row for row in answerable if "May 3" in row["reply"]["answer"]]
    quotes = [one["quote"] for row in answerable for one in row["reply"]["citations"]]
    return {
        "accuracy": len(right) / len(answerable),
        "false_refusal": sum(map(is_refused, answerable)) / len(answerable),
        "refusal_recall": sum(map(is_refused, others)) / len(others),
        "refusal_precision": sum(map(is_refused, others)) / sum(map(is_refused, rows)),
        "citation_precision": quotes.count(QUOTE) / len(quotes),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_and_intervals_come_to_what_they_do_by_hand(seed: int, tmp_path: Path) -> None:
    rows, figures = written(seed, tmp_path)
    for name, value in by_hand(rows).items():
        assert figures[name]["value"] == pytest.approx(value)
    # the recipe that every summary names: so many resamples of as many questions, each figure of each, the middle 95 %
    random, resampled = Random(7), []
    for _ in range(RESAMPLES):
        resampled.append(by_hand([rows[at] for at in random.choices(range(len(rows)), k=len(rows))]))
    for name in resampled[0]:
        values = sorted(sample[name] for sample in resampled)
        assert figures[name]["interval"] == pytest.approx([values[LOW - 1], values[HIGH - 1]])


def test_the_interval_of_a_share_is_about_that_of_the_textbook(tmp_path: Path) -> None:
    """A share of n: its standard error is the root of p (1 - p) / n, and 95 % lie within 1.96 of them."""
    rows, figures = written(4, tmp_path)
    when = [row for row in rows if row["question"] == "When?"]
    p = sum("May 3" in row["reply"]["answer"] for row in when) / len(when)
    low, high = figures["accuracy"]["interval"]
    width = 2 * 1.96 * float(np.sqrt(p * (1 - p) / len(when)))
    assert high - low == pytest.approx(width, rel=0.25)
    assert low < p < high
