"""Each part that can be left out changes something when it is, and nothing when it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.worker import work_off
from rag.ablation import Ablation
from rag.compose import Engine
from rag.errors import SetupError
from rag.evidence import Budget, select
from rag.fusion import in_turns
from rag.settings import load_settings
from rag.types import Answer, Completed, NewDocument, Question, Refusal
from tests.fakes import ScriptedModel
from tests.rag.articles import hit, pool

DAY = datetime(2025, 3, 3, tzinfo=UTC)
ARTICLES = [
    NewDocument("A crane fell in the harbour of Varn. Nobody was hurt.", "harbour", published_at=DAY),
    NewDocument("In Osk a hoist toppled over at the docks. The quay is closed.", "docks"),
    NewDocument("The code Q77 was painted on the wall of a school in Osk.", "school"),
]
WRONG = "A crane fell in the harbour of Varn in 1931."
SCORES = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.floats(0.1, 9))

Make = Callable[[Ablation], Engine]


@pytest.fixture(scope="module")
def made(engine_factory: Callable[..., Engine]) -> Make:
    known: dict[Ablation, Engine] = {}

    def make(without: Ablation) -> Engine:
        if without not in known:
            known[without] = engine_factory(ScriptedModel(WRONG, preference=0.9), without=without)
            known[without].store.enqueue(ARTICLES)
            work_off(known[without])
        return known[without]

    return make


def found(engine: Engine, question: str) -> list[str]:
    return [hit.document.id for hit in engine.retriever.retrieve(Question(question), 3)]


def replied(engine: Engine) -> tuple[Answer | Refusal, str]:
    """The reply to a question, and the prompt behind its draft."""

    async def run() -> Answer | Refusal:
        events = [event async for event in engine.answerer.ask(Question("Where did a crane fall?"))]
        assert isinstance(events[-1], Completed)
        return events[-1].reply

    assert isinstance(engine.model, ScriptedModel)
    engine.model.prompts.clear()
    return asyncio.run(run()), engine.model.prompts[0][-1].content


def test_without_words_only_meaning_ranks_and_without_meaning_only_words(made: Make) -> None:
    assert set(found(made(Ablation.LEXICAL), "crane")) == {"harbour", "docks", "school"}
    assert found(made(Ablation.DENSE), "crane") == ["harbour"]
    assert found(made(Ablation.DENSE), "machinery accident") == []
    assert found(made(Ablation.LEXICAL), "machinery accident")


def test_without_fusion_scores_are_places(made: Make) -> None:
    hits = made(Ablation.FUSION).retriever.retrieve(Question("Where did a crane fall?"), 3)
    assert [hit.score for hit in hits] == [1.0, 1 / 2, 1 / 3]
    assert [hit.score for hit in made(Ablation.NOTHING).retriever.retrieve(Question("crane"), 3)][1] != 1 / 2


def test_without_verification_a_sentence_with_a_fault_is_released(made: Make) -> None:
    assert isinstance(replied(made(Ablation.NOTHING))[0], Refusal)
    answer = replied(made(Ablation.VERIFICATION))[0]
    assert isinstance(answer, Answer)
    assert [claim.text for claim in answer.claims] == [WRONG]
    assert answer.citations


def test_without_time_the_model_is_told_no_date(made: Make) -> None:
    told = [replied(made(without))[1] for without in (Ablation.NOTHING, Ablation.TIME)]
    assert "Today is" in told[0]
    assert "2025-03-03" in told[0]
    assert "Today is" not in told[1]
    assert "2025-03-03" not in told[1]


def test_without_rank_the_hits_are_read_from_their_beginning() -> None:
    text = ("It rained.", "The mill burned in the night.", "The mill will be rebuilt.")
    read = pool("When did the mill burn?", hit(*text))
    assert select(read, Budget(10, 10))[0].text == text[1]
    assert select(read, Budget(10, 10), by_relevance=False)[0].text == text[0]


@given(SCORES, SCORES)
def test_taking_turns_ranks_every_candidate_once(dense: Mapping[str, float], lexical: Mapping[str, float]) -> None:
    ranked = in_turns(dense, lexical)
    assert sorted(key for key, _ in ranked) == sorted(dense.keys() | lexical.keys())
    assert [score for _, score in ranked] == [1 / place for place in range(1, len(ranked) + 1)]


def test_the_best_of_each_ranking_come_first() -> None:
    assert [key for key, _ in in_turns({"a": 0.9, "b": 0.8}, {"c": 9.0, "a": 1.0})] == ["a", "c", "b"]


def test_only_known_parts_can_be_left_out() -> None:
    with pytest.raises(SetupError, match="GROUNDWIRE_WITHOUT"):
        load_settings(without="everything")
    assert load_settings(without="time").without is Ablation.TIME
    assert load_settings().without is Ablation.NOTHING
