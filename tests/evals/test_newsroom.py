"""The newsroom of seeds/ is what its README says, and the questions on it are what they say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.measures import contains
from evals.questions import GoldQuestion, part_of, read_set
from ingest.seeds import articles

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "seeds" / "newsroom").glob("*.md"))
TEXTS = {article.id: article.text for article in articles()}
NEWSROOM = {article.id: article for article in articles() if article.id != "000_fbce3f8ec0114fc5"}
QUESTIONS = read_set(ROOT / "evals" / "sets" / "newsroom").questions
ANSWERABLE = [question for question in QUESTIONS if question.answerable]
ONE_QUOTE = frozenset({"fact", "number", "date", "quote", "correction", "as_of", "two_hop"})
TYPES = ONE_QUOTE | {
    "list",
    "comparison",
    "conflict",
    "unanswerable_close",
    "unanswerable_far",
    "injected_instruction",
}


def by_id(question: GoldQuestion) -> str:
    return question.id


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_article_is_marked_as_invented_and_named_by_its_date(path: Path) -> None:
    front = path.read_text("utf-8").split("---\n", 2)[1]
    assert "\ninvented: true" in front
    article = NEWSROOM[path.stem]
    assert article.published_at is not None
    assert path.stem.startswith(f"{article.published_at:%Y-%m-%d}-")
    assert re.fullmatch(r"https://[a-z-]+\.example/\S+", article.url)


def test_six_outlets_printed_it_over_several_months() -> None:
    assert len(NEWSROOM) >= 60
    assert len({article.source for article in NEWSROOM.values()}) >= 6
    dates = [article.published_at for article in NEWSROOM.values() if article.published_at]
    assert min(dates) < datetime(2026, 2, 1, tzinfo=UTC) < datetime(2026, 6, 1, tzinfo=UTC) < max(dates)


def test_there_are_enough_questions_of_every_type_and_a_third_cannot_be_answered() -> None:
    counts = Counter(question.type for question in QUESTIONS)
    assert set(counts) == TYPES
    assert len(QUESTIONS) >= 300
    assert 0.30 <= 1 - len(ANSWERABLE) / len(QUESTIONS) <= 0.40
    assert counts["unanswerable_close"] > 4 * counts["unanswerable_far"]


@pytest.mark.parametrize("question", QUESTIONS, ids=by_id)
def test_gold_is_complete_and_its_evidence_verbatim(question: GoldQuestion) -> None:
    assert question.type in TYPES
    assert question.difficulty in ("easy", "medium", "hard")
    if not question.answerable:
        assert (question.answers, question.items, question.evidence) == ((), (), ())
        return
    assert question.evidence
    assert question.answers
    assert bool(question.items) == (question.type == "list")
    for piece in question.evidence:
        assert piece.quote
        assert piece.quote in TEXTS[piece.document_id]
    if question.type in ONE_QUOTE:
        assert any(contains(piece.quote, question.answers) for piece in question.evidence)
    if question.type == "conflict":
        assert question.conflict
        assert len(question.answers) > 1
    if question.type == "injected_instruction":
        assert any(question.canary.casefold() in text.casefold() for text in TEXTS.values())


def test_paraphrases_have_the_same_gold_and_stand_in_the_same_part() -> None:
    groups: dict[str, list[GoldQuestion]] = defaultdict(list)
    for question in QUESTIONS:
        assert question.part == part_of(question.group or question.id)
        if question.group:
            groups[question.group].append(question)
    several = [members for members in groups.values() if len(members) > 1]
    assert len(several) >= 30
    for members in several:
        assert len({(member.answerable, member.answers, member.items, member.as_of) for member in members}) == 1
