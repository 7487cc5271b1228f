"""When a history is asked for, which reports are read for it, and what of them is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evidence import candidates
from rag.history import MOST_READ, figure, figures, reports, versions
from rag.reading import Reading
from rag.rivals import UPDATE
from rag.terms import coverage, terms
from rag.types import Document, Hit
from tests.rag.articles import hit

ASKED = "What was the number of people dead in the flood of Varn?"


@dataclass(frozen=True)
class Said:
    text: str
    document: Document


def day(number: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, number, hour, tzinfo=UTC)


def said(dead: int | str, when: datetime | None) -> Said:
    text = dead if isinstance(dead, str) else f"The number of people dead in Varn is {dead}."
    return Said(text, Document(f"{dead}{when}", published_at=when))


def apart(one: Said, other: Said) -> timedelta:
    days = [version.document.published_at or day(1) for version in (one, other)]
    return abs(days[1] - days[0])


def reading(*hits: Hit) -> Reading:
    sought = dict.fromkeys(terms(ASKED), 1.0)
    shares = [coverage(sought, terms(one.passage.text)) for one in hits]  # stands in for the cosines
    found = candidates(hits, shares, sought)
    return Reading(found, np.zeros((len(found), 2), np.float32), sought)


def read_of(*hits: Hit) -> list[list[str]]:
    return [[candidate.text for candidate in one.candidates] for one in reports(ASKED, reading(*hits))]


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("How did the death toll of the Tern change?", "What was the death toll of the Tern?"),
        ("Please tell me how the death toll rose.", "What was the death toll?"),
        ("How has the estimate of the cost developed?", "What was the estimate of the cost?"),
        ("How have the figures changed over time?", "What were the figures?"),
        ("How was the name of the captain corrected?", "What was the name of the captain?"),
        ("What was first reported about the number of missing?", "What was the number of missing?"),
        ("How many were reported missing at first, and later?", "How many were reported missing?"),
        ("How many people were initially thought to be aboard?", "How many people were thought to be aboard?"),
        ("Initially, how many were reported dead?", "How many were reported dead?"),
        ("Who was first named as the owner of the Tern?", "Who was named as the owner of the Tern?"),
        ("What was the toll before it was corrected?", "What was the toll?"),
        ("Who owned the Tern, before the correction?", "Who owned the Tern?"),
        (
            "What are the earlier figures for the cost of the bridge?",
            "What are the figures for the cost of the bridge?",
        ),
        ("What was the original estimate of the damage?", "What was the estimate of the damage?"),
    ],
)
def test_the_question_is_put_for_the_figure_alone(question: str, alone: str) -> None:
    assert figure(question) == alone
    assert figure(alone) is None


@pytest.mark.parametrize(
    "question",
    [
        "What was the death toll of the Tern?",
        "How did the harbour change?",
        "How did the death toll rise, and why?",
        "How did the price of bread change between 2019 and 2024?",
        "By how many has the number of graves grown?",
        "Who first reported the find?",
        "When was the fire first reported?",
        "Where was the body first said to be?",
        "Which earlier accident led to the bill?",
        "On what ground were the ballots originally turned away?",
        "How many votes did she get in the first count?",
        "The Post first wrote that it was hers. Who really owned it?",
    ],
)
def test_what_asks_for_something_else_is_not_taken_for_one(question: str) -> None:
    assert figure(question) is None


def test_the_first_and_the_last_report_are_read_and_the_nearest_between() -> None:
    told = [hit(f"The number of people dead in Varn is {5 + at}.", rank=at, published_at=day(at)) for at in range(2, 9)]
    near = hit("In the flood of Varn the number of people dead is 80.", rank=9, published_at=day(5, 12))
    texts = [text for (text,) in read_of(*told, near)]
    assert texts[:3] == [told[0].passage.text, told[-1].passage.text, near.passage.text]
    assert len(texts) == MOST_READ


def test_a_report_between_that_brings_another_figure_is_read_before_a_nearer_one_that_does_not() -> None:
    first = hit("The number of people dead in Varn is 5.", rank=1, published_at=day(1))
    last = hit("The number of people dead in Varn is 9.", rank=2, published_at=day(9))
    again = hit("The number of people dead in the flood of Varn is 5.", rank=3, published_at=day(3))
    other = hit("The number of people dead in Varn is 7.", rank=4, published_at=day(4))
    assert read_of(again, other, first, last)[2:] == [[other.passage.text], [again.passage.text]]


def test_nothing_is_read_where_no_figure_changed() -> None:
    one = hit("The number of people dead in Varn is 5.", published_at=day(1))
    for text, when in (
        ("The number of people dead in Varn is 5.", day(9)),
        ("The number of people dead in Varn is 7.", day(1, 12)),
        ("The number of people dead in Varn is 7.", None),
        ("The number of people dead in Varn is not known.", day(9)),
        ("A choir of 40 sang in Lund.", day(9)),
    ):
        assert read_of(one, hit(text, rank=2, published_at=when)) == []


def test_a_later_report_that_repeats_the_earlier_figure_is_told_where_it_replaces_it() -> None:
    twelve, day_told = said(12, day(1)), "On 3 March the number of people dead in Varn was 12."
    lowered = said("The police lowered the number of dead from 12 to 11.", day(3))
    beside = said("In Varn 12 are dead and 7 missing.", day(3))
    assert versions(ASKED, [lowered, twelve]) == [twelve, lowered]
    assert versions(ASKED, [twelve, beside]) == []
    assert versions(ASKED, [twelve, said(day_told, day(3))]) == []


def test_a_figure_that_comes_back_is_told_again() -> None:
    there, away, back = said(9, day(1)), said(12, day(3)), said(9, day(5))
    assert versions(ASKED, [back, there, away]) == [there, away, back]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(0, 23)), max_size=6))
def test_a_history_is_in_order_and_each_part_differs_from_the_one_before(told: list[tuple[int, int, int]]) -> None:
    all_of_them = [said(number, day(at, hour)) for number, at, hour in told]
    history = versions(ASKED, all_of_them)
    assert len(history) != 1
    assert all(version in all_of_them for version in history)
    days = [version.document.published_at for version in history]
    assert days == sorted(each for each in days if each)
    assert all(figures(ASKED, a.text) != figures(ASKED, b.text) for a, b in pairwise(history))
    if len({number for number, _, _ in told}) > 1:
        assert history
    for one, other in combinations(history, 2):
        if one.text == other.text:
            assert apart(one, other) >= UPDATE
