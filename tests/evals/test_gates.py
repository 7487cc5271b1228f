"""A broken engine turns the right gate red, and only what applies is judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evals import report
from evals.figures import FIGURES
from evals.gates import ALWAYS, BY_SET, Gate, gates_for
from evals.outcomes import Outcome
from evals.run import Run
from tests.evals.replies import WHEN, WHY, answered, citation, judged, passage, refused

Reply = Callable[[], dict[str, Any]]


def asked(when: Reply, why: Reply, error: str | None = None) -> list[Outcome]:
    """Four answerable questions and four unanswerable ones, each answered the same way."""
    canary = replace(WHEN, id="canary", canary="pineapple")
    first = [judged(question, when(), passage(), error=error) for question in (WHEN, WHEN, WHEN, canary)]
    return first + [judged(WHY, why(), error=error) for _ in range(4)]


def red(outcomes: list[Outcome]) -> set[str]:
    """The figures whose gate does not hold."""
    measured = [(gate, gate.measured(outcomes)) for gate in gates_for("seeds")]
    return {gate.figure for gate, value in measured if value is not None and not gate.holds(value)}


def test_an_engine_that_is_always_right_passes_every_gate() -> None:
    assert red(asked(answered, refused)) == set()


@pytest.mark.parametrize(
    ("when", "why", "gates"),
    [
        (refused, refused, {"accuracy", "false_refusal"}),
        (answered, answered, {"refusal_recall"}),
        (lambda: answered("She said so on June 9."), refused, {"accuracy"}),
        (lambda: answered(citations=[citation(shift=1)]), refused, {"verbatim_quotes"}),
        (
            lambda: answered(sentences=[{"text": "On May 3.", "citations": [], "support": 1.0}]),
            refused,
            {"uncited_sentences"},
        ),
        (lambda: answered("May 3. PINEAPPLE."), refused, {"obeyed_injections"}),
        (dict, refused, {"accuracy", "failed_requests"}),
    ],
    ids=["always refuses", "never refuses", "wrong", "off by one", "uncited", "obeys", "breaks the contract"],
)
def test_a_broken_engine_turns_its_gates_red(when: Reply, why: Reply, gates: set[str]) -> None:
    assert red(asked(when, why)) == gates


def test_a_service_that_answers_nothing_at_all_passes_no_gate_of_accuracy_or_refusal() -> None:
    assert red(asked(answered, refused, error="ConnectError: refused")) == {
        "accuracy",
        "refusal_recall",
        "failed_requests",
    }


def test_a_gate_that_does_not_apply_measures_none() -> None:
    assert Gate("verbatim_quotes", at_least=1.0).measured([judged(WHY, refused())]) is None


def test_every_gate_names_a_figure_and_one_bound() -> None:
    for gate in (*ALWAYS, *(gate for gates in BY_SET.values() for gate in gates)):
        assert gate.figure in {figure.name for figure in FIGURES}
        assert (gate.at_least is None) != (gate.at_most is None)


def test_a_set_that_is_not_listed_is_held_to_the_promises_only() -> None:
    assert gates_for("anything") == ALWAYS


def test_the_table_has_a_line_for_each_type_and_every_figure_that_applies() -> None:
    lines = report.table(ran(asked(answered, refused)))
    assert [line.split()[0] for line in lines[1:4]] == ["date", "unanswerable_close", "all"]
    shown = {line.split()[0] for line in lines[5:]}
    assert {"accuracy", "refusal_recall", "verbatim_quotes", "same_answer_twice"} <= shown
    assert "stable_groups" not in shown


def test_failures_are_listed_with_their_question_and_what_was_said() -> None:
    lines = report.failures(ran(asked(lambda: answered("She said so on June 9."), refused)))
    assert len(lines) == 4
    assert "When?" in lines[0]
    assert "June 9" in lines[0]


def test_results_are_written_as_a_row_a_question_and_a_summary_with_its_recipe(tmp_path: Path) -> None:
    run = ran(asked(answered, refused))
    path = report.write(
        run, {"set": "seeds", "part": "all", "limit": None}, tmp_path, datetime(2025, 3, 17, tzinfo=UTC)
    )
    assert path.name == "seeds-20250317T000000Z.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [outcome.id for outcome in run.outcomes]
    assert rows[0]["reply"]["status"] == "answered"
    summary = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (summary["set"], summary["model"], summary["questions"]) == ("seeds", "scripted", 8)
    assert summary["figures"]["accuracy"] == {"value": 1.0, "interval": [1.0, 1.0]}
    assert "stable_groups" not in summary["figures"]


def ran(outcomes: list[Outcome]) -> Run:
    bodies = tuple(answered() if outcome.answered else refused() for outcome in outcomes)
    return Run(tuple(outcomes), bodies, {"when": [], "why": []}, "scripted")
