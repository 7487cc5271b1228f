"""When the quotes tell it: the day of one event told of another, and days that never were."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rag.checks.times.days import impossible_day, misdated
from rag.checks.verify import faults
from rag.types import Document

THURSDAY = Document("a", title="Snow", published_at=datetime(2025, 1, 16, tzinfo=UTC))
SNOW = ("An avalanche hit a bus on Monday evening.", "A man died in hospital on Tuesday.")


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("The avalanche hit the bus on Tuesday.", SNOW),
        ("The avalanche hit the bus on 14 January 2025.", SNOW),
        (
            "The pony was killed in May.",
            ("The wolf shot in May was not the one that killed a pony in June.",),
        ),
    ],
)
def test_the_day_of_another_event_is_found(sentence: str, quotes: tuple[str, ...]) -> None:
    found = faults(sentence, quotes, [THURSDAY] * len(quotes), "What happened?", "This is what happened.")
    assert {fault.check for fault in found} & {"date", "relation"}


@pytest.mark.parametrize(
    ("sentence", "quotes"),
    [
        ("The avalanche hit the bus on Monday.", SNOW),
        ("The avalanche hit the bus on 13 January 2025.", SNOW),
        ("A man died on Tuesday.", SNOW),
        ("The pool closes on 31 March.", ("The 1962 pool will close for good on 31 March.",)),
        (
            "The limit takes effect on 1 January.",
            ("They voted on Monday to limit the number.", "It takes effect on 1 January."),
        ),
    ],
)
def test_the_day_of_the_event_passes(sentence: str, quotes: tuple[str, ...]) -> None:
    assert misdated(sentence, quotes, [THURSDAY] * len(quotes)) is None


def test_a_time_that_was_asked_for_is_the_askers() -> None:
    quotes = ["The region hit by drought was large, compared to what was hit in 2005."]
    assert misdated("The region hit in 2010 was large.", quotes, [], "How large was the region hit in 2010?") is None


def test_a_weekday_belongs_to_its_date() -> None:
    assert impossible_day("It began on Monday, October 21, 2025.") == "Monday, October 21, 2025"
    assert impossible_day("It began on Tuesday 21 October 2025.") is None
    assert impossible_day("It began on Friday, 31 February 2025.") == "Friday, 31 February 2025"
    assert impossible_day("It began on Monday.") is None


def test_what_an_article_tells_without_a_time_is_not_of_a_year_it_never_names() -> None:
    quote, question = "Ada Lund won the main prize of Varn and Osk.", "Who won the main prize of Varn and Osk in 2022?"
    found = faults(quote, [quote], [THURSDAY], question, f"{quote} It was her first.")
    assert {fault.check for fault in found} == {"time"}
    told = faults(quote, [quote], [THURSDAY], question, f"In 2022 it was colder. {quote}")
    assert "time" not in {fault.check for fault in told}
