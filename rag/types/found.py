"""What retrieval finds, and what is held against a draft made from it."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types.documents import Document, Notice, Passage, Sentence


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. `score` orders hits (higher is better); `rank` counts from 1.

    `similarity` is the cosine between question and passage in [-1, 1], whatever found the passage.
    `copies` are the other documents that say nearly the same and that the question allows, in the order of ids,
    and `cluster` is the first id of them all: equal for what is one source. Empty where nothing was compared.
    `notices` correct or retract the document, the one that counts most first: retractions, then the latest.
    """

    passage: Passage
    document: Document
    score: float
    rank: int
    similarity: float = 0.0
    cluster: str = ""
    copies: tuple[Document, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence shown to the model, and the hit it comes from. `relevance` orders evidence."""

    sentence: Sentence
    hit: Hit
    relevance: float = 0.0

    @property
    def text(self) -> str:
        return self.hit.passage.slice(self.sentence)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a sentence says that its quotes do not, or what it owes the question.

    `check` is number, date, time, name, denial, modality, speaker, opposite, relation, kind, unit, subject, echo,
    correction or order.
    """

    check: str
    detail: str


@dataclass(frozen=True, slots=True)
class Signals:
    """What is measured about one drafted sentence. All but the cosine are in [0, 1]."""

    asked: float
    """Share of the question's weighted words that the quotes' passages and their headlines have."""
    meaning: float
    """Cosine of the draft to the first quote."""
    grounded: float
    """Share of the weighted words that the draft brings and the question had not, that the quotes have; 0 if none."""
    contained: float | None
    """The model's own probability that the evidence holds the answer; None where it does not tell."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one drafted sentence, and why. `signals` is None where a fault settled it."""

    sentence: str
    quotes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    signals: Signals | None = None
    support: float = 0.0
    released: bool = False
