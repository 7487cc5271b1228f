"""Each gate is a test of its own, named after its figure. They all read one run; see evals/README.md."""

from __future__ import annotations

import pytest

from evals.gates import Gate, worse_than_reference
from evals.plan import Plan
from evals.reference import Comparison
from evals.run import Run

pytestmark = pytest.mark.e2e


def test_gate(plan: Plan, gate: Gate, run: Run) -> None:
    """The figure is within its bound, on the gate's part. What does not apply to these questions is skipped."""
    value = gate.measured(run.outcomes)
    if value is None:
        pytest.skip(f"{gate.figure} does not apply to these questions")
    assert gate.holds(value), f"{plan.name}: {gate}: measured {value:.3f}"


def test_not_worse_than_the_reference(plan: Plan, comparison: Comparison | None) -> None:
    """A paired test on the questions of part `test` that both runs asked does not say worse."""
    if comparison is None or comparison.test is None:
        pytest.skip("no reference has these questions")
    worse = worse_than_reference(comparison)
    assert worse is None, f"{plan.name}: {worse}"


def test_the_same_question_has_the_same_answer_twice(plan: Plan, run: Run) -> None:
    """A few questions asked again at the end get the same reply, to the byte, but for its id and timings."""
    different = {question: fields for question, fields in run.repeats.items() if fields}
    assert not different, f"{plan.name}: answered differently the second time, in these fields: {different}"


def test_the_results_are_those_of_an_earlier_run(plan: Plan, differing: list[str] | None) -> None:
    """The same build with the same weights on the same machine writes the same results, to the byte."""
    if differing is None:
        pytest.skip("no earlier results were named with --same-as")
    assert not differing, f"{plan.name}: other results than before, or none before: {', '.join(differing)}"
