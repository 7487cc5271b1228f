"""Hits, read closely: every sentence of them, how near it is to the question, and its vector."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from rag.checks.times.times import untimely
from rag.checks.verify import heading
from rag.evidence import Candidate, candidates, sentences
from rag.injection.injected import told, unarmed
from rag.seams import Embedder, Vectors
from rag.tables import headers, in_full
from rag.terms import coverage, term_weights, terms
from rag.types import Document, Hit, Question

RECENT: Final = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read for one question.

    `vectors` has shape (len(candidates), dimension). `weights` tells how much each of the question's terms
    counts among the hits.
    """

    candidates: Sequence[Candidate]
    vectors: Vectors
    weights: Mapping[str, float]

    def only(self, wanted: Callable[[Candidate], bool]) -> Reading:
        """The same, of some candidates only."""
        kept = [i for i, candidate in enumerate(self.candidates) if wanted(candidate)]
        return Reading([self.candidates[i] for i in kept], self.vectors[kept], self.weights)

    def without(self, document_id: str) -> Reading:
        """The same, of the other documents only."""
        return self.only(lambda candidate: candidate.hit.document.id != document_id)

    def around(self, documents: Collection[Document]) -> str:
        """All that was read of some documents and may be evidence."""
        ids = {document.id for document in documents}
        passages = (candidate.hit.passage for candidate in self.candidates if candidate.hit.document.id in ids)
        return " ".join(dict.fromkeys(told(passage) for passage in passages))

    def recent(self, day: datetime) -> bool:
        """Whether any of it is news of the weeks around a day. Where none is, "last week" does not count from that day:
        people ask an archive in the words of its time.
        """
        published = (candidate.hit.document.published_at for candidate in self.candidates)
        return any(date is not None and abs(day - date) <= RECENT for date in published)

    def timely(self, question: Question) -> Sequence[Candidate]:
        """What a draft may be made from: nothing that tells only of another time than is meant, unless no more is left.

        A small model takes "17 days" from "the strike of 2019 lasted 17 days" for that of 2026.
        """
        asked = question.as_of.date() if self.recent(question.as_of) else None
        kept = [one for one in self.candidates if not untimely(one.told, one.hit.document, question.text, asked)]
        return kept if any(one.sentence not in headers(one.hit.passage) for one in kept) else self.candidates

    def asked(self, quotes: Iterable[Candidate]) -> float:
        """The share of the question's weighted terms that the passages of some sentences have, with their headlines."""
        found: set[str] = set()
        for quote in quotes:
            found.update(terms(f"{heading(quote.hit.document)} {told(quote.hit.passage)}"))
        return coverage(self.weights, found)


def read(question: Question, vector: Vectors, hits: Sequence[Hit], embedder: Embedder) -> Reading:
    """Read these hits for a question, whose vector has shape (dimension,). Raises `Unavailable`."""
    hits = [unarmed(hit) for hit in hits]
    texts = [in_full(hit.passage, sentence) for hit, sentence in sentences(hits)]
    vectors = embedder.embed_documents(texts) if texts else np.zeros((0, vector.size), np.float32)
    weights = term_weights(dict.fromkeys(terms(question.text)), [f"{h.document.title} {told(h.passage)}" for h in hits])
    found = candidates(hits, [float(cosine) for cosine in vectors @ vector], weights)
    return Reading(found, vectors, weights)
