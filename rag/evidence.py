"""Hits to evidence: the few sentences that matter, within a token budget. Pure.

A small model reads a little well and a lot badly, and reading is what an answer waits for. How much it takes
depends on the question: where one sentence stands out the rest only distracts, where many articles tell the
same story many are as near as the best. So sentences near the best one are read, up to a limit, and others only
as far as little was read yet. Weights and limits are from development sets; see docs/decisions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.injection.injected import evidence_in, unarmed
from rag.tables import headers, in_full, rows
from rag.terms import coverage, terms
from rag.types import Evidence, Hit, Sentence

WORDS_WEIGHT = 1.4
PASSAGE_WEIGHT = 0.8
NEAR = 0.7
"""Relevance below the best sentence's at which a sentence is still near it."""
MOST_ARTICLES = 3
_PIECE = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit, and how near it is to the question: by meaning (cosine) and by words ([0, 1])."""

    hit: Hit
    sentence: Sentence
    similarity: float
    overlap: float

    @property
    def text(self) -> str:
        """Verbatim."""
        return self.hit.passage.slice(self.sentence)

    @property
    def told(self) -> str:
        """What it is read as: a row of a table with the names and units of its columns, any other as it stands."""
        return in_full(self.hit.passage, self.sentence)

    @property
    def header(self) -> Sentence | None:
        """The line that names the columns of a row."""
        row = rows(self.hit.passage).get(self.sentence)
        return row.header if row else None


def candidates(hits: Sequence[Hit], similarities: Sequence[float], weights: Mapping[str, float]) -> list[Candidate]:
    """The sentences of all hits in order, with their cosines and the share of the question's words they have.

    `similarities` has one cosine a sentence, in the order of `sentences(hits)`. A sentence is taken to have
    the words of its article's headline, since it is read under it.
    """
    found = []
    for (hit, sentence), similarity in zip(sentences(hits), similarities, strict=True):
        read = f"{hit.document.title} {in_full(hit.passage, sentence)}"
        found.append(Candidate(hit, sentence, similarity, coverage(weights, terms(read))))
    return found


def sentences(hits: Sequence[Hit]) -> list[tuple[Hit, Sentence]]:
    """Every sentence of every hit that may be evidence, best hit first: one that gives orders may not."""
    return [(hit, sentence) for hit in map(unarmed, hits) for sentence in evidence_in(hit.passage)]


@dataclass(frozen=True, slots=True)
class Budget:
    """Tokens of evidence (estimated): so many are read anyway, and so many at most, of sentences near the best one."""

    least: int
    most: int


def select(found: Sequence[Candidate], budget: Budget, *, by_relevance: bool = True) -> list[Evidence]:
    """The most relevant sentences within a budget, best first; at least one if there is any.

    Relevance is cosine + 1.4 * overlap + 0.8 * the passage's score relative to the best passage's. Equal
    ones keep the order of passages and of the text, and all do where they are not to be ranked `by_relevance`.
    At most three articles are read: each costs its heading, which the budget leaves out, and a small model loses
    its way among more.
    """
    top = max((candidate.hit.score for candidate in found), default=0.0) or 1.0
    scored = [
        Evidence(
            candidate.sentence,
            candidate.hit,
            candidate.similarity + WORDS_WEIGHT * candidate.overlap + PASSAGE_WEIGHT * candidate.hit.score / top,
        )
        for candidate in found
        if candidate.sentence not in headers(candidate.hit.passage)  # each row is told with them
    ]
    best = max((evidence.relevance for evidence in scored), default=0.0)
    near = best - NEAR if by_relevance else -math.inf
    chosen: list[Evidence] = []
    articles: set[str] = set()
    spent = 0
    for evidence in sorted(scored, key=lambda e: (-e.relevance * by_relevance, e.hit.rank, e.sentence.start)):
        article = evidence.hit.document.id
        if article not in articles and len(articles) == MOST_ARTICLES:
            continue
        cost = token_estimate(in_full(evidence.hit.passage, evidence.sentence))
        if not chosen or spent + cost <= (budget.most if evidence.relevance >= near else budget.least):
            chosen.append(evidence)
            articles.add(article)
            spent += cost
    return chosen


def in_reading_order(evidence: Sequence[Evidence]) -> list[list[Evidence]]:
    """The evidence of each article in the order of its text, the best-ranked article first."""
    by_document: dict[str, list[Evidence]] = {}
    for one in sorted(evidence, key=lambda e: (e.hit.rank, e.sentence.start)):
        by_document.setdefault(one.hit.document.id, []).append(one)
    return [sorted(found, key=lambda e: e.sentence.start) for found in by_document.values()]


def token_estimate(text: str) -> int:
    """About how many tokens a model makes of a text; within a fifth for English news."""
    return 1 + round(1.15 * len(_PIECE.findall(text)))
