"""Passages of the time that a question asks about come before others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.worker import work_off
from rag.ablation import Ablation
from rag.adapters.exact import ExactIndex
from rag.adapters.lexical import FullText
from rag.compose import Engine
from rag.retrieve import Retriever
from rag.timely import NAMED, PRINTED, asked_about, gains, raised, windows
from rag.types import Document, Filters, NewDocument, Passage, Question
from rag.when import Span
from tests.fakes import ScriptedModel
from tests.stories import story, text

FRIDAY = datetime(2026, 4, 17, 12, tzinfo=UTC)
MONDAY = Span(date(2026, 4, 13), date(2026, 4, 13))
RANKED = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.floats(0, 2)).map(
    lambda scores: sorted(scores.items(), key=lambda item: (-item[1], item[0]))
)


def gained(text: str, published: datetime | None, *spans: Span) -> float:
    found = Passage("p", "d", 1, 0, len(text), text), Document("d", published_at=published)
    return gains(spans, [("p", 1.0)], {"p": found}).get("p", 0.0)


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "spans"),
    [
        ("What did the council decide last week?", [("2026-04-06", "2026-04-12")]),
        ("What burned on Monday?", [("2026-04-13", "2026-04-13")]),
        ("What burned on 5 March, and what on March 5?", [("2026-03-05", "2026-03-05")]),
        ("Who was elected in February?", [("2026-02-01", "2026-02-28")]),
        ("How long was the strike of 2026?", []),
        ("Who keeps the dam?", []),
        (
            "What burned on 1, 2 March, 3 March, 4 March, 5 March and 6 March?",
            [(f"2026-03-0{day}",) * 2 for day in (2, 3, 4, 5)],
        ),
    ],
)
def test_days_weeks_and_months_are_asked_about_and_years_are_not(asked: str, spans: list[tuple[str, str]]) -> None:
    assert [(str(span.first), str(span.last)) for span in asked_about(Question(asked, FRIDAY))] == spans


def test_news_of_a_day_is_of_that_day_or_printed_soon_after() -> None:
    gains = [gained("A barn burned.", at(2026, 4, day), MONDAY) for day in range(12, 19)]
    assert gains[:2] == [0.0, PRINTED]
    assert gains[1:5] == sorted(gains[1:5], reverse=True)
    assert min(gains[1:5]) > 0
    assert gains[5:] == [0.0, 0.0]


def test_a_passage_that_names_the_day_is_of_it_whenever_it_was_printed() -> None:
    assert gained("The barn burned on 13 April.", at(2026, 6, 1), MONDAY) == NAMED
    assert gained("The barn burned on Monday.", at(2026, 4, 18), MONDAY) == NAMED
    assert gained("The barn burned on 13 April 2026.", None, MONDAY) == NAMED
    assert gained("The barn burned on 13 April 2025.", at(2026, 6, 1), MONDAY) == 0
    assert gained("The barn burned in April.", at(2026, 6, 1), MONDAY) == 0, "that names no day of it"


def test_an_undated_article_is_neither_of_a_time_nor_not() -> None:
    assert gained("The barn burned on Monday.", None, MONDAY) == 0


def test_the_best_fitting_time_counts_and_a_month_less_than_a_day() -> None:
    april = Span(date(2026, 4, 1), date(2026, 4, 30))
    assert 0 < gained("A barn burned.", at(2026, 4, 13), april) < gained("A barn burned.", at(2026, 4, 13), MONDAY)
    assert gained("A barn burned.", at(2026, 4, 13), april, MONDAY) == PRINTED
    assert gained("A barn burned.", at(2026, 4, 13)) == 0


@given(RANKED, st.dictionaries(st.text("abc", min_size=1, max_size=3), st.floats(0, 1)))
def test_what_gains_rises_and_nothing_is_lost(ranked: list[tuple[str, float]], more: dict[str, float]) -> None:
    after = raised(ranked, more)
    assert {key for key, _ in after} == {key for key, _ in ranked}
    assert all(score == dict(ranked)[key] + more.get(key, 0.0) for key, score in after)
    kept = [key for key, _ in ranked if not more.get(key)]
    assert [key for key, _ in after if not more.get(key)] == kept, "what gains nothing keeps its order"
    assert raised(ranked, dict.fromkeys(more, 0.0)) == ranked


def test_what_is_looked_for_in_the_time_asked_about_stays_within_the_filters() -> None:
    def narrowed(filters: Filters) -> list[tuple[datetime | None, datetime | None]]:
        found = windows(Question("What burned?", FRIDAY, filters), [MONDAY])
        assert all(one.filters.sources == filters.sources for one in found)
        return [(one.filters.published_after, one.filters.published_before) for one in found]

    first, last = datetime(2026, 4, 13, tzinfo=UTC), datetime(2026, 4, 16, 23, 59, 59, 999_999, UTC)
    assert narrowed(Filters(sources=("Gazette",))) == [(first, last)]
    assert narrowed(Filters(published_after=at(2026, 4, 15))) == [(at(2026, 4, 15), last)]
    assert narrowed(Filters(published_after=at(2026, 4, 17))) == []
    assert windows(Question("What burned?", FRIDAY - timedelta(days=5)), [MONDAY]) == [], "nobody knew of it yet"


def timeless(number: int) -> list[str]:
    """Two sentences that speak of no time."""
    return [one for one in story(number) if not asked_about(Question(one, FRIDAY))][:2]


@pytest.fixture(scope="module")
def engine(engine_factory: Callable[..., Engine]) -> Engine:
    """Seventy meetings of a council, one a week up to 13 April 2026, and an undated article."""
    engine = engine_factory(ScriptedModel())
    meetings = [
        NewDocument(
            f"The council of Osk decided at its meeting. {text(timeless(number))}",
            f"m{number:02}",
            published_at=at(2026, 4, 13) - timedelta(weeks=number),
        )
        for number in range(70)
    ]
    engine.store.enqueue([*meetings, NewDocument("The council of Osk decides in the old mill.", "undated")])
    work_off(engine)
    return engine


def found(
    engine: Engine, asked: str, as_of: datetime = FRIDAY, without: Ablation = Ablation.NOTHING
) -> list[tuple[str, float]]:
    exact = ExactIndex(engine.store, engine.embedder.stamp)
    retriever = Retriever(engine.store, engine.embedder, exact, FullText(engine.store), without)
    return [(hit.document.id, hit.score) for hit in retriever.retrieve(Question(asked, as_of), 5)]


def test_the_day_asked_about_is_found_among_many_that_are_told_alike(engine: Engine) -> None:
    def missed(without: Ablation) -> list[str]:
        days = {f"m{week:02}": at(2026, 4, 13) - timedelta(weeks=week) for week in (0, 12, 33, 51, 69)}
        asked = {name: f"What did the council of Osk decide on {day:%-d %B %Y}?" for name, day in days.items()}
        return [name for name in days if name not in dict(found(engine, asked[name], without=without))]

    assert missed(Ablation.NOTHING) == []
    assert len(missed(Ablation.TIME)) >= 3


def test_last_week_is_that_before_as_of(engine: Engine) -> None:
    def week_before(as_of: datetime) -> dict[str, float]:
        return dict(found(engine, "What did the council of Osk decide last week?", as_of))

    assert "m00" in week_before(FRIDAY + timedelta(weeks=1))
    assert "m01" in week_before(FRIDAY)
    assert "m09" in week_before(FRIDAY - timedelta(weeks=8))


@pytest.mark.parametrize(
    ("asked", "as_of"),
    [
        ("What did the council of Osk decide?", FRIDAY),
        ("What did the council of Osk decide in the meetings of 2026?", FRIDAY),
        ("What did the council of Osk decide on Monday?", FRIDAY + timedelta(days=200)),
        ("What did the council of Osk decide on 3 May 1987?", FRIDAY),
    ],
)
def test_without_a_time_that_anything_fits_the_ranking_is_what_it_was(
    engine: Engine, asked: str, as_of: datetime
) -> None:
    assert found(engine, asked, as_of) == found(engine, asked, as_of, Ablation.TIME)
