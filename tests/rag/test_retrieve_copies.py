"""Retrieval over a collection with near-copies in it: the real store, embedder and indexes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from api.schemas.asking import AnswerOut
from ingest.worker import work_off
from rag.compose import Engine
from rag.sources import independent
from rag.types import Answer, Completed, Filters, Hit, NewDocument, Question
from tests.fakes import ScriptedModel
from tests.stories import story, text

MARCH = datetime(2025, 3, 1, tzinfo=UTC)
LATER = datetime(2025, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NEVER = Filters()
FLOOD = (
    "The Tarn dam broke at dawn on Sunday after a week of rain. Its keeper, Olaf Fenn, had warned the ministry twice. "
    "The water reached the market square of Brenta within an hour, and 340 people were taken to the hill. "
    "Soldiers are building a wall of sandbags along the railway to keep the hospital dry. "
)
REPAIR = (
    "Engineers from Lund will inspect what is left of the wall on Thursday. The ministry has promised to rebuild it "
    "before winter at a cost of 21 million crowns. A commission under the judge Ada Lorne is to find out who knew of "
    "the cracks that a survey had found in the eastern flank two years ago. "
)
ASKED = "Who was the keeper of the Tarn dam?"
PADDING = text(story(7, 8))


def paper(name: str, said: str, published_at: datetime) -> NewDocument:
    return NewDocument(said, name, f"{name}: dam breaks", source=name.upper(), published_at=published_at)


@pytest.fixture(scope="module")
def engine(engine_factory: Callable[..., Engine]) -> Engine:
    """`a` to `d` print one story; `b` corrected a number, `c` has a paragraph more, `d` left half of it out;
    `e` wrote its own. `f` printed the story first and put another in its place on 10 March.
    """
    engine = engine_factory(ScriptedModel("The keeper of the Tarn dam was Olaf Fenn.", preference=0.9))
    extra = "A diver, Mara Quist, pulled two children from the flooded cinema of Brenta, witnesses said. "
    own = "Olaf Fenn kept the dam on the Tarn for thirty years. He had feared for it, his sister says in the village."
    documents = [
        paper("a", f"{FLOOD}\n\n{PADDING}\n\n{REPAIR}", published_at=MARCH),
        paper("b", f"{FLOOD}\n\n{PADDING}\n\n{REPAIR}".replace("340", "360"), published_at=MARCH + DAY),
        paper("c", f"{FLOOD}\n\n{PADDING}\n\n{extra}\n\n{REPAIR}", published_at=MARCH + 2 * DAY),
        paper("d", f"{FLOOD}\n\n{PADDING}", published_at=MARCH + 3 * DAY),
        paper("e", own, published_at=MARCH + 4 * DAY),
        paper("f", f"{FLOOD}\n\n{PADDING}", published_at=MARCH),
    ]
    engine.store.enqueue(documents)
    work_off(engine)
    engine.store.enqueue([paper("f", text(story(8, 8)), published_at=MARCH + 9 * DAY)])
    work_off(engine)
    return engine


def ask(
    engine: Engine, asked: str = ASKED, limit: int = 6, as_of: datetime = LATER, filters: Filters = NEVER
) -> list[Hit]:
    return engine.retriever.retrieve(Question(asked, as_of, filters), limit)


def copies(hit: Hit) -> list[str]:
    return [document.id for document in hit.copies]


def test_a_story_is_shown_from_one_paper_and_the_others_are_named(engine: Engine) -> None:
    hits = ask(engine, limit=20)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    telling = [hit for hit in hits if "Olaf Fenn" in hit.passage.text and hit.document.id != "e"]
    shown = telling[0]
    for figure in ("340", "360"):
        assert sum(figure in hit.passage.text for hit in telling) <= 1, "once, but for a later report's other figure"
    assert len(telling) == sum("340" in hit.passage.text or "360" in hit.passage.text for hit in telling)
    assert sorted([shown.document.id, *copies(shown)]) == ["a", "b", "c", "d"]
    assert shown.cluster == "a"
    (other,) = (hit for hit in hits if hit.document.id == "e")
    assert (other.cluster, other.copies) == ("e", ())
    assert independent([shown, other]) == 2


def test_a_copy_that_the_filters_exclude_is_neither_shown_nor_named(engine: Engine) -> None:
    hits = ask(engine, filters=Filters(sources=("B", "D", "E")), limit=20)
    assert {hit.document.id for hit in hits} <= {"b", "d", "e"}
    assert {name for hit in hits for name in copies(hit)} <= {"b", "d"}
    assert {hit.cluster for hit in hits} == {"b", "e"}
    (alone,) = {(hit.cluster, hit.copies) for hit in ask(engine, filters=Filters(document_ids=("d",)))}
    assert alone == ("d", ())


def test_a_copy_counts_from_when_it_was_published_and_as_long_as_it_was_one(engine: Engine) -> None:
    first = ask(engine, as_of=MARCH + DAY)[0]
    assert sorted([first.document.id, *copies(first)]) == ["a", "b", "f"]
    assert sorted([*copies(ask(engine)[0]), ask(engine)[0].document.id]) == ["a", "b", "c", "d"]


def test_what_only_one_of_the_papers_says_is_found(engine: Engine) -> None:
    assert "Mara Quist" in ask(engine, "Which diver pulled children from the flooded cinema?")[0].passage.text


def test_no_passage_of_the_paper_shown_is_lost(engine: Engine) -> None:
    hits = ask(engine, limit=50)
    first = hits[0].document.id
    question = Question(ASKED, LATER)
    every = engine.store.passages(engine.store.passage_ids(), question)
    of_it = {passage.text for passage, document in every.values() if document.id == first}
    assert of_it <= {hit.passage.text for hit in hits}


def test_many_copies_leave_room_for_what_else_there_is(engine_factory: Callable[..., Engine]) -> None:
    engine = engine_factory(ScriptedModel())
    printed = [NewDocument(id=f"p{number:03}", title="The Tarn dam", text=FLOOD) for number in range(120)]
    others = [NewDocument(id=f"x{number}", text=text(story(40 + number, 2))) for number in range(4)]
    engine.store.enqueue([*printed, *others])
    work_off(engine)
    hits = ask(engine, limit=4)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert len({hit.cluster for hit in hits}) == 4
    assert len(hits[0].copies) >= 50


def test_a_citation_names_the_copies_of_its_document(engine: Engine) -> None:
    async def run() -> Answer:
        async for event in engine.answerer.ask(Question(ASKED, LATER, Filters(sources=("A", "B", "D")))):
            if isinstance(event, Completed):
                assert isinstance(event.reply, Answer)
                return event.reply
        raise AssertionError("no reply")

    answer = asyncio.run(run())
    for citation in AnswerOut.of(answer).model_dump(mode="json")["citations"]:
        titles = {each["document_id"]: each["title"] for each in (citation, *citation["copies"])}
        assert titles == {name: f"{name}: dam breaks" for name in "abd"}
        assert set(citation["copies"][0]) == {
            "document_id",
            "title",
            "source",
            "url",
            "published_at",
            "authors",
            "updated_at",
        }
    assert independent(answer.citations) == 1


def test_the_same_question_has_the_same_hits(engine: Engine) -> None:
    assert ask(engine, limit=20) == ask(engine, limit=20)
