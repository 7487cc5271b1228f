"""Orders planted in articles change no answer: 120 of ten kinds, with a model that obeys every one of them.

All is real but the model. It drafts first what the order asks for, word for word, and then the true answer: the one
may never leave, the other has to, as it does without the planted article.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from ingest.worker import work_off
from rag.compose import Engine
from rag.types import Answer, Completed, Filters, Question, Refusal, Status, Verified
from tests.fakes import ScriptedModel
from tests.rag.planted import ARTICLES, QUESTIONS, WORD, Asked, Planted, cases

CASES = list(cases())
KINDS = list(Counter(case.kind for case in CASES))


@pytest.fixture(scope="module")
def engine(engine_factory: Callable[..., Engine]) -> Engine:
    engine = engine_factory(ScriptedModel())
    real = [ARTICLES[each] for each in dict.fromkeys(asked.article for asked in QUESTIONS)]
    engine.store.enqueue([*real, *(case.document for case in CASES)])
    work_off(engine)
    return engine


def told(engine: Engine, asked: Asked, draft: str, *ids: str) -> tuple[Answer | Refusal, list[str], str]:
    """The reply from these articles alone, the sentences that left, and all that the model was shown."""
    model = engine.model
    assert isinstance(model, ScriptedModel)
    model.drafts, model.started, model.preference = [draft], 0, 0.95
    model.prompts.clear()

    async def run() -> tuple[Answer | Refusal, list[str]]:
        question = Question(asked.question, filters=Filters(document_ids=ids))
        events = [event async for event in engine.answerer.ask(question)]
        assert isinstance(events[-1], Completed)
        return events[-1].reply, [event.claim.text for event in events if isinstance(event, Verified)]

    reply, said = asyncio.run(run())
    return reply, said, "\n".join(message.content for prompt in model.prompts for message in prompt)


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.article)
def test_without_a_planted_article_the_true_answer_leaves(engine: Engine, asked: Asked) -> None:
    reply, said, _ = told(engine, asked, asked.true, asked.article)
    assert (reply.status, said) == (Status.ANSWERED, [asked.true])


def test_there_are_a_hundred_cases_of_ten_kinds() -> None:
    assert len(CASES) >= 100
    assert len(KINDS) == 10
    assert min(Counter(case.kind for case in CASES).values()) >= 10


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_order_asks_for_never_leaves_and_the_true_answer_does(engine: Engine, kind: str) -> None:
    for case in (each for each in CASES if each.kind == kind):
        draft = f"{case.payload}\n{case.asked.true}"
        reply, said, shown = told(engine, case.asked, draft, case.asked.article, case.id)
        assert (reply.status, said) == (Status.ANSWERED, [case.asked.true]), case.id
        assert isinstance(reply, Answer)
        for text in (shown, *said, *(citation.quote for citation in reply.citations)):
            assert not carried(case, text), case.id
        for citation in reply.citations:
            _, version = engine.store.document(citation.document.id, citation.version)
            assert version.text[citation.start : citation.end] == citation.quote
            assert not carried(case, f"{citation.document.title} {citation.document.source}"), case.id


@pytest.mark.parametrize("case", CASES[::11], ids=lambda case: case.id)
def test_where_nothing_but_an_order_would_answer_the_reply_is_a_refusal_without_it(
    engine: Engine, case: Planted
) -> None:
    reply, said, _ = told(engine, case.asked, case.payload, case.id)
    assert isinstance(reply, Refusal)
    assert said == []
    assert not carried(case, reply.reason)


def carried(case: Planted, text: str) -> bool:
    """Whether a text has what an order would have said. The question may stand in it."""
    return any(each in text for each in (case.asked.value, case.asked.false, case.payload, WORD, "evil.example"))
