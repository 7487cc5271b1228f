"""Each gate is a test of its own, named after its figure. They all read one run; see evals/README.md."""

from __future__ import annotations

import pytest

from evals.gates import Gate, worse_than_reference
from evals.reference import Comparison
from evals.run import Run

pytestmark = pytest.mark.e2e


def test_gate(gate: Gate, run: Run) -> None:
    """The figure is within its bound, on the gate's part. What does not apply to these questions is skipped."""
    value = gate.measured(run.outcomes)
    if value is None:
        pytest.skip(f"{gate.figure} does not apply to these questions")
    assert gate.holds(value), f"{gate}: measured {value:.3f}"


def test_not_worse_than_the_reference(comparison: Comparison | None) -> None:
    """A paired test on the questions of part `test` that both runs asked does not say worse."""
    if comparison is None or comparison.test is None:
        pytest.skip("no reference has these questions")
    worse = worse_than_reference(comparison)
    assert worse is None, worse


def test_the_same_question_has_the_same_answer_twice(run: Run) -> None:
    """A few questions asked again at the end get the same reply, to the byte, but for its id and timings."""
    different = {question: fields for question, fields in run.repeats.items() if fields}
    assert not different, f"answered differently the second time, in these fields: {different}"
