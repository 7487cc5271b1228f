"""Search by words: the words that tell something, in any form, in what may be seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.adapters.lexical import FullText, match_expression
from rag.types import Filters, Question
from tests.collection import Collection


def search(collection: Collection, text: str, limit: int = 10, **question: object) -> list[str]:
    asked = Question(text, **question)  # type: ignore[arg-type]
    matches = FullText(collection.store).search(asked, limit)
    assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)
    found = collection.store.passages([match.passage_id for match in matches], asked)
    return [found[match.passage_id][1].id for match in matches]


def test_rare_words_count_most_and_their_forms_are_the_same(collection: Collection) -> None:
    collection.add("The minister spoke about the economy.", id="a")
    collection.add("The minister spoke about killings in Anbar.", id="b")
    collection.add("Ships sail.", id="c")
    assert search(collection, "Which minister spoke of a killing?") == ["b", "a"]


def test_accents_and_case_do_not_matter(collection: Collection) -> None:
    collection.add("Élysée palace.", id="a")
    assert search(collection, "elysee") == ["a"]


def test_a_headline_is_searched_and_weighs_less_than_the_text(collection: Collection) -> None:
    collection.add("Something happened there today.", id="a", title="Earthquake")
    collection.add("Earthquake happened there today.", id="b", title="Something")
    assert search(collection, "earthquake") == ["b", "a"]


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        ("Who is the head of the WHO?", '"head" OR "WHO"'),
        ("Who is it?", '"Who" OR "is" OR "it"'),
        ("WHO IS THE HEAD?", '"HEAD"'),
        ('NEAR("a b" OR c*) AND title:x^2', '"NEAR" OR "b" OR "OR" OR "c" OR "AND" OR "title" OR "x" OR "2" OR "a b"'),
        ("?!", ""),
    ],
)
def test_a_question_is_words_and_never_operators(question: str, expression: str) -> None:
    assert match_expression(question) == expression


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ('Who said "not one of us knew"?', ["not one of us knew"]),
        ("Who said “not one of us knew” and ‘we were told nothing’?", ["not one of us knew", "we were told nothing"]),
        ("Who called it 'a very bad day' for the farmers' union and Osk's mill?", ["a very bad day"]),
        ('Who said "enough"?', []),
        ('Who said "not one of us?', []),
    ],
)
def test_what_stands_in_quotation_marks_is_sought_as_a_whole_too(question: str, phrases: list[str]) -> None:
    sought = match_expression(question).split(" OR ")
    assert [one.strip('"') for one in sought if " " in one] == phrases


def test_a_passage_that_holds_the_quoted_words_comes_first(collection: Collection) -> None:
    collection.add("It was a bad day, the farmer said. The harvest was lost and so was the farm.", id="holds")
    collection.add("A farmer had a day of bad harvest. Bad, the farmer said: a bad day, day by day.", id="a-scattered")
    collection.add("The mill was sold to the town.", id="other")
    assert search(collection, "Who said bad day was it?") == ["a-scattered", "holds"]
    assert search(collection, 'Who said "it was a bad day"?') == ["holds", "a-scattered"]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=100).filter(str.strip))
def test_any_question_can_be_asked(collection: Collection, text: str) -> None:
    search(collection, text)


def test_what_may_not_be_seen_takes_no_place(collection: Collection) -> None:
    for number in range(6):
        collection.add(f"Flood flood flood in the valley, report {number}.", id="a")
        collection.add(f"Flood flood in the valley, notice {number}.", id=f"other{number}", source="B")
    collection.add("The flood is mentioned here among many other things of the valley.", id="z", source="A")
    assert search(collection, "flood", 1, filters=Filters(sources=("A",))) == ["z"]
    assert search(collection, "flood", 2, filters=Filters(document_ids=("a", "z"))) == ["a", "z"]
    assert search(collection, "report", 5) == ["a"]
    assert search(collection, "report", 5, as_of=datetime.now(UTC) - timedelta(days=1)) == ["a"]


def test_equal_scores_are_in_the_order_of_ids(collection: Collection) -> None:
    for name in "cab":
        collection.add("The very same words.", id=name)
    matches = FullText(collection.store).search(Question("words"), 10)
    assert [m.passage_id for m in matches] == sorted(m.passage_id for m in matches)


def test_words_of_a_forgotten_document_are_forgotten(collection: Collection) -> None:
    collection.add("Flood.", id="a")
    collection.store.forget("a")
    assert FullText(collection.store).search(Question("flood"), 10) == []
