"""Whether a drafted sentence may leave, and with which quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rag.ablation import Ablation
from rag.checks.question.replies import replied, statement, with_reply
from rag.checks.verify import faults, heading, leaning
from rag.cite import align
from rag.draft import without_year
from rag.evidence import Candidate
from rag.kind import is_closed
from rag.notices import remarks, withdrawn
from rag.reading import Reading
from rag.refuse import answering
from rag.retrieve import Retriever
from rag.seams import Embedder
from rag.support import UNTOLD, Calibration
from rag.terms import numbers, terms
from rag.types import Document, Fault, Filters, Question, Signals, Verdict

RETOLD: Final = frozenset({"denial", "echo", "modality", "opposite", "relation", "speaker"})
"""Faults in how a draft tells what its quote says. The quote as it stands has none of them."""
RETOLD_SUPPORT: Final = 0.5
"""What the draft of a quote that is told instead must reach; see docs/decisions/0007."""
RETOLD_SHARE: Final = 0.4
"""Share of the question's terms that such a quote must have, with the sentence before it where it leans on that."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the sentences it rests on."""

    quotes: tuple[Candidate, ...]
    verdict: Verdict

    @property
    def text(self) -> str:
        return self.verdict.sentence

    @property
    def document(self) -> Document:
        return self.quotes[0].hit.document


class Judge:
    """Holds drafted sentences against what was read for them."""

    def __init__(
        self, retriever: Retriever, embedder: Embedder, calibration: Calibration, without: Ablation = Ablation.NOTHING
    ) -> None:
        self._retriever = retriever
        self._embedder = embedder
        self._calibration = calibration
        self._without = without

    def __call__(
        self, question: Question, reading: Reading, sentence: str, contained: float | None, *, past: bool = False
    ) -> Judged:
        """The quotes that carry a drafted sentence, and whether it may leave with them.

        `contained` is the model's probability that the evidence answers the question, None where it tells none. A
        draft that tells its quote wrongly, though all else speaks for it, gives way to the quote itself. Before what is
        told to a question for yes or no stands the one that it says. `past` as in `withdrawn`.
        """
        if not (said := answering(sentence)):
            return Judged((), Verdict(sentence))
        closed = is_closed(question.text)
        sentence = statement(said) if closed else said
        vector = self._embedder.embed_query(sentence)
        aligned = align(
            sentence, question.text, reading.candidates, [float(cosine) for cosine in reading.vectors @ vector]
        )
        signals = Signals(
            asked=reading.asked(aligned.quotes),
            meaning=aligned.meaning,
            grounded=aligned.grounded,
            contained=contained,
        )
        calibration = UNTOLD if contained is None else self._calibration
        support = calibration.support(signals)
        quotes = aligned.quotes
        sentence, found = self._held(sentence, question, reading, quotes, past)
        if (
            found
            and {fault.check for fault in found} <= RETOLD
            and support >= max(RETOLD_SUPPORT, calibration.threshold)
        ):
            # what was added for the words of the draft carries nothing of the quote
            sought = set(terms(question.text))
            brought = set(terms(sentence)) - sought
            first = max(quotes, key=lambda each: len(brought & set(terms(each.told))))
            quotes = tuple(each for each in quotes if each.sentence in (first.sentence, first.header))
            having = set(terms(leaning(first.told, reading.around([first.hit.document]))))
            if len(sought & having) >= RETOLD_SHARE * len(sought):
                sentence, found = self._held(" ".join(first.told.split()), question, reading, quotes, past)
        released = (not found and support >= calibration.threshold) or self._without is Ablation.VERIFICATION
        released = released and self._retriever.stand([quote.hit.passage for quote in quotes], question)
        told = [remark.quote.hit.passage for remark in remarks(quotes)]
        released = released and self._retriever.stand(told, replace(question, filters=Filters()))
        texts = tuple(quote.text for quote in quotes)
        if closed:
            sentence = with_reply(replied(question.text, [sentence]), sentence)
        return Judged(quotes, Verdict(sentence, texts, tuple(found), signals, support, released))

    def _held(
        self, sentence: str, question: Question, reading: Reading, quotes: Sequence[Candidate], past: bool
    ) -> tuple[str, list[Fault]]:
        """The sentence, without a year that is only that of the day of asking, and what is wrong with it."""
        texts, documents = [quote.told for quote in quotes], [quote.hit.document for quote in quotes]
        year = question.as_of.year  # the model is told the day, and puts it to dates that their articles leave open
        if year not in numbers(" ".join([question.text, *texts, *map(heading, documents)])):
            sentence = without_year(sentence, year)
        asked = question.as_of.date() if reading.recent(question.as_of) else None
        found = faults(sentence, texts, documents, question.text, reading.around(documents), asked)
        return sentence, found + withdrawn(sentence, quotes, question.text, past=past)
