"""Yes and no are found in what is told, whatever the model said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.question.replies import NO, YES, replied, statement, unproven, with_reply
from rag.checks.verify import faults
from rag.types import Document

WITHOUT = "Varn will be without back Ada Osk, who is suspended."


@pytest.mark.parametrize(
    ("question", "told", "expected"),
    [
        ("Did the jury convict Osk on every charge?", "The jury convicted Osk on nine of the 12 charges.", NO),
        ("Had she done any acting before?", "Lund had never acted before.", NO),
        ("do the trains have a driver", "The trains do not have a driver.", NO),
        ("Has the hall got more beds than the old one?", "The hall has 38 fewer beds than the old one.", NO),
        ("Did Osk vote for the deal?", "Osk voted against the deal.", NO),
        ("Did sales rise in May?", "Sales fell in May.", NO),
        ("Did 40 people drown?", "In all, 41 people drowned.", NO),
        ("Did anyone die?", "Two people were killed.", YES),
        ("Were 40 people hurt?", "All 40 people were hurt.", YES),
        ("Has the mill reopened yet?", "The mill reopened on Friday.", YES),
        ("Did they sell the mill?", "The mill was sold in May.", YES),
        ("Did anyone die in the fire?", "Three firefighters were treated for burns.", ""),
        ("Did anyone die in the fire?", "No one was killed.", NO),
        ("Has the council approved the plan?", "The council did not say whether the plan is legal.", ""),
        ("Didn't the mill burn?", "The mill burned.", ""),
        ("Did more than 40 people drown?", "In all, 57 people drowned.", ""),
        ("Were two people hurt in the fire that killed 3 people?", "Two people were hurt.", ""),
        ("Is the new line longer than the old one?", "The old line is shorter than the new one.", ""),
        ("Is the new line longer than the old one?", "The new line, at 52 km, is longer than the old one.", YES),
        ("Did all of the crew survive?", "Nine of the crew of 12 survived.", ""),
        ("Did both brothers survive?", "Both brothers survived.", YES),
        ("Has the mill reopened?", "The mill will reopen in May.", ""),
        ("Will the mill reopen?", "The mill is to reopen in May.", YES),
        ("Must the data be given free?", "The data must be given free.", YES),
    ],
)
def test_the_reply_is_what_the_sentence_says(question: str, told: str, expected: str) -> None:
    assert replied(question, [told]) == expected


def test_nothing_told_is_no_reply() -> None:
    assert replied("Has the mill reopened?", []) == ""


@pytest.mark.parametrize(
    ("question", "sentence", "quote", "expected"),
    [
        ("is osk playing in the final", "Yes, Ada Osk is playing in the final for Varn.", WITHOUT, True),
        ("Is Osk suspended?", "Yes, Osk is suspended.", WITHOUT, False),
        ("Is Osk suspended?", "Ada Osk is suspended for one match.", WITHOUT, False),
        ("Is Osk injured?", "Osk is injured.", WITHOUT, True),
        ("Is Osk injured?", "Varn will be without Osk.", WITHOUT, False),
        ("Who is injured?", "Osk is injured.", WITHOUT, False),
    ],
)
def test_a_yes_needs_all_that_was_asked_in_the_quotes(question: str, sentence: str, quote: str, expected: bool) -> None:
    assert unproven(question, sentence, [quote]) is expected
    found = {fault.detail for fault in faults(sentence, [quote], [Document("d")], question)}
    assert ("no quote says all that the question asks" in found) is expected


@given(st.text(alphabet="abcXYZ ,.", min_size=1).filter(lambda text: text[0].isalpha()))
def test_a_reply_is_put_before_a_sentence_and_taken_off_again(text: str) -> None:
    assert statement(with_reply(NO, text)).casefold() == text.casefold()


def test_only_a_common_word_loses_its_capital() -> None:
    assert with_reply(YES, "The mill burned.") == "Yes, the mill burned."
    assert with_reply(YES, "Varn airport reopened.") == "Yes, Varn airport reopened."
