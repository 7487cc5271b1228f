"""How larger models write, through the whole engine: a real endpoint drafts, what leaves reads well or is a refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from ingest.worker import work_off
from rag.adapters.llm import open_model
from rag.compose import Engine
from rag.settings import load_settings
from rag.types import Answer, Completed, Question
from tests.endpoint import Endpoint
from tests.rag.test_answer import CHOIR, HARBOUR

Said = Callable[[str, str], list[str]]
RESCUED = "12 workers were rescued in the harbour of Varn."


@pytest.fixture(scope="module")
def said(engine_factory: Callable[..., Engine]) -> Iterator[Said]:
    """The claims of an answer to a question that the endpoint drafts a reply to; none of a refusal."""
    endpoint = Endpoint()
    with endpoint.serving() as url:
        engine = engine_factory(open_model(load_settings(model="theirs", model_url=url)))
        engine.store.enqueue([HARBOUR, CHOIR])
        work_off(engine)

        def asked(question: str, draft: str) -> list[str]:
            endpoint.drafts = draft

            async def run() -> list[str]:
                events = [
                    event async for event in engine.answerer.ask(Question(question, datetime(2025, 4, 1, tzinfo=UTC)))
                ]
                assert isinstance(events[-1], Completed)
                reply = events[-1].reply
                return [claim.text for claim in reply.claims] if isinstance(reply, Answer) else []

            return asyncio.run(run())

        yield asked


@pytest.mark.parametrize(
    "draft",
    [
        "According to the passages, 12 workers were rescued in the harbour of Varn.",
        "Based on the information provided, 12 workers were rescued in the harbour of Varn [1].",
        "The article states that **12 workers** were rescued in the harbour of Varn.",
        "**Answer:** 12 workers were rescued in the harbour of Varn【1†source】.",
        "**Rescue in Varn**\n\n12 workers were rescued in the harbour of Varn (Passage 1).",
        "<think>\nHow many? The passage says 12.\n</think>\n\n12 workers were rescued in the harbour of Varn.",
        "12 workers were rescued in the harbour of Varn, but the passages do not give their names.",
        "Although the passages do not name them, 12 workers were rescued in the harbour of Varn.",
        "12\u00a0workers were rescued in the harbour of\u202fVarn.",
    ],
)
def test_an_answer_reads_the_same_however_a_model_puts_it(said: Said, draft: str) -> None:
    assert said("How many workers were rescued in Varn?", draft) == [RESCUED]


@pytest.mark.parametrize(
    "draft",
    [
        "I'm sorry, but the passages do not say who inspected the crane.",
        "There is no mention of who inspected the crane in Varn harbour.",
        "It is not possible to determine who inspected the crane from the passages.",
        "The passages do not explicitly name the inspector of the crane.",
        "None of the passages name the inspector of the crane in Varn harbour.",
        "Not specified in the passages.",
    ],
)
def test_giving_up_in_any_words_is_a_refusal(said: Said, draft: str) -> None:
    assert said("Who inspected the crane in Varn?", draft) == []
