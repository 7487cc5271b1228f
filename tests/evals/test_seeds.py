"""The seeds are what was given, and the questions on them are what they say."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from evals.questions import GoldQuestion, choose, part_of, read_set

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seeds" / "000_fbce3f8ec0114fc5.txt"
SEED_DIGEST = "e646726886cdba16ea0e265f8ea7cc8a8ca985afd157f7d8a07c7cc30f6b5f61"
QUESTIONS = read_set(ROOT / "evals" / "sets" / "seeds").questions
ANSWERABLE = [question for question in QUESTIONS if question.answerable]
UNANSWERABLE = [question for question in QUESTIONS if not question.answerable]


def by_id(question: GoldQuestion) -> str:
    return question.id


def test_the_seed_article_is_kept_byte_for_byte() -> None:
    assert sha256(SEED.read_bytes()).hexdigest() == SEED_DIGEST


def test_the_readme_of_the_seeds_names_every_seed_and_its_digest() -> None:
    readme = (ROOT / "seeds" / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "seeds").glob("*.txt"):
        assert path.stem in readme
        assert sha256(path.read_bytes()).hexdigest() in readme


def test_there_are_enough_questions_and_a_third_of_them_cannot_be_answered() -> None:
    assert len(QUESTIONS) >= 36
    assert len(UNANSWERABLE) * 3 >= len(QUESTIONS)


def test_most_unanswerable_questions_are_close_misses() -> None:
    close = [question for question in UNANSWERABLE if question.type == "unanswerable_close"]
    assert len(close) * 2 > len(UNANSWERABLE)


def test_every_type_of_question_is_there() -> None:
    assert {question.type for question in QUESTIONS} == {
        "fact",
        "number",
        "date",
        "quote",
        "list",
        "unanswerable_close",
        "unanswerable_far",
        "injected_instruction",
    }


@pytest.mark.parametrize("question", ANSWERABLE, ids=by_id)
def test_gold_evidence_is_a_verbatim_span_of_its_seed(question: GoldQuestion) -> None:
    assert question.evidence
    for piece in question.evidence:
        text = (ROOT / "seeds" / f"{piece.document_id}.txt").read_text(encoding="utf-8")
        assert piece.quote
        assert text.count(piece.quote) == 1


@pytest.mark.parametrize("question", ANSWERABLE, ids=by_id)
def test_an_answerable_question_has_answers_and_a_list_has_items(question: GoldQuestion) -> None:
    assert question.answers
    assert all(question.answers)
    assert bool(question.items) == (question.type == "list")


@pytest.mark.parametrize("question", UNANSWERABLE, ids=by_id)
def test_an_unanswerable_question_has_neither_answer_nor_evidence(question: GoldQuestion) -> None:
    assert (question.answers, question.items, question.evidence) == ((), (), ())


@pytest.mark.parametrize("question", QUESTIONS, ids=by_id)
def test_part_is_decided_by_the_id_and_difficulty_is_stated(question: GoldQuestion) -> None:
    assert question.part == part_of(question.id)
    assert question.difficulty in ("easy", "medium", "hard")


def test_paraphrases_of_one_group_have_the_same_gold() -> None:
    groups: dict[str, list[GoldQuestion]] = {}
    for question in QUESTIONS:
        if question.group:
            groups.setdefault(question.group, []).append(question)
    assert len(groups) >= 3
    for members in groups.values():
        assert len(members) >= 2
        assert len({(member.answerable, member.answers, member.items, member.evidence) for member in members}) == 1


def test_the_question_of_the_date_has_both_of_the_statements_as_evidence() -> None:
    question = next(question for question in QUESTIONS if question.id == "seeds-when-killed")
    quotes = " ".join(piece.quote for piece in question.evidence)
    assert "on March 15" in quotes
    assert "on Friday" in quotes


def test_the_slice_of_twelve_holds_both_kinds_of_questions_in_the_sets_proportions() -> None:
    chosen = choose(QUESTIONS, 12)
    assert len(chosen) == 12
    assert sum(not question.answerable for question in chosen) in (4, 5)
    assert Counter(question.type for question in chosen) == {
        "fact": 4,
        "date": 1,
        "quote": 1,
        "list": 1,
        "unanswerable_close": 4,
        "unanswerable_far": 1,
    }


def test_the_readme_of_the_evals_counts_the_questions_as_they_are() -> None:
    readme = (ROOT / "evals" / "README.md").read_text(encoding="utf-8")
    assert f"asks {len(QUESTIONS)} questions about the one article in `seeds/`, {len(UNANSWERABLE)} of which" in readme
