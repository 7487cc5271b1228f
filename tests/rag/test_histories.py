"""A history told from the real store by everything real but the model, which says what each test scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from ingest.worker import work_off
from rag.compose import Engine
from rag.seams import Message
from rag.types import Answer, Completed, Event, NewDocument, Question, Refusal, Status, Verified
from tests.fakes import Draft, ScriptedModel
from tests.rag.tower import CORRECTION, REPORT

HISTORY = "How many people were first reported to have marched in Osk, and later?"
AROUND = (
    "The old mill is for sale, and its workers fear the worst. The police said that in Osk {} people marched.",
    "A brass band led the way. In Osk {} people marched, a spokesman of the council counted from his window.",
    "{} people marched in Osk against the plan of the owners, the organisers wrote. Nobody was hurt.",
    "Shops closed early. By the count of the fire brigade, {} people marched in Osk that day.",
)
REPORTED = [(10, "Osk Post", 900), (12, "Varn Courier", 1200), (14, "Osk Post", 3000)]


def answered(engine_factory: Callable[..., Engine], question: str, draft: Draft, *articles: NewDocument) -> list[Event]:
    engine = engine_factory(ScriptedModel(draft, preference=0.95))
    engine.store.enqueue(articles)
    work_off(engine)

    async def run() -> list[Event]:
        return [event async for event in engine.answerer.ask(Question(question, datetime(2025, 4, 1, tzinfo=UTC)))]

    return asyncio.run(run())


def reply(events: list[Event]) -> Answer | Refusal:
    assert isinstance(events[-1], Completed)
    return events[-1].reply


def history(engine_factory: Callable[..., Engine], *reported: tuple[int, str, int]) -> list[Event]:
    """What is answered on what was first reported, of reports by day, outlet and number."""

    def said(messages: Sequence[Message]) -> str:
        found = [number for _, _, number in reported if f"{number} people" in messages[-1].content]
        return f"{found[-1]} people marched in Osk."

    articles = [
        NewDocument(
            id=f"march-{at}",
            title="March in Osk",
            source=source,
            published_at=datetime(2025, 3, day, 8, tzinfo=UTC),
            text=AROUND[at].format(number),
        )
        for at, (day, source, number) in enumerate(reported)
    ]
    return answered(engine_factory, HISTORY, said, *articles)


def test_the_history_of_a_figure_is_told_in_order_where_it_is_asked_for(engine_factory: Callable[..., Engine]) -> None:
    events = history(engine_factory, *reversed(REPORTED))
    answer = reply(events)
    assert isinstance(answer, Answer)
    assert answer.status is Status.ANSWERED
    assert [claim.text for claim in answer.claims] == [
        f"{source}, {day} March 2025: {number} people marched in Osk." for day, source, number in REPORTED
    ]
    assert [claim.citations for claim in answer.claims] == [(1,), (2,), (3,)]
    for citation, (_, _, number) in zip(answer.citations, REPORTED, strict=True):
        assert f"{number} people" in citation.quote
    assert answer.claims == tuple(event.claim for event in events if isinstance(event, Verified))
    assert answer.understood_as is None


def test_a_history_that_ends_in_two_reports_of_one_day_is_a_conflict(engine_factory: Callable[..., Engine]) -> None:
    answer = reply(history(engine_factory, *REPORTED, (14, "Varn Courier", 2500)))
    assert isinstance(answer, Answer)
    assert answer.status is Status.CONFLICTING
    assert [claim.text.partition(":")[0] for claim in answer.claims][:2] == [
        "Osk Post, 10 March 2025",
        "Varn Courier, 12 March 2025",
    ]
    assert {claim.text[-28:-23].strip(": ") for claim in answer.claims[2:]} == {"3000", "2500"}


def test_a_figure_that_never_changed_is_answered_as_any_other(engine_factory: Callable[..., Engine]) -> None:
    answer = reply(history(engine_factory, (10, "Osk Post", 900), (14, "Varn Courier", 900)))
    assert isinstance(answer, Answer)
    assert answer.status is Status.ANSWERED
    assert [claim.text for claim in answer.claims] == ["900 people marched in Osk."]


BEFORE = "How high was the tower of Osk before it was corrected?"


def test_what_was_corrected_is_told_as_that(engine_factory: Callable[..., Engine]) -> None:
    def read(messages: Sequence[Message]) -> str:
        return f"The tower of Osk is {16 if 'It is 16' in messages[-1].content else 61} metres high."

    answer = reply(answered(engine_factory, BEFORE, read, REPORT, CORRECTION))
    assert isinstance(answer, Answer)
    assert answer.status is Status.ANSWERED
    assert [claim.text for claim in answer.claims] == [
        "Osk Post, 10 March 2025: The tower of Osk is 61 metres high.",
        "This article was corrected on 12 March 2025.",
        "Osk Post, 12 March 2025: The tower of Osk is 16 metres high.",
        "This is from a correction of 12 March 2025.",
    ]
    assert answer.citations[0].notice is not None


def test_what_was_corrected_is_not_told_without_what_replaced_it(engine_factory: Callable[..., Engine]) -> None:
    refusal = reply(answered(engine_factory, BEFORE, "The tower of Osk is 61 metres high.", REPORT, CORRECTION))
    assert isinstance(refusal, Refusal)
    assert "correction" in {fault.check for verdict in refusal.verdicts for fault in verdict.faults}
