"""The checks find what was made false in true sentences, and let the true ones pass: both on real articles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from evals.mutations import MUTATIONS, speakers, swapped
from evals.questions import read_set
from ingest.seeds import articles
from rag.checks.verify import faults
from rag.types import Document

SET = Path(__file__).parents[2] / "evals" / "sets" / "newsroom"
ARTICLES = {article.id: article for article in articles()}
LEAST = 0.95
LEAST_OF = {"tense": 0.9}
"""Where the checks are known to find less; see evals/README.md."""
FEWEST = 40
FEWEST_OF = {"tense": 15, "unit": 30}
FEWEST_SWAPPED, LEAST_SWAPPED = 10, 0.9


@dataclass(frozen=True)
class Told:
    """A true sentence, the quotes that carry it, and what was asked."""

    sentence: str
    quotes: tuple[str, ...]
    documents: tuple[Document, ...]
    question: str = ""

    def held_against(self, sentence: str) -> set[str]:
        context = " ".join(ARTICLES[document.id].text for document in self.documents)
        return {fault.check for fault in faults(sentence, self.quotes, self.documents, self.question, context)}


def document(document_id: str) -> Document:
    article = ARTICLES[document_id]
    return Document(article.id, article.title, article.url, article.source, article.published_at)


def paraphrases() -> list[Told]:
    """Sentences that a model drafted in answer to a question and that hold its gold answer, with their quotes."""
    rows = [json.loads(line) for line in (SET / "paraphrases.jsonl").read_text("utf-8").splitlines()]
    return [
        Told(
            row["sentence"],
            tuple(piece["quote"] for piece in row["evidence"]),
            tuple(document(piece["doc_id"]) for piece in row["evidence"]),
            row["question"],
        )
        for row in rows
    ]


def quoted() -> list[Told]:
    """Sentences of the articles, each carried by itself."""
    pieces = {piece for question in read_set(SET).questions for piece in question.evidence}
    found = sorted(pieces, key=lambda piece: (piece.document_id, piece.quote))
    return [Told(piece.quote, (piece.quote,), (document(piece.document_id),)) for piece in found]


TRUE = [*paraphrases(), *quoted()]


def test_what_a_true_sentence_quotes_stands_in_its_article() -> None:
    assert all(quote in ARTICLES[told.documents[0].id].text for told in TRUE for quote in told.quotes)


def test_true_sentences_pass() -> None:
    for told in (paraphrases(), quoted()):
        passed = [one for one in told if not one.held_against(one.sentence)]
        assert len(passed) / len(told) >= LEAST


@pytest.mark.parametrize("check", MUTATIONS)
def test_what_was_made_false_is_found(check: str) -> None:
    changed = [(told, made) for told in TRUE if (made := MUTATIONS[check](told.sentence)) is not None]
    assert len(changed) >= FEWEST_OF.get(check, FEWEST)
    found = [made for told, made in changed if told.held_against(made)]
    assert len(found) / len(changed) >= LEAST_OF.get(check, LEAST)


def test_what_was_put_into_the_mouth_of_another_speaker_of_the_article_is_found() -> None:
    heard = {document.id: speakers(ARTICLES[document.id].text) for told in TRUE for document in told.documents}
    changed = [
        (told, made)
        for told in TRUE
        if (made := swapped(told.sentence, [name for each in told.documents for name in heard[each.id]])) is not None
    ]
    assert len(changed) >= FEWEST_SWAPPED
    found = [made for told, made in changed if told.held_against(made)]
    assert len(found) / len(changed) >= LEAST_SWAPPED
