"""The paired test, its correction, and the risk-coverage curve keep to their definitions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.paired import Verdict, aurc, holm, mcnemar, risk_coverage, verdict

COUNT = st.integers(0, 60)
ANSWERS = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=30)


@pytest.mark.parametrize(("gained", "lost", "p"), [(1, 9, 22 / 1024), (0, 5, 2 / 32), (2, 8, 112 / 1024)])
def test_p_is_twice_the_tail_of_a_fair_coin_computed_by_hand(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == p


@given(COUNT, COUNT)
def test_p_is_a_probability_and_knows_no_direction(gained: int, lost: int) -> None:
    assert 0.0 < mcnemar(gained, lost) == mcnemar(lost, gained) <= 1.0


@given(COUNT, COUNT)
def test_a_verdict_names_the_direction_and_needs_at_least_six_changes(gained: int, lost: int) -> None:
    said = verdict(gained, lost, mcnemar(gained, lost))
    assert (said is Verdict.BETTER) == (verdict(lost, gained, mcnemar(lost, gained)) is Verdict.WORSE)
    if gained + lost < 6:
        assert said is Verdict.NOISE


@given(st.lists(st.floats(0, 1), max_size=15))
def test_a_corrected_p_is_never_smaller_and_keeps_the_order(values: list[float]) -> None:
    corrected = holm(values)
    assert all(before <= after <= 1.0 for before, after in zip(values, corrected, strict=True))
    ordered = [after for _, after in sorted(zip(values, corrected, strict=True))]
    assert ordered == sorted(ordered)


@given(ANSWERS)
def test_the_curve_ends_at_full_coverage_with_the_share_of_wrong_answers(answers: list[tuple[float, bool]]) -> None:
    coverage, risk = risk_coverage(answers)[-1]
    assert coverage == 1.0
    assert math.isclose(risk, sum(not right for _, right in answers) / len(answers))


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_area_does_not_depend_on_the_order_of_questions(answers: list[tuple[float, bool]], random: object) -> None:
    shuffled = list(answers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert aurc(shuffled) == aurc(answers)


def test_confidence_that_knows_better_has_the_smaller_area() -> None:
    right, wrong = [(0.9, True)] * 5, [(0.1, False)] * 5
    blind = [(0.5, value) for value in (True, False) for _ in range(5)]
    told = aurc([*right, *wrong])
    assert told is not None
    turned = aurc([(1 - confidence, is_right) for confidence, is_right in right + wrong])
    assert told < (aurc(blind) or 0.0) < (turned or 0.0)
