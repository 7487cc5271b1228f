"""How weights are found, on drafts whose signals are made up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evals.calibrate import Row, _as_of, fit, reliability, report
from evals.questions import GoldQuestion
from rag.types import Signals

DRAFTS = 40


def rows(kind: str) -> list[Row]:
    """Drafts of a set: half of the questions can be answered, and what the model says of the evidence tells which."""
    found = []
    for number in range(DRAFTS):
        right = number % 2 == 0
        noise = (number % 7) / 10
        signals = (noise, 0.5 + noise / 10, 1 - noise, 0.9 - noise / 20 if right else 0.4 + noise / 20)
        row = {"set": kind, "id": str(number), "answerable": right, "right": right, "faults": [], "signals": signals}
        found.append(row)
    return found


def test_the_signal_that_tells_weighs_and_decides() -> None:
    told = [*rows("one"), *rows("other")]
    found = fit(told)
    assert max(found.weights) == found.weights[3] > 0
    assert {name: figures["ends_well"] for name, figures in report(told, found, found.threshold).items()} == {
        "one": 1.0,
        "other": 1.0,
    }
    assert found.support(Signals(*told[0]["signals"])) > found.threshold > found.support(Signals(*told[1]["signals"]))


def test_a_fault_is_neither_fitted_nor_released() -> None:
    told = rows("one")
    wrong = [{**row, "faults": [{"check": "number", "detail": "3"}], "right": False} for row in told]
    assert fit([*told, *wrong]).weights == pytest.approx(fit(told).weights)
    assert report(wrong, fit(told), 0.0)["one"]["false_refusal"] == 1.0


def test_something_untrue_counts_against_what_ended_well() -> None:
    told = rows("one")
    everything, nothing = report(told, fit(told), 0.0)["one"], report(told, fit(told), 1.0)["one"]
    assert everything["ends_well"] == nothing["ends_well"] == 0.5
    assert (everything["right_less_wrong"], nothing["right_less_wrong"]) == (0.0, 0.5)


def test_support_is_held_against_how_often_it_was_right() -> None:
    told = rows("one")
    bins = list(reliability(told, fit(told)))
    assert sum(count for _, _, count in bins) == DRAFTS
    assert [right for _, right, _ in bins] == sorted(right for _, right, _ in bins)


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2026-02-01", datetime(2026, 2, 1, 23, 59, 59, 999999, UTC)),
        ("2026-02-01T08:00:00+00:00", datetime(2026, 2, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_question_of_a_day_is_asked_at_its_end(told: str, moment: datetime) -> None:
    assert _as_of(GoldQuestion("q", "Who won?", answerable=True, as_of=told)) == moment
