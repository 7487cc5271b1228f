"""Questions of several steps: which they are, which plans are honest, and what is answered by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.worker import work_off
from rag import plan
from rag.compose import Engine
from rag.seams import Message
from rag.terms import names, numbers
from rag.types import Answer, Completed, NewDocument, Question, Refusal
from tests.fakes import ScriptedModel

NOW = datetime(2025, 4, 1, tzinfo=UTC)
COST = Question("By how much did the cost of Mill Bridge go up between April and May?", NOW)
STEPS = "1. What was the cost of Mill Bridge in April?\n2. What was the cost of Mill Bridge in May?"


@pytest.mark.parametrize(
    "question",
    [
        "Were more people hurt in the storm of 2017 or in that of 2026?",
        "Who led the inquiry, and when did it end?",
        "How old is the mechanic of the boat that led the parade?",
        COST.text,
    ],
)
def test_a_question_of_several_facts_is_composite(question: str) -> None:
    assert plan.composite(question)


@pytest.mark.parametrize(
    "question", ["Who led the inquiry?", "Which bridge fell?", "How many people died in May 2026?"]
)
def test_a_question_for_one_fact_is_not(question: str) -> None:
    assert not plan.composite(question)


def test_a_plan_is_read_without_its_numbers() -> None:
    assert plan.steps(STEPS, COST) == STEPS.replace("1. ", "").replace("2. ", "").splitlines()


@pytest.mark.parametrize(
    "proposed",
    [
        "What was the cost of Mill Bridge in April?",
        "What was the cost of Tarn Bridge in April?\nWhat was the cost of Mill Bridge in May?",
        "What was the cost of Mill Bridge in April 2019?\nWhat was the cost of Mill Bridge in May?",
        "What was the cost?\nWhat was the cost of Mill Bridge in April and May?",
        "What was the cost of Mill Bridge in April?\nWhat was the cost of Mill Bridge?",
        f"{COST.text}\nWhat was the cost of Mill Bridge in April?",
        "",
    ],
    ids=["too few", "another name", "another number", "about nothing", "May is lost", "no simpler", "empty"],
)
def test_a_plan_that_asks_something_else_is_none(proposed: str) -> None:
    assert not plan.steps(proposed, COST)


def test_a_step_that_only_sums_up_is_left_out() -> None:
    assert len(plan.steps(f"{STEPS}\n3. What is the difference between April and May?", COST)) == 2


@given(st.lists(st.text(max_size=80).map(lambda text: f"{text}?"), max_size=6))
def test_whatever_is_proposed_no_name_and_no_number_comes_in(lines: list[str]) -> None:
    taken = plan.steps("\n".join(lines), COST)
    assert len(taken) <= plan.MOST_STEPS
    for step in taken:
        assert set(names(step)) <= set(names(COST.text))
        assert numbers(step) <= numbers(COST.text)


@pytest.fixture(scope="module")
def engine(engine_factory: Callable[..., Engine]) -> Engine:
    engine = engine_factory(ScriptedModel("nothing yet", preference=0.9))
    april = "The repair of Mill Bridge will cost 3.2 million crowns, the council said in April. Work begins soon."
    may = "The cost of Mill Bridge was 4.7 million crowns in May, the auditors found. The deck was rotten."
    engine.store.enqueue(
        [
            NewDocument(
                id="april", text=april.replace("will cost", "had a cost of"), title="Mill Bridge cost in April"
            ),
            NewDocument(id="may", text=may, title="Mill Bridge cost in May"),
        ]
    )
    work_off(engine)
    return engine


def reply(engine: Engine, says: Callable[[Sequence[Message]], str], question: Question = COST) -> Answer | Refusal:
    model = engine.model
    assert isinstance(model, ScriptedModel)
    model.drafts, model.started, model.prompts = [says], 0, []

    async def run() -> Answer | Refusal:
        events = [event async for event in engine.answerer.ask(question)]
        assert isinstance(events[-1], Completed)
        return events[-1].reply

    return asyncio.run(run())


def _says(direct: str, may: str) -> Callable[[Sequence[Message]], str]:
    def says(messages: Sequence[Message]) -> str:
        asked = messages[-1].content
        if "Split it" in asked:
            return STEPS
        if COST.text in asked:
            return direct
        return may if "in May?" in asked else "The cost of Mill Bridge was 3.2 million crowns in April."

    return says


def test_a_difference_that_no_quote_gives_is_told_by_both_values(engine: Engine) -> None:
    answer = reply(
        engine,
        _says(
            "The cost of Mill Bridge went up by 3.2 million crowns.",
            "The cost of Mill Bridge was 4.7 million crowns in May.",
        ),
    )
    assert isinstance(answer, Answer)
    assert [sorted(numbers(claim.text)) for claim in answer.claims] == [[3_200_000], [4_700_000]]
    assert {citation.document.id for citation in answer.citations} == {"april", "may"}


def test_where_one_step_fails_nothing_is_said(engine: Engine) -> None:
    refusal = reply(
        engine,
        _says(
            "The cost of Mill Bridge went up by 3.2 million crowns.",
            "The cost of Mill Bridge was 9.9 million crowns in May.",
        ),
    )
    assert isinstance(refusal, Refusal)
    assert len(refusal.verdicts) >= 3


def test_a_step_that_only_repeats_what_another_found_is_not_answered(engine: Engine) -> None:
    april = "The cost of Mill Bridge was 3.2 million crowns in April."
    refusal = reply(engine, _says("The cost of Mill Bridge went up by 3.2 million crowns.", april))
    assert isinstance(refusal, Refusal)
    assert [verdict.sentence for verdict in refusal.verdicts if verdict.released] == [april, april]


def test_steps_that_never_tell_the_name_that_was_asked_for_are_no_answer(engine: Engine) -> None:
    asked = Question("What is the name of the firm for which Mill Bridge had a cost of 4.7 million crowns?", COST.as_of)
    costs = "The cost of Mill Bridge was 4.7 million crowns in May."

    def says(messages: Sequence[Message]) -> str:
        if "Split it" in messages[-1].content:
            return "Which cost had Mill Bridge?\nWhat had Mill Bridge of 4.7 million crowns?"
        return costs

    refusal = reply(engine, says, asked)
    assert isinstance(refusal, Refusal)
    assert [verdict.released for verdict in refusal.verdicts] == [False, True, True]
