"""What a question asks for by a word in whose place its quotes have another."""

from __future__ import annotations

import pytest

from rag.checks.numbers.units import wrong_unit
from rag.checks.question.asked import elsewhere, misquoted, other_ordinal, unnamed
from rag.checks.verify import faults
from rag.kind import lacks
from rag.types import Document

READING = "Which votes carried the law at its {} reading?"
TOLD = "The law passed its first reading by 96 votes to 41."


@pytest.mark.parametrize(
    ("place", "other"),
    [("second", ("second reading", "first reading")), ("2nd", ("second reading", "first reading")), ("first", None)],
)
def test_another_reading_than_was_asked_for_is_found(place: str, other: tuple[str, str] | None) -> None:
    assert other_ordinal(READING.format(place), [TOLD]) == other


@pytest.mark.parametrize(
    "quote",
    ["Its 2nd and its first reading were long.", "It passed.", "The first chapter is long.", "60 second reading"],
)
def test_where_the_quotes_have_that_one_too_or_speak_of_no_other_nothing_is_wrong(quote: str) -> None:
    assert other_ordinal("Who spoke at the second reading?", [quote]) is None


def test_an_answer_from_another_reading_is_about_something_else() -> None:
    found = faults("It passed by 96 votes to 41.", [TOLD], [Document("d")], READING.format("second"))
    assert {fault.check for fault in found} == {"subject"}


SAID = "Osk of Varn said that the price was too high."


@pytest.mark.parametrize(
    ("sentence", "quote", "wrong"),
    [
        ('Osk said "We will never sell it."', SAID, True),
        ('"We will never sell it," Osk said.', SAID, True),
        ('Osk said "the price was too high".', SAID, False),
        ('Osk said "The price: was too high".', SAID, False),
        ("Osk said that it was “far too high for us”.", SAID, True),
        ('Osk said "never".', SAID, False),
        ('Osk said "it can\'t … stay as it is".', "“It can’t,” he said, “stay as it is.”", False),
        ('Osk said "it can\'t … go on".', "“It can’t,” he said, “stay as it is.”", True),
        ('Osk said she wrote "The Old Man and the Sea".', SAID, False),
        ('The "price of the last year" rose.', SAID, False),
    ],
)
def test_words_in_quotation_marks_that_were_said_have_to_be_in_a_quote(sentence: str, quote: str, wrong: bool) -> None:
    assert (misquoted(sentence, [quote]) is not None) == wrong


def test_words_that_the_question_quotes_are_not_answered_by_somebody_who_said_others() -> None:
    question = 'Who said "We will never sell it"?'
    found = faults('Osk said "We will never sell it".', [SAID], [Document("d")], question)
    assert "subject" in {fault.check for fault in found}


@pytest.mark.parametrize(
    ("question", "sentence", "wrong"),
    [
        ("Which expert restores the file?", "An expert restores the file.", True),
        ("Which expert restores the file?", "An expert from Lund restores the file.", False),
        ("Which expert restores the file?", "Eva Lund, an expert, restores the file.", False),
        ("Which expert restores the file?", "An expert restores the file by September.", True),
        ("Which disease is it?", "It is a lung disease.", False),
        ("What kind of bridge is it?", "It is a kind of arch.", False),
        ("Who is the coach?", "Ada Osk is no longer coach.", True),
        ("Who is no longer coach?", "Ada Osk is no longer coach.", False),
        ("When did she go?", "Since May she is no longer coach.", False),
    ],
)
def test_one_of_them_is_no_answer_to_which(question: str, sentence: str, wrong: bool) -> None:
    assert (unnamed(question, sentence) is not None) == wrong


def test_one_person_is_no_name() -> None:
    question = "What was the name of the man who drowned?"
    assert lacks(question, "One man drowned, a clockmaker.") == "name"
    assert lacks(question, "Edmund Osk drowned.") is None


def test_money_is_no_length() -> None:
    quote = "The line is to cost 390 million crowns and to be 12 kilometres long."
    question = "How many kilometres long will the line be?"
    assert wrong_unit(question, "It will be 390 million crowns long.", [quote]) == ("kilometre", "crown")
    assert wrong_unit(question, "It will be 12 kilometres long and cost 390 million crowns.", [quote]) is None
    assert wrong_unit(question, "It will be 12.", [quote]) is None


HEAT = "In Eastmoor the thermometer rose to 39.2 degrees on Friday."


@pytest.mark.parametrize(
    ("sentence", "headed", "wrong"),
    [
        ("It was 39.2 degrees in Hallowick.", "Heat in the south", True),
        ("It was 39.2 degrees in Hallowick.", "Hallowick swelters", False),
        ("It was 39.2 degrees in Eastmoor.", "", False),
        ("It was 39.2 degrees in Eastmoor in Verrland.", "", False),
        ("It was 39.2 degrees in June.", "", False),
        ("It was 39.2 degrees.", "", False),
    ],
)
def test_what_was_in_another_place_is_about_something_else(sentence: str, headed: str, wrong: bool) -> None:
    assert (elsewhere(sentence, [HEAT], headed) is not None) == wrong


def test_a_quote_of_another_place_is_a_fault_though_the_question_names_the_place() -> None:
    question, around = "How hot was it in Hallowick on Friday?", f"{HEAT} Hallowick is by the sea."
    found = faults("It was 39.2 degrees in Hallowick.", [HEAT], [Document("d")], question, around)
    assert [fault.detail for fault in found] == ["the quotes tell it of Eastmoor, not of Hallowick"]
