"""Numbers and dates are equal however they are written, and not when they are others."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.values import Date, dates, dates_equal, numbers_equal

DAYS = st.dates(date(1600, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "text",
    ["2025-03-15", "March 15, 2025", "15 March 2025", "Mar. 15, 2025", "the 15th of March 2025", "march 15 2025"],
)
def test_a_date_is_read_in_every_usual_form(text: str) -> None:
    assert dates(f"It was on {text}.") == {Date(2025, 3, 15)}


@given(DAYS)
def test_a_day_is_itself_in_every_form_and_never_the_next(day: date) -> None:
    forms = [day.isoformat(), f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%b} {day.year}"]
    for form in forms:
        assert dates_equal(form, [forms[0]]) is True
        assert dates_equal(form, [f"{day:%B} {day.day % 28 + 1}, {day.year}"]) is False


@pytest.mark.parametrize(
    ("answer", "gold", "equal"),
    [
        ("In 2025.", "March 2025", False),
        ("In March 2025.", "2025", True),
        ("In March.", "March 2025", False),
        ("On March 15.", "15 March 2025", True),
        ("It is 3,600 strong.", "2025", False),
        ("From May 3 to May 9.", "May 3 to May 9", True),
        ("From May 3.", "May 3 to May 9", False),
    ],
)
def test_every_part_of_the_gold_date_is_wanted(answer: str, gold: str, equal: bool) -> None:
    assert dates_equal(answer, [gold]) is equal


def test_a_verb_is_no_month_and_a_part_of_a_word_neither() -> None:
    assert dates("They may decide, march on and marvel at sept and augur.") == set()
    assert dates("Mayor Junes decorated the marble.") == set()


@given(st.integers(2, 10**9))
def test_a_number_is_itself_with_and_without_separators_and_never_the_next(number: int) -> None:
    assert numbers_equal(f"There were {number:,}.", [str(number)]) is True
    assert numbers_equal(f"There were {number + 1:,}.", [str(number)]) is False


@pytest.mark.parametrize(
    ("answer", "gold", "equal"),
    [
        ("1.2 million", "1,200,000", True),
        ("1,200,000 people", "1.2 million", True),
        ("£1.2m", "1.2 million", True),
        ("1.1 million", "1,100,000", True),
        ("twelve", "12", True),
        ("12 million", "1.2 million", False),
        ("12m wide", "12", True),
        ("$3bn", "3,000,000", False),
    ],
)
def test_a_number_is_the_same_in_digits_in_words_and_shortened(answer: str, gold: str, equal: bool) -> None:
    assert numbers_equal(answer, [gold]) is equal


@pytest.mark.parametrize(
    "answer", ["14 May", "May 14", "on the 14th of May 2026", "2026-05-14", "Thursday 14 May 2026"]
)
def test_a_date_without_its_year_is_the_same_day(answer: str) -> None:
    assert dates_equal(answer, ["May 14, 2026"]) is True
    assert dates_equal("May 14, 2026", [answer]) is True
    assert dates_equal("15 May 2026", [answer]) is False


def test_any_alias_will_do_and_one_without_a_number_does_not_apply() -> None:
    assert numbers_equal("Two dozen, that is 24.", ["24", "two dozen"]) is True
    assert numbers_equal("Some.", ["several"]) is None
