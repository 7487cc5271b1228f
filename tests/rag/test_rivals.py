"""Which of several answers stands, and whom else to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.reading import Reading
from rag.rivals import MOST_RIVALS, differ, rivals, standing, to_the_point
from rag.terms import term_weights, terms
from rag.types import Document, Hit
from tests.rag.articles import hit, pool

ASKED = "How many people marched in Varn?"
ONE, OTHER = "In Varn 900 people marched.", "In Varn 3,000 people marched."


@dataclass(frozen=True)
class Said:
    text: str
    document: Document


def said(text: str, day: int | None = None) -> Said:
    when = datetime(2026, 3, day, 9, tzinfo=UTC) if day else None
    return Said(text, Document(f"{text}{day}", published_at=when))


def reading(question: str, *hits: Hit) -> Reading:
    found = pool(question, *hits)
    weights = term_weights(dict.fromkeys(terms(question)), [one.passage.text for one in hits])
    return Reading(found, np.zeros((len(found), 2), np.float32), weights)


def test_answers_differ_by_what_was_asked_for() -> None:
    assert differ(ASKED, ONE, OTHER)
    assert not differ(ASKED, ONE, "Nine hundred people marched in Varn on Friday.")
    assert not differ("Who led the march?", "Ilse Brandt led it.", "Brandt led the 900.")
    assert differ("Who led the march?", "Ilse Brandt led it.", "Otto Kraus led it.")


def test_undated_answers_and_those_of_one_day_stand_side_by_side() -> None:
    for day in (None, 5):
        assert [v.text for v in standing(ASKED, [said(ONE, day), said(OTHER, day)])] == [ONE, OTHER]


def test_a_later_report_replaces_an_earlier_one() -> None:
    assert [v.text for v in standing(ASKED, [said(ONE, 5), said(OTHER, 7)])] == [OTHER]
    assert [v.text for v in standing(ASKED, [said(OTHER, 7), said(ONE, 5)])] == [OTHER]


def test_what_hardly_speaks_of_the_question_is_no_other_answer_to_it() -> None:
    assert to_the_point(ASKED, said(OTHER), said(ONE))
    assert to_the_point(ASKED, said("It was 3,000 people."), said("900 people."))
    assert not to_the_point(ASKED, said("The mill is to be sold for 3,000 crowns."), said(ONE))


def test_the_same_said_twice_stands_once() -> None:
    assert [v.text for v in standing(ASKED, [said(ONE, 5), said("900 marched in Varn.", 7)])] == [ONE]


def test_a_later_answer_that_tells_an_earlier_one_as_past_takes_its_place() -> None:
    both = "3,000 people marched in Varn, up from the 900 that had been counted first."
    assert [v.text for v in standing(ASKED, [said(ONE, 5), said(both, 5)])] == [ONE], "not later"
    later = Said(both, Document("later", published_at=datetime(2026, 3, 5, 15, tzinfo=UTC)))
    assert [v.text for v in standing(ASKED, [said(ONE, 5), later])] == [both]
    assert [v.text for v in standing(ASKED, [later, said(ONE, 5)])] == [both]
    moved = Said("The count of the people who marched in Varn went from 900 to 3,000.", later.document)
    assert [v.text for v in standing(ASKED, [said(ONE, 5), moved])] == [moved.text]
    aside = Said("The 900 people in Varn marched for 3 hours.", later.document)
    assert [v.text for v in standing(ASKED, [said(ONE, 5), aside])] == [ONE]


@given(st.lists(st.tuples(st.integers(1, 4), st.one_of(st.none(), st.integers(1, 28))), min_size=1, max_size=6))
def test_something_always_stands_and_it_was_said(told: list[tuple[int, int | None]]) -> None:
    versions = [said(f"In Varn {number * 100} people marched.", day) for number, day in told]
    left = standing(ASKED, versions)
    assert left
    assert all(version in versions for version in left)
    assert all(differ(ASKED, a.text, b.text) for i, a in enumerate(left) for b in left[:i])


def test_another_source_with_another_number_is_a_rival() -> None:
    found = reading(ASKED, hit(ONE), hit(OTHER, rank=2))
    (rival,) = rivals(ASKED, ONE, found.candidates[:1], found)
    assert [candidate.text for candidate in rival.candidates] == [OTHER]
    assert rival.vectors.shape == (1, 2)


def test_a_later_source_that_tells_the_answer_as_past_is_one() -> None:
    first = hit(ONE, published_at=datetime(2026, 3, 5, tzinfo=UTC))
    both = "In Varn 3,000 people marched, up from the 900 that had been counted first."
    for day, expected in ((4, 0), (7, 1)):
        found = reading(ASKED, first, hit(both, rank=2, published_at=datetime(2026, 3, day, tzinfo=UTC)))
        assert len(rivals(ASKED, ONE, found.candidates[:1], found)) == expected


def test_another_source_need_be_less_near_where_neither_has_a_date() -> None:
    question = "How many people marched in Varn against the dam on Osk hill?"
    near = "In Varn 900 people marched against the dam on Osk hill."
    far = "The march of 3,000 people in Varn was against the dam."
    for days, expected in (((None, None), 1), ((5, 5), 0), ((None, 5), 0), ((5, None), 0)):
        one, other = (datetime(2026, 3, day, tzinfo=UTC) if day else None for day in days)
        found = reading(question, hit(near, published_at=one), hit(far, rank=2, published_at=other))
        assert len(rivals(question, near, found.candidates[:1], found)) == expected


def test_a_source_that_says_the_same_is_none() -> None:
    agreeing = hit("A march of 900 people went through Varn.", "Later 40 people sang.", rank=2)
    found = reading(ASKED, hit(ONE), agreeing)
    assert rivals(ASKED, ONE, found.candidates[:1], found) == []


def test_a_source_about_something_else_is_none() -> None:
    found = reading(ASKED, hit(ONE), hit("A choir of 40 sang in Lund.", rank=2))
    assert rivals(ASKED, ONE, found.candidates[:1], found) == []


def test_no_more_are_asked_than_there_is_time_for() -> None:
    others = [hit(f"In Varn {number} people marched.", rank=number) for number in range(2, 9)]
    found = reading(ASKED, hit(ONE), *others)
    assert len(rivals(ASKED, ONE, found.candidates[:1], found)) == MOST_RIVALS
