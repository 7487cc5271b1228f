"""Follow-up questions: which lean on a history, and which rewritings are honest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.worker import work_off
from rag import followup
from rag.compose import Engine
from rag.errors import InvalidInput
from rag.terms import numbers, terms
from rag.types import MAX_TURNS, Answer, Completed, Filters, NewDocument, Question, Refusal, Turn
from tests.fakes import ScriptedModel

BEFORE = (
    Turn("user", "Who is the harbour master of Varn?"),
    Turn("assistant", "Ilse Brandt is the harbour master of Varn. [1]"),
)
NOW = datetime(2025, 4, 1, tzinfo=UTC)


def asked(text: str, history: tuple[Turn, ...] = BEFORE) -> Question:
    return Question(text, NOW, history=history)


@pytest.mark.parametrize("text", ["How old is she?", "And where was that?", "What about Lund?", "Why?", "Since when?"])
def test_a_question_that_refers_back_leans(text: str) -> None:
    assert followup.leans(text)


@pytest.mark.parametrize(
    "text", ["How many workers were rescued in the harbour of Varn?", "Who won the song contest in Osk?"]
)
def test_a_question_that_says_it_all_does_not(text: str) -> None:
    assert not followup.leans(text)


@pytest.mark.parametrize(
    ("question", "proposed", "taken"),
    [
        ("How old is she?", "How old is Ilse Brandt?", "How old is Ilse Brandt?"),
        ("How old is she?", 'Question: "How old is Ilse Brandt?"\nIt asks for her age.', "How old is Ilse Brandt?"),
        ("How old is she?", "How old is Anna Brandt?", None),
        ("How old is she?", "How old was Ilse Brandt in 2019?", None),
        ("How old is she?", "Who is Ilse Brandt?", None),
        ("Was she there in 2019?", "Was Ilse Brandt in Varn?", None),
        ("What did she not say?", "What did Ilse Brandt say?", None),
        ("Is she in Lund?", "Is Ilse Brandt in Varn?", None),
        ("Where did she work?", "Who is Ilse Brandt?", None),
        ("How old is she?", "Ilse Brandt is old.", None),
        ("How old is she?", "", None),
    ],
)
def test_a_rewriting_counts_only_if_it_adds_nothing_and_loses_nothing(
    question: str, proposed: str, taken: str | None
) -> None:
    assert followup.accepted(proposed, asked(question)) == taken


@given(st.text(max_size=300))
def test_whatever_is_proposed_no_number_comes_in(proposed: str) -> None:
    question = asked("How old is she?")
    taken = followup.accepted(proposed, question)
    assert taken is None or (not numbers(taken) and terms(taken))


def test_the_model_sees_the_last_turns_without_markers() -> None:
    long = (*[Turn("user", f"Question {n}?") for n in range(10)], *BEFORE)
    shown = followup.messages(asked("How old is she?", long))[-1].content
    assert "Question 9?" in shown
    assert "Question 7?" not in shown
    assert "[1]" not in shown


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("How old is she?", "How old is Ilse Brandt?"),
        ("What is her job?", "What is Ilse Brandt's job?"),
        ("Where is it?", "Where is Ilse Brandt?"),
        ("And in Lund?", None),
    ],
)
def test_a_pronoun_stands_for_the_name_spoken_of_last(question: str, understood: str | None) -> None:
    assert followup.substituted(asked(question)) == understood


def test_a_history_has_a_limit() -> None:
    with pytest.raises(InvalidInput):
        asked("How old is she?", BEFORE * MAX_TURNS)


@pytest.fixture(scope="module")
def engine(engine_factory: Callable[..., Engine]) -> Engine:
    engine = engine_factory(ScriptedModel("nothing yet", preference=0.9))
    text = "Harbour master Ilse Brandt of Varn is 52 years old. She was born in Osk. A choir won a contest in Lund."
    engine.store.enqueue([NewDocument(id="harbour", text=text, title="The harbour of Varn", source="Varn Courier")])
    work_off(engine)
    return engine


def reply(engine: Engine, question: Question, *drafts: str) -> Answer | Refusal:
    model = engine.model
    assert isinstance(model, ScriptedModel)
    model.drafts, model.started, model.prompts = list(drafts), 0, []

    async def run() -> Answer | Refusal:
        events = [event async for event in engine.answerer.ask(question)]
        assert isinstance(events[-1], Completed)
        return events[-1].reply

    return asyncio.run(run())


def test_a_follow_up_is_answered_as_it_was_understood(engine: Engine) -> None:
    answer = reply(engine, asked("How old is she?"), "How old is Ilse Brandt?", "Ilse Brandt is 52 years old.")
    assert answer.understood_as == "How old is Ilse Brandt?"
    assert isinstance(answer, Answer)
    assert "understand" in answer.timings_ms


def test_for_a_wrong_rewriting_the_name_spoken_of_last_is_put_in(engine: Engine) -> None:
    answer = reply(engine, asked("How old is she?"), "How old is Peter Falk?", "Ilse Brandt is 52 years old.")
    assert answer.understood_as == "How old is Ilse Brandt?"
    assert isinstance(answer, Answer)


@pytest.mark.parametrize("question", ["How old is she?", "Who?", "What about them?"])
def test_what_only_refers_to_something_unsaid_is_refused(engine: Engine, question: str) -> None:
    refusal = reply(engine, asked(question, ()), "Ilse Brandt is 52 years old.")
    assert isinstance(refusal, Refusal)
    assert "does not say what" in refusal.reason


def test_a_question_that_stands_alone_costs_no_rewriting(engine: Engine) -> None:
    answer = reply(engine, asked("How old is harbour master Ilse Brandt of Varn?"), "Ilse Brandt is 52 years old.")
    assert answer.understood_as is None
    assert isinstance(answer, Answer)


def test_a_rewriting_cannot_widen_the_filters(engine: Engine) -> None:
    question = Question("How old is she?", NOW, Filters(sources=("Another Paper",)), history=BEFORE)
    refusal = reply(engine, question, "How old is Ilse Brandt?", "Ilse Brandt is 52 years old.")
    assert isinstance(refusal, Refusal)
    assert not refusal.hits
