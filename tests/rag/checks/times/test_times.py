"""Whether what a quote tells happened when the question means."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from rag.checks.times.times import mistimed
from rag.checks.verify import faults
from rag.reading import Reading
from rag.types import Document, Question
from tests.rag.articles import hit, pool

MARCH = datetime(2026, 3, 4, tzinfo=UTC)
ASKED = date(2026, 3, 6)


def wrong(sentence: str, quote: str, question: str, *, asked: date | None = ASKED) -> str | None:
    return mistimed(sentence, [quote], [Document("d", "", published_at=MARCH)], question, asked)


def reading(question: Question, *sentences: str) -> Reading:
    found = pool(question.text, hit(*sentences, published_at=MARCH))
    return Reading(found, np.zeros((len(found), 4), np.float32), {})


@pytest.mark.parametrize(
    ("sentence", "quote", "question"),
    [
        (
            "The strike lasted 17 days.",
            "It was the longest; the one of 2019 lasted 17 days.",
            "How many days did the strike of 2026 last?",
        ),
        (
            "The strike of 2026 lasted 17 days.",
            "The one of 2019 lasted 17 days.",
            "How many days did the strike of 2026 last?",
        ),
        (
            "The outbreak was traced to the baths.",
            "In 2017 an outbreak was traced to the baths.",
            "What was the source of the outbreak?",
        ),
        ("The mayor resigned.", "In 2019 the mayor resigned over a loan.", "Who resigned this week?"),
        ("Osk resigned.", "Osk resigned three years ago.", "Who resigned last week?"),
        ("It cut 40 jobs.", "It cut 40 jobs in 2021 and has hired since.", "How many jobs did it cut in March 2026?"),
    ],
)
def test_an_event_of_another_time_is_no_answer(sentence: str, quote: str, question: str) -> None:
    assert wrong(sentence, quote, question)


@pytest.mark.parametrize(
    ("sentence", "quote", "question"),
    [
        (
            "The strike lasted 26 days.",
            "It lasted 26 days, the one of 2019 had 17.",
            "How long was the strike of 2026?",
        ),
        ("The one of 2019 lasted 17 days.", "The one of 2019 lasted 17 days.", "How long was the strike before?"),
        ("Osk resigned.", "Osk resigned on Tuesday.", "Who resigned this week?"),
        ("Osk resigned.", "Osk has resigned over a loan.", "Who resigned this week?"),
        ("Osk built the dam.", "Osk built the dam in 1968.", "Who built the dam?"),
        ("The dam was built in 1968.", "The dam was built in 1968.", "When was the dam built that broke in 2026?"),
        ("Fire hit 1,160 farms.", "Fire hit 1,160 farms, compared to 734 in 2005.", "How many farms were hit in 2010?"),
        ("Osk left.", "Osk left on Monday, 2 March.", "Who left on Monday?"),
        ("It cut 40 jobs.", "It cut 40 jobs in 2021.", "How many jobs did the firm cut before 2026?"),
        ("It cut 40 jobs.", "It cut 40 jobs in 2021.", "How many jobs did the firm founded in 1998 cut?"),
    ],
)
def test_what_is_of_the_time_that_is_meant_passes(sentence: str, quote: str, question: str) -> None:
    assert wrong(sentence, quote, question) is None


def test_an_article_of_long_before_tells_nothing_of_this_week() -> None:
    question, quote = "Who resigned this week?", "Osk has resigned over a loan."
    assert wrong("Osk resigned.", quote, question, asked=ASKED + timedelta(days=60))
    assert wrong("Osk resigned.", quote, question, asked=None) is None


def test_where_a_number_could_be_of_two_times_the_part_with_most_of_what_is_told_counts() -> None:
    told = "The region had 1,160 square miles (3,000 km2), compared to 734 square miles (1,900 km2) in 2005."
    asked = "How large was the region of the drought of 2010?"
    assert wrong("It had 1,160 square miles (3,000 km2).", told, asked) is None
    assert wrong("It had 734 square miles (1,900 km2).", told, asked) == "2005 is not when the question means"


def test_sentences_of_another_time_alone_are_not_read_for_a_draft_where_there_are_others() -> None:
    past, present = "The strike of 2019 lasted 17 days.", "The strike ended on its 26th day."
    question = Question("How many days did the strike of 2026 last?", MARCH)
    for sentences in ([past, present], [present]):
        assert [one.text for one in reading(question, *sentences).timely(question)] == [present]
    assert [one.text for one in reading(question, past).timely(question)] == [past]
    table = ["Strike | Days", "Port of Varn, 2019 | 17"]
    assert [one.text for one in reading(question, *table).timely(question)] == table


def test_a_wrong_time_is_a_fault_of_its_own() -> None:
    quote = "The longest strike was the one of 2019 with 17 days."
    documents = [Document("d", "Strike of 2026", published_at=MARCH)]
    found = faults(
        "The strike lasted 17 days.", [quote], documents, "How many days did the strike of 2026 last?", quote
    )
    assert "time" in {fault.check for fault in found}
