"""The measures do what their examples say, and keep their two rules."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import client, judge, measures, mutations, outcomes, paired, plots, questions, stages, values
from evals import run as running
from evals.measures import (
    bootstrap_interval,
    contains,
    covers,
    exact_match,
    knowledge_precision,
    matched,
    mean,
    normalise,
    percentile,
    quotes_match,
    ranking_scores,
    ratio,
    share,
    token_f1,
)

TEXT = st.text(alphabet="abcdefgh  .,-“”’AB19", max_size=40)


@pytest.mark.parametrize(
    ("module", "at_least"),
    [
        (measures, 21),
        (outcomes, 3),
        (judge, 1),
        (mutations, 3),
        (questions, 1),
        (running, 1),
        (client, 1),
        (values, 7),
        (paired, 6),
        (stages, 2),
        (plots, 2),
    ],
    ids=lambda value: str(value),
)
def test_every_worked_example_in_a_docstring_holds(module: ModuleType, at_least: int) -> None:
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted >= at_least


@given(TEXT)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(TEXT)
def test_a_text_contains_itself_and_agrees_with_itself_wholly(text: str) -> None:
    if normalise(text):
        assert contains(text, [text])
        assert token_f1(text, [text]) == 1.0


@given(TEXT, TEXT)
def test_token_f1_is_symmetric_and_between_zero_and_one(one: str, other: str) -> None:
    assert 0.0 <= token_f1(one, [other]) == token_f1(other, [one]) <= 1.0


@given(TEXT, TEXT)
def test_an_exact_match_is_contained_and_agrees_wholly(one: str, other: str) -> None:
    if exact_match(one, [other]):
        assert contains(one, [other])
        assert token_f1(one, [other]) == 1.0


@given(TEXT, TEXT)
def test_a_sentence_is_supported_wholly_by_itself_and_never_less_by_more_quotes(one: str, other: str) -> None:
    assert 0.0 <= knowledge_precision(one, [other]) <= knowledge_precision(one, [other, one]) <= 1.0
    if normalise(one):
        assert knowledge_precision(one, [one]) == 1.0


@given(TEXT, TEXT)
def test_matching_quotes_is_symmetric(one: str, other: str) -> None:
    assert quotes_match(("d", one), ("d", other)) == quotes_match(("d", other), ("d", one))


def test_a_missing_answer_counts_zero() -> None:
    assert not contains("", ["Anbar"])
    assert not covers("", [["Anbar"]])
    assert token_f1("", ["Anbar"]) == 0.0
    assert not exact_match("", [""])
    assert values.numbers_equal("", ["3"]) is values.dates_equal("", ["May 3"]) is False
    assert matched([("d", "gold")], []) == 0


def test_what_does_not_apply_is_none_and_left_out_of_means() -> None:
    assert share([None, True]) == 1.0
    assert mean([None, 0.5]) == 0.5
    assert share([]) is mean([]) is ratio([(0, 0)]) is percentile([], 50) is None
    assert ranking_scores(set(), ["a"]) is None


def test_an_alias_that_is_only_punctuation_is_never_contained() -> None:
    assert not contains("anything", ["—", ""])


def test_a_part_of_a_word_is_not_contained() -> None:
    assert not contains("He was anbarian", ["Anbar"])


def test_ranking_scores_are_those_computed_by_hand() -> None:
    """Relevant at ranks 2 and 4 of three relevant: DCG 1/log2(3) + 1/log2(5), ideal 1 + 1/log2(3) + 1/log2(4)."""
    scores = ranking_scores({"b", "d", "z"}, ["a", "b", "c", "d"])
    assert scores == {"nDCG@10": 0.4982, "R@5": 0.6667, "R@10": 0.6667, "RR@10": 0.5}


def test_a_document_found_in_several_passages_counts_at_its_first_place() -> None:
    assert ranking_scores({"b"}, ["a", "a", "b"]) == ranking_scores({"b"}, ["a", "b"])


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_an_interval_is_the_same_every_time_and_within_the_range_of_the_values(values: list[bool]) -> None:
    interval = bootstrap_interval(values, share, resamples=50)
    assert interval == bootstrap_interval(values, share, resamples=50)
    assert interval is not None
    assert min(values) <= interval[0] <= interval[1] <= max(values)


def test_an_interval_narrows_with_more_questions() -> None:
    few = bootstrap_interval([True, False] * 5, share)
    many = bootstrap_interval([True, False] * 200, share)
    assert few is not None
    assert many is not None
    assert many[1] - many[0] < few[1] - few[0]


def test_nothing_measured_has_no_interval() -> None:
    assert bootstrap_interval([], share) is None
    assert bootstrap_interval([None, None], share) is None
