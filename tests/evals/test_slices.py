"""The slice that CI asks is fixed, holds every type of question, and stays within its time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.figures import same_in_other_words
from evals.gates import BY_SET
from evals.plan import Plan, plans
from evals.questions import choose, read_set
from evals.reference import SETS
from evals.slices import CI, Slice
from rag.errors import InvalidInput
from tests.evals.replies import WHEN, answered, judged, refused

NOTHING: dict[str, Any] = {"slice": False, "set": None, "part": None, "limit": None}
SECONDS_A_QUESTION, FOUR_MINUTES = 6.5, 240


@pytest.mark.parametrize("one", CI, ids=lambda one: one.set)
def test_a_slice_has_every_type_and_a_third_that_cannot_be_answered(one: Slice) -> None:
    questions = read_set(SETS / one.set).questions
    asked = one.of(questions)
    assert len(asked) == one.limit
    assert {question.part for question in asked} == {"test"}
    assert {question.type for question in asked} == {question.type for question in choose(questions, part="test")}
    assert 0.30 <= sum(not question.answerable for question in asked) / len(asked) <= 0.45


@pytest.mark.parametrize("one", CI, ids=lambda one: one.set)
def test_a_slice_does_not_depend_on_the_order_of_the_set_and_is_in_it(one: Slice) -> None:
    questions = list(read_set(SETS / one.set).questions)
    asked = one.of(questions)
    assert asked == [question for question in questions if question in asked]
    assert one.of(questions[::-1]) == asked[::-1]


def test_every_set_that_ships_is_asked_under_gates_of_its_own_within_the_time() -> None:
    assert {one.set for one in CI} == {path.name for path in SETS.iterdir() if path.is_dir()} == set(BY_SET)
    assert sum(one.limit + one.again for one in CI) * SECONDS_A_QUESTION < FOUR_MINUTES


def test_a_slice_smaller_than_the_types_there_are_is_still_of_its_size() -> None:
    questions = read_set(SETS / "newsroom").questions
    assert len(Slice("newsroom", 5).of(questions)) == 5
    assert len(Slice("newsroom", 1_000).of(questions)) == len(choose(questions, part="test"))


def test_a_plan_is_the_slice_or_what_the_options_say(tmp_path: Path) -> None:
    assert [plan.name for plan in plans(NOTHING | {"slice": True})] == [one.set for one in CI]
    assert plans(NOTHING) == (Plan(SETS / "seeds"),)
    (plan,) = plans(NOTHING | {"set": tmp_path, "part": "dev", "limit": 3})
    assert (plan.place, plan.part, plan.limit) == (tmp_path, "dev", 3)
    with pytest.raises(InvalidInput, match="leave out --part, --limit"):
        plans(NOTHING | {"slice": True, "part": "dev", "limit": 3})


def test_a_plan_that_asks_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text('{"id": "a", "question": "?", "part": "dev"}', encoding="utf-8")
    with pytest.raises(InvalidInput, match="it has 1, none of them in part test"):
        Plan(tmp_path, "test").questions(read_set(tmp_path))


def test_paraphrases_are_stable_as_far_as_their_answers_are_alike() -> None:
    asked = [replace(WHEN, id=f"w{number}", group="g") for number in range(3)]
    same = [judged(question, answered("On May 3.")) for question in asked]
    assert same_in_other_words(same) == 1.0
    # "on may 3" and "it was on may 3" share 3 of 3 and of 5 words: F1 is 6/8
    other = [same[0], judged(asked[1], answered("It was on May 3."))]
    assert same_in_other_words(other) == 0.75
    # alike and refused: none; of three pairs one is alike
    assert same_in_other_words([*same[:2], judged(asked[2], refused())]) == pytest.approx(1 / 3)
    assert same_in_other_words([judged(question, refused()) for question in asked]) == 1.0
    assert same_in_other_words([same[0]]) is None
    assert same_in_other_words([judged(replace(WHEN, id=f"x{n}"), answered()) for n in range(2)]) is None
