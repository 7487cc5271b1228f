"""Hits made of plain sentences, with true offsets, for tests of what is pure."""

from __future__ import annotations

from datetime import datetime

from rag.evidence import Candidate, candidates
from rag.terms import term_weights, terms
from rag.types import Document, Hit, Passage, Sentence


def hit(*sentences: str, rank: int = 1, title: str = "", published_at: datetime | None = None) -> Hit:
    """A hit whose passage is these sentences, one space apart, 10 characters into its document."""
    start, spans = 10, []
    for sentence in sentences:
        spans.append(Sentence(start, start + len(sentence)))
        start += len(sentence) + 1
    passage = Passage(f"p{rank}", f"d{rank}", 1, 10, start - 1, " ".join(sentences), tuple(spans))
    return Hit(passage, Document(f"d{rank}", title, published_at=published_at), 2.0 - rank / 10, rank, 0.5)


def pool(question: str, *hits: Hit) -> list[Candidate]:
    """The sentences of these hits with the overlap they have with a question, and no cosine."""
    weights = term_weights(dict.fromkeys(terms(question)), [hit.passage.text for hit in hits])
    return candidates(hits, [0.0] * sum(len(hit.passage.sentences) for hit in hits), weights)
