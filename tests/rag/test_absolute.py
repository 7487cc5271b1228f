"""Relative times are told with their dates."""

import calendar
import re
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.absolute import absolute

WEDNESDAY = date(2026, 1, 28)
TIMES = [
    *("on Tuesday", "on Friday evening", "last week", "this year", "last month", "three weeks ago", "today"),
    *("yesterday", "tomorrow", "last night", "on 9 December", "on Dec. 9", "in March", "two days ago", "this morning"),
]


def told(sentence: str, written: date | None = WEDNESDAY) -> str:
    """A sentence that is its own quote."""
    return absolute(sentence, [(sentence, written)])


@pytest.mark.parametrize(
    ("sentence", "dated"),
    [
        ("It sank on Tuesday evening.", "It sank on Tuesday evening (27 January 2026)."),
        ("On Tuesday Halcyon sank.", "On Tuesday (27 January 2026) Halcyon sank."),
        ("Tuesday evening, it sank.", "Tuesday evening (27 January 2026), it sank."),
        ("It died Tuesday in Osk.", "It died Tuesday (27 January 2026) in Osk."),
        ("It met last Friday.", "It met last Friday (23 January 2026)."),
        ("It will open on Friday.", "It will open on Friday (30 January 2026)."),
        ("It was lost by Tuesday's tide.", "It was lost by Tuesday's (27 January 2026) tide."),
        ("It sank (on Tuesday).", "It sank (on Tuesday, 27 January 2026)."),
        ("It met on Monday and Friday.", "It met on Monday (26 January 2026) and Friday (23 January 2026)."),
        ("It sank yesterday.", "It sank on 27 January 2026."),
        ("Yesterday it sank.", "On 27 January 2026 it sank."),
        ("Yesterday was cold.", "27 January 2026 was cold."),
        ("It has been shut since yesterday.", "It has been shut since 27 January 2026."),
        ("It was lost in yesterday's gale.", "It was lost in yesterday's (27 January 2026) gale."),
        ("It sank yesterday morning.", "It sank yesterday morning (27 January 2026)."),
        ("It is planned for tomorrow.", "It is planned for 29 January 2026."),
        ("The shop stays closed today.", "The shop stays closed today (28 January 2026)."),
        ("It sank last night.", "It sank last night (27 January 2026)."),
        ("It fell last week.", "It fell last week (19 to 25 January 2026)."),
        ("It falls this week.", "It falls this week (26 January 2026 to 1 February 2026)."),
        ("It fell last month.", "It fell last month (December 2025)."),
        ("This year's quota is 300 tonnes.", "This year's (2026) quota is 300 tonnes."),
        ("It closed three years ago.", "It closed three years ago (about 2023)."),
        ("It closed ten days ago.", "It closed ten days ago (18 January 2026)."),
        ("It sank on 9 December.", "It sank on 9 December 2025."),
        ("It sank on December 9 in fog.", "It sank on December 9, 2025 in fog."),
        ("It sank on Tuesday, 9 December.", "It sank on Tuesday, 9 December 2025."),
        ("It closed in December.", "It closed in December 2025."),
        ("It sank on 9 Dec.", "It sank on 9 Dec 2025."),
        ("It will close in March.", "It will close in March 2026."),
        ("It sank on Tuesday of last week.", "It sank on Tuesday of last week (20 January 2026)."),
        ("It closed last December.", "It closed last December (2025)."),
        ("It opened in March last year.", "It opened in March last year (2025)."),
        ("It closed two weeks ago.", "It closed two weeks ago (about 14 January 2026)."),
        ("It sank on Monday (26 January) in fog.", "It sank on Monday (26 January 2026) in fog."),
        ("It sank the day before yesterday.", "It sank the day before yesterday (26 January 2026)."),
        ("It was so earlier this week.", "It was so earlier this week (26 to 28 January 2026)."),
        ("It told every owner on Tuesday.", "It told every owner on Tuesday (27 January 2026)."),
    ],
)
def test_each_form_is_told_with_its_date(sentence: str, dated: str) -> None:
    assert told(sentence) == dated
    assert absolute(dated, [(sentence, WEDNESDAY)]) == dated


@pytest.mark.parametrize(
    "sentence",
    [
        "Sales rose on Black Friday.",
        "It closed after Ash Wednesday.",
        "They lost to Sheffield Wednesday.",
        "They read the Sunday Times.",
        "It is taught in Sunday school.",
        "It is open from Monday to Friday.",
        "It is shut on Sundays.",
        "It is open on Sunday mornings.",
        "It meets every Tuesday.",
        "It meets on 9 December each year.",
        "“It sank on Tuesday,” he said.",
        'He said: "It sank yesterday."',
        'It sank yesterday," he said.',
        "‘We don’t sail today,’ he said.",
        "It sank on Tuesday, 27 January 2026.",
        "It sank on 2026-01-27, on Tuesday.",
        "In 1904 it sank on Tuesday.",
        "He was born in 1950 and died on 9 December.",
        "It rained over the last year.",
        "It closed more than two years ago.",
        "It closed twenty-one years ago.",
        "It closed decades ago.",
        "It is still used today.",
        "He wrote for USA Today.",
        "They marched on the September 11 anniversary.",
        "It lasted from March to May.",
        "Pay rose by 3 per cent on 1 May.",
        "It sank in 2019.",
        "It sank on Friday, 9 December.",
        "He appeared on Saturday Night Live.",
        "It sank on Friday the 13th.",
        "It was open on Saturday and Sunday mornings.",
        "It closed ten years ago this month.",
        "It closed a year ago on Monday.",
        "It closed about two weeks ago.",
        "It closed half a year ago.",
        "The previous Friday it sank.",
        "Talks resume on Monday.",
        "It opens next Friday.",
        "The festival returns in July.",
    ],
)
def test_what_is_a_name_a_habit_spoken_or_dated_stays(sentence: str) -> None:
    assert told(sentence) == sentence


def test_only_what_stands_in_a_quote_is_dated() -> None:
    assert absolute("It sank on Tuesday.", [("It sank.", WEDNESDAY)]) == "It sank on Tuesday."
    assert absolute("It sank on Tuesday.", [("“We sank on Tuesday,” he said.", WEDNESDAY)]) == "It sank on Tuesday."
    assert absolute("It sank last Tuesday.", [("It sank on Tuesday.", WEDNESDAY)]) == "It sank last Tuesday."


def test_a_day_that_the_draft_worked_out_itself_gets_its_year() -> None:
    assert absolute("It sank on 27 January.", [("It sank on Tuesday.", WEDNESDAY)]) == "It sank on 27 January 2026."


def test_the_direction_of_a_weekday_is_that_of_the_quote() -> None:
    quote = "It will open on Friday."
    assert absolute("The opening is on Friday.", [(quote, WEDNESDAY)]) == "The opening is on Friday (30 January 2026)."


def test_without_a_day_of_publication_or_with_two_the_words_stay() -> None:
    assert told("It sank on Tuesday.", None) == "It sank on Tuesday."
    sentence = "It sank on Tuesday."
    assert absolute(sentence, [(sentence, WEDNESDAY), (sentence, date(2026, 2, 4))]) == sentence
    assert absolute(sentence, [(sentence, WEDNESDAY), (sentence, WEDNESDAY)]) != sentence


def test_a_date_is_told_once() -> None:
    assert told("On Tuesday it sank, on Tuesday.") == "On Tuesday (27 January 2026) it sank, on Tuesday."


@settings(max_examples=60)
@given(st.lists(st.sampled_from(TIMES), min_size=1, max_size=3), st.dates(date(1800, 1, 1), date(2090, 1, 1)))
def test_it_is_done_once_and_for_all_and_what_was_added_can_be_taken_out(times: list[str], written: date) -> None:
    sentence = f"The ferry sank {', and burned '.join(times)}."
    once = absolute(sentence, [(sentence, written)])
    assert absolute(once, [(sentence, written)]) == once
    dated = re.sub(r"on \d+ \w+ \d+", "DAY", once)  # "tomorrow", or 9 December itself
    undated = re.sub(r" \([^)]*\)|(?<=on Dec. 9), \d+|(?<=in March) \d+", "", dated)
    near = undated.replace("DAY", "(?:yesterday|tomorrow|on 9 December)")
    assert re.fullmatch(near, sentence)


CLAUSES = [
    "The ferry sank {}",
    "The mayor will speak {} in Osk",
    "{}, the Sunday Times said",
    "Rates rose {} after talks",
]
WHEN = [
    *(
        "on Tuesday",
        "late on Thursday",
        "on Tuesday night",
        "by Wednesday",
        "since Monday",
        "until Friday",
        "last Friday",
    ),
    *(
        "next Monday",
        "earlier this week",
        "a week ago",
        "two weeks ago",
        "last month",
        "next year",
        "in March",
        "today",
    ),
    *(
        "on Tuesday of last week",
        "last December",
        "on 31 December",
        "on Monday, 2 March",
        "on Friday (1 May)",
        "this year",
    ),
]
NAMED = [
    *("on Good Friday", "in the Sunday Times", "on Black Friday", "on Saturday Night Live", "on Friday the 13th"),
    *("every Monday", "on Mondays", "on Monday mornings", "each Tuesday night", "from Monday to Friday", "any Friday"),
    *("on Monday, 4 May 2026", "on Monday (4 May 2026)", "on 4 May 2026, a Monday", "for Sheffield Wednesday"),
]
DATED = re.compile(rf"\b({'|'.join(calendar.day_name)})(?: night)? \((\d+ \w+ \d+)\)")
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@settings(max_examples=200)
@given(st.sampled_from(CLAUSES), st.lists(st.sampled_from(WHEN), min_size=1, max_size=2), DAYS)
def test_dates_are_only_added_once_and_lie_on_the_weekday_they_stand_beside(
    clause: str, when: list[str], written: date
) -> None:
    sentence = f"{clause.format(' and '.join(when))}."
    dated = told(sentence, written)
    added = iter(dated)
    assert all(letter in added for letter in sentence)
    assert absolute(dated, [(sentence, written)]) == dated
    for weekday, day in DATED.findall(dated):
        assert f"{datetime.strptime(day, '%d %B %Y'):%A}" == weekday


@pytest.mark.parametrize("name", NAMED)
@given(st.sampled_from(CLAUSES), DAYS)
def test_nothing_is_added_to_a_name_a_habit_or_a_full_date(name: str, clause: str, written: date) -> None:
    sentence = f"{clause.format(name)}."
    assert told(sentence, written) == sentence


@settings(max_examples=60)
@given(st.text(max_size=80), st.dates())
def test_a_text_whose_quote_has_no_relative_time_comes_through_as_it_was(text: str, written: date) -> None:
    assert absolute(text, [("It sank in 2019.", written), ("It did not.", written)]) == text


@settings(max_examples=60)
@given(st.text(alphabet="on Tuesday,.()“”\"'9 December last week", max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert len(told(text)) >= len(text) - len("yesterday")
