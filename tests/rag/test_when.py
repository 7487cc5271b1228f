"""What time a text speaks of."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.when import WEEKDAYS, Span, moments

WEDNESDAY = date(2026, 1, 28)


def told(text: str, written: date | None = WEDNESDAY) -> list[tuple[str, str]]:
    """First and last day of each time in a text."""
    return [(f"{one.span.first}", f"{one.span.last}") for one in moments(text, written)]


def on(day: str) -> list[tuple[str, str]]:
    return [(day, day)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("It sank on Tuesday evening.", "2026-01-27"),
        ("It sank on Wednesday.", "2026-01-28"),
        ("It sank last Wednesday.", "2026-01-21"),
        ("It will be raised on Friday.", "2026-01-30"),
        ("On Friday it will be raised.", "2026-01-30"),
        ("It is to open next Wednesday.", "2026-02-04"),
        ("The firm said on Tuesday it would close.", "2026-01-27"),
        ("On Tuesday the firm said it would close.", "2026-01-27"),
        ("The firm said it would close on Friday.", "2026-01-30"),
        ("It sank yesterday.", "2026-01-27"),
        ("It opens tomorrow.", "2026-01-29"),
        ("It sank ten days ago.", "2026-01-18"),
        ("It sank on 9 December.", "2025-12-09"),
        ("It sank on Dec. 9.", "2025-12-09"),
        ("It will open on 9 December.", "2026-12-09"),
        ("It sank on the 2nd of May 2019.", "2019-05-02"),
        ("It sank on May 2, 2019.", "2019-05-02"),
        ("It sank on 2019-05-02.", "2019-05-02"),
        ("It sank on Tuesday of last week.", "2026-01-20"),
        ("It will sail on Friday next week.", "2026-02-06"),
        ("It sank on 9 March last year.", "2025-03-09"),
        ("It sails this Saturday.", "2026-01-31"),
        ("It sank the day before yesterday.", "2026-01-26"),
    ],
)
def test_a_day_is_found_from_the_day_of_writing(text: str, day: str) -> None:
    assert told(text) == on(day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("The one of 2019 lasted 17 days.", "2019-01-01", "2019-12-31"),
        ("It was so in the 1990s.", "1990-01-01", "1999-12-31"),
        ("He led it from 1985 to 1992.", "1985-01-01", "1992-12-31"),
        ("The war of 1914-18 was long.", "1914-01-01", "1918-12-31"),
        ("It rained last week.", "2026-01-19", "2026-01-25"),
        ("It opens next month.", "2026-02-01", "2026-02-28"),
        ("It closed last month.", "2025-12-01", "2025-12-31"),
        ("It closed three years ago.", "2023-01-01", "2023-12-31"),
        ("It closed in March.", "2025-03-01", "2025-03-31"),
        ("It will close in March.", "2026-03-01", "2026-03-31"),
        ("It closed in March 2024.", "2024-03-01", "2024-03-31"),
        ("It closed in March last year.", "2025-03-01", "2025-03-31"),
        ("It closed last December.", "2025-12-01", "2025-12-31"),
        ("It closed two weeks ago.", "2026-01-11", "2026-01-17"),
        ("It rained earlier this week.", "2026-01-26", "2026-01-28"),
        ("It will rain later this week.", "2026-01-28", "2026-02-01"),
    ],
)
def test_a_span_has_its_first_and_last_day(text: str, first: str, last: str) -> None:
    assert told(text) == [(first, last)]


@pytest.mark.parametrize(
    "text",
    [
        "2,019 people came.",
        "It cost $2000.",
        "Some 2000 people came.",
        "He may 5 times.",
        "It fell by 2019.5 points.",
        "On 31 February.",
        "The previous Friday it sank.",
        "She resigned the following Monday.",
    ],
)
def test_what_is_no_time_is_not_taken_for_one(text: str) -> None:
    assert told(text) == []


def test_without_a_day_of_writing_only_what_needs_none_is_resolved() -> None:
    assert told("On Tuesday, as in 2019, it sank.", None) == [("2019-01-01", "2019-12-31")]


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from(WEEKDAYS))
def test_a_weekday_is_within_a_week_before_or_after_and_is_that_weekday(written: date, weekday: str) -> None:
    (past,) = moments(f"It sank on {weekday.capitalize()}.", written)
    (ahead,) = moments(f"It will sink on {weekday.capitalize()}.", written)
    assert WEEKDAYS[past.span.first.weekday()] == WEEKDAYS[ahead.span.first.weekday()] == weekday
    assert timedelta() <= written - past.span.first < timedelta(7)
    assert timedelta() < ahead.span.first - written <= timedelta(7)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Talks resume on Friday.", ["2026-01-23", "2026-01-30"]),
        ("It will open on Wednesday.", ["2026-02-04", "2026-01-28"]),
        ("It opens next Friday.", ["2026-01-30", "2026-02-06"]),
        ("It sank last Monday.", ["2026-01-26", "2026-01-19"]),
        ("It sails on 5 May.", ["2025-05-05", "2026-05-05"]),
        ("It sank on Friday.", ["2026-01-23"]),
        ("It opens next Monday.", ["2026-02-02"]),
        ("It sank last Friday.", ["2026-01-23"]),
    ],
)
def test_both_days_are_told_where_no_word_tells_which_is_meant(text: str, days: list[str]) -> None:
    (found,) = moments(text, WEDNESDAY)
    assert [str(span.first) for span in found.meant] == days


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.sampled_from(WEEKDAYS),
    st.sampled_from(
        ["sank on {}", "sails on {}", "sank last {}", "sails next {}", "sails this {}", "sank on {} last week"]
    ),
)
def test_a_weekday_is_that_weekday_in_every_form_across_weeks_months_and_years(
    written: date, weekday: str, form: str
) -> None:
    (found,) = moments(f"It {form.format(weekday.capitalize())}.", written)
    assert {WEEKDAYS[span.first.weekday()] for span in found.meant} == {weekday}
    assert all(span.first == span.last and abs(span.first - written) <= timedelta(14) for span in found.meant)


@given(
    st.dates(),
    st.sampled_from(["on Monday", "will open on Monday", "last year", "a decade ago", "tomorrow", "next month"]),
)
def test_no_day_is_too_far_for_it(written: date, text: str) -> None:
    assert len(moments(f"It {text}.", written)) <= 1


@given(st.text(max_size=80), st.dates())
def test_any_text_is_read_and_times_stand_in_order_and_do_not_overlap(text: str, written: date) -> None:
    found = moments(text, written)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(0 <= one.start < one.end <= len(text) and one.span.first <= one.span.last for one in found)


def test_spans_meet_where_they_share_a_day_or_come_near_enough() -> None:
    january, february = Span(date(2026, 1, 1), date(2026, 1, 31)), Span(date(2026, 2, 2), date(2026, 2, 28))
    assert not january.meets(february)
    assert january.meets(february, slack=2)
    assert january.meets(Span(date(2026, 1, 31), date(2026, 2, 1)))
