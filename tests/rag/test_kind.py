"""What a question asks for."""

import doctest

import pytest

from rag import kind
from rag.kind import Kind, kind_of, lacks


def test_the_examples_hold() -> None:
    assert doctest.testmod(kind).failed == 0


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("In which year was the dam finished?", Kind.TIME),
        ("How old is the mayor?", Kind.NUMBER),
        ("What was the turnout in Eastmoor?", Kind.NUMBER),
        ("number of people evacuated", Kind.NUMBER),
        ("Where did the ferry sink?", Kind.NAME),
        ("To whom did the paper apologise?", Kind.NAME),
        ("Which company runs the dam?", Kind.NAME),
        ("How many were there when the mayor spoke?", Kind.NUMBER),
        ("What caused the fire?", Kind.OTHER),
        ("How was the fire put out?", Kind.OTHER),
    ],
)
def test_the_kind_is_told_by_the_question_word(question: str, expected: Kind) -> None:
    assert kind_of(question) is expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How many of the 12 were hurt?", "12 were on board.", Kind.NUMBER),
        ("How many were hurt?", "Nobody was hurt.", None),
        ("How long does it take?", "It takes several years.", None),
        ("Who succeeded Anna Kern?", "A roofer did.", None),
        ("What is the name of the builder in Osk?", "Kraus paid a builder in Osk.", None),
        ("What is the name of the builder whom Kraus paid?", "Kraus paid a builder.", Kind.NAME),
        ("When did it open?", "It opened on Friday.", None),
        ("When did it open?", "It opened in the spring.", None),
        ("When did it open?", "It opened in the next decade.", None),
        ("When did it open?", "It opened to the public.", Kind.TIME),
        ("What is the name of the builder whom Kraus paid?", "Kraus paid a builder in May.", Kind.NAME),
        ("What happened when it opened?", "It closed.", None),
    ],
)
def test_a_number_or_time_that_was_asked_for_is_missed(question: str, text: str, expected: Kind | None) -> None:
    assert lacks(question, text) is expected
