"""What counts as the same in two texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.terms import coverage, denials, names, numbers, stem, term_weights, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3,600 RPM", {3600}),
        ("twelve people and 15 more", {12, 15}),
        ("between twelve and fifteen", {12, 15}),
        ("3.5 million dollars", {3_500_000}),
        ("two hundred and five", {205}),
        ("twenty-five", {25}),
        ("one hundred thousand", {100_000}),
        ("the 2nd of May 2024", {2, 2024}),
        ("in the 1990s", {1990}),
        ("3.5 million; two hundred and five", {3_500_000, 205}),
        ("no one waited a second", set()),
        ("from 3.6 to 4.3 million", {3_600_000, 4_300_000}),
        ("5-10 thousand, or 3 to 4 people", {5_000, 10_000, 3, 4}),
        ("12 km²; ² and ¹", {12}),
        ("half a million, two and a half million, a quarter of a million", {500_000, 2_500_000, 250_000}),
        ("a hundred clerks and two dozen ships", {100, 24}),
        ("hundreds of clerks, dozens of ships", set()),
        ("", set()),
    ],
)
def test_numbers_in_digits_and_words_are_the_same(text: str, expected: set[float]) -> None:
    assert numbers(text) == expected


@given(st.text())
def test_numbers_are_found_in_any_text(text: str) -> None:
    assert all(value >= 0 for value in numbers(text))


def test_names_are_capitalised_words_that_do_not_merely_begin_a_sentence() -> None:
    assert names("Police met Maria Perez. Officers of NATO left Rome.") == ["maria", "perez", "nato", "rome"]


def test_a_full_name_that_begins_a_sentence_is_a_name() -> None:
    assert names("Maria Perez spoke.") == ["maria", "perez"]


def test_a_possessive_is_the_name() -> None:
    assert names("The house of Perez's son") == ["perez"]


@pytest.mark.parametrize("text", ["He did not go", "They never left", "It wasn't so", "She denied it", "without leave"])
def test_denials_are_found(text: str) -> None:
    assert denials(text)


@pytest.mark.parametrize("text", ["He noted it", "The knot held", "Nottingham", "nonetheless it went"])
def test_words_that_look_like_denials_are_not(text: str) -> None:
    assert not denials(text)


def test_forms_of_a_word_share_their_stem() -> None:
    assert stem("killed") == stem("Kills") == stem("killing")


def test_stop_words_are_terms_only_when_there_is_nothing_else() -> None:
    assert terms("What is the Rankine cycle?") == [stem("Rankine"), stem("cycle")]
    assert terms("What is it?") == ["what", "is", "it"]


def test_a_rarer_term_weighs_more_and_a_missing_one_the_most() -> None:
    texts = ["a river", "a river and a boat", "the river"]
    weights = term_weights(["river", "boat", "zeppelin"], texts)
    assert 0 < weights["river"] < weights["boat"] < weights["zeppelin"]


def test_coverage_is_the_share_of_weight() -> None:
    assert coverage({"a": 3.0, "b": 1.0}, ["a"]) == 0.75
    assert coverage({}, ["a"]) == 0.0
