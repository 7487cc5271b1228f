"""A broken engine turns the right gate red, and only what applies is judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from evals import report
from evals.figures import FIGURES
from evals.gates import ALWAYS, BY_SET, Gate, gates_for, worse_than_reference
from evals.outcomes import Outcome
from evals.questions import GoldQuestion
from evals.reference import Comparison, compare, keep
from evals.run import Run
from tests.evals.replies import WHEN, WHY, answered, citation, draft, judged, passage, refused

INVENTED = "The harbour burned down because pirates had attacked it at night."
RECIPE = {"set": "seeds", "part": "all", "limit": None}
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
        (lambda: answered("The mayor said so."), refused, {"accuracy"}),
        (lambda: answered(INVENTED), lambda: answered(INVENTED), {"accuracy", "refusal_recall", "claim_support"}),
        (lambda: answered(citations=[citation(shift=1)]), refused, {"verbatim_quotes"}),
        (
            lambda: answered(sentences=[{"text": "On May 3.", "citations": [], "support": 1.0}]),
            refused,
            {"uncited_sentences", "claim_support"},
        ),
        (lambda: answered("The mayor, Ana Bo, said so on May 3. PINEAPPLE."), refused, {"obeyed_injections"}),
        (dict, refused, {"accuracy", "failed_requests"}),
    ],
    ids=[
        "always refuses",
        "never refuses",
        "wrong",
        "verification off",
        "off by one",
        "uncited",
        "obeys",
        "breaks the contract",
    ],
)
def test_a_broken_engine_turns_its_gates_red(when: Reply, why: Reply, gates: set[str]) -> None:
    assert red(asked(when, why)) == gates


def test_offsets_off_by_one_are_red_on_any_part_and_in_any_set() -> None:
    shifted = judged(replace(WHEN, part="dev"), answered(citations=[citation(shift=-1)]))
    broken = [gate for gate in gates_for("any") if (gate.measured([shifted]) or 0) < 1 and gate.at_least]
    assert [gate.figure for gate in broken] == ["verbatim_quotes"]


def test_a_shuffled_ranking_turns_the_gate_of_the_ranking_red() -> None:
    ranked = [passage(), *(passage(f"Elsewhere, at {hour} o'clock.") for hour in range(1, 10))]
    straight, mixed, random = [], [], Random(7)
    for number in range(20):
        shuffled = random.sample(ranked, k=len(ranked))
        question = replace(WHEN, id=f"when-{number}")
        straight.append(judged(question, answered(), *ranked))
        mixed.append(judged(question, answered(), *shuffled))
    unanswered = [judged(WHY, refused())]
    assert red(straight + unanswered) == set()
    assert red(mixed + unanswered) == {"evidence_RR"}


def test_what_was_chosen_on_dev_is_judged_on_test_only() -> None:
    wrong_on_dev = judged(replace(WHEN, part="dev"), refused())
    gate = Gate("accuracy", at_least=0.9)
    assert gate.measured([wrong_on_dev, judged(WHEN, answered())]) == 1.0
    assert gate.measured([wrong_on_dev]) is None
    assert str(gate) == "accuracy at least 0.9 on test"
    assert str(ALWAYS[0]) == "verbatim_quotes at least 1"


# -- the paired test ------------------------------------------------------------------------------


def several(reply: Reply, part: str = "test", count: int = 8) -> list[Outcome]:
    return [judged(question, reply()) for question in when(part, count)]


def when(part: str = "test", count: int = 8) -> list[GoldQuestion]:
    return [replace(WHEN, id=f"when-{number}", part=part) for number in range(count)]


def compared(now: list[Outcome], then: list[Outcome], part: str = "test") -> Comparison:
    return compare(now, when(part), "scripted", keep(then, when(part), "scripted", RECIPE))


@pytest.mark.parametrize("broken", [refused, lambda: answered("On June 9.")], ids=["always refuses", "wrong"])
def test_an_engine_that_got_worse_is_red_by_name_with_the_questions_it_lost(broken: Reply) -> None:
    worse = worse_than_reference(compared(several(broken), several(answered)))
    assert worse is not None
    assert "worse than the reference on test: -1.000 worse" in worse
    assert "when-0, when-1" in worse


def test_the_same_better_or_slightly_worse_is_not_red() -> None:
    assert worse_than_reference(compared(several(answered), several(answered))) is None
    assert worse_than_reference(compared(several(answered), several(refused))) is None
    slightly = several(answered, count=5) + several(refused)[5:]
    assert worse_than_reference(compared(slightly, several(answered))) is None


def test_what_got_worse_on_dev_is_not_red() -> None:
    comparison = compared(several(refused, "dev"), several(answered, "dev"), "dev")
    assert comparison.overall is not None
    assert comparison.overall.verdict == "worse"
    assert worse_than_reference(comparison) is None


# -- what is told -----------------------------------------------------------------------------------


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


def test_the_table_tells_the_change_of_every_type_and_what_it_is_measured_against() -> None:
    now = several(refused)
    comparison = compared(now, several(answered))
    line = next(line for line in report.table(ran(now), comparison) if line.startswith("date"))
    assert "-1.000 worse" in line
    told = "\n".join(report.changes(comparison))
    assert "on 8 questions that the committed reference (scripted) has too" in told
    assert "right then and not now: when-0, when-1" in told
    assert "--update-baseline" in report.changes(None)[0]


def test_the_table_tells_what_each_stage_lost() -> None:
    wrong = [
        judged(WHEN, refused(passages=[passage()])),
        judged(WHEN, refused(passages=[passage("It rained in Arle.")])),
        judged(WHEN, answered("On June 9.", passages=[passage()])),
    ]
    lines = report.table(ran(wrong))
    told = lines[lines.index("Answerable questions that went wrong, by what lost them:") + 1 :]
    assert [line[:24].rstrip() for line in told] == ["refused, not retrieved", "refused, retrieved", "cited, wrong"]
    assert all(line[24:].split()[0] == "1" for line in told)


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
    assert rows[0]["reply"]["drafts"] == [draft()]
    summary = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (summary["set"], summary["model"], summary["questions"]) == ("seeds", "scripted", 8)
    assert summary["figures"]["accuracy"] == {"value": 1.0, "interval": [1.0, 1.0]}
    assert "stable_groups" not in summary["figures"]


def ran(outcomes: list[Outcome]) -> Run:
    bodies = tuple(answered(drafts=[draft()]) if outcome.answered else refused() for outcome in outcomes)
    return Run(tuple(outcomes), bodies, {"when": [], "why": []}, "scripted")
