"""The use case: a question in, an answer out, as a stream of events.

    retrieve   passages, by meaning and by words
    read       the few sentences of them that matter, within a token budget
    draft      the model answers from those sentences; it has no leave to refuse
    verify     each drafted sentence against the sentences it came from, as soon as it is complete
    decide     release it, or refuse with a reason

Nothing leaves that has not passed every step, and what has left is never taken back.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, Literal, cast

from ulid import ULID

from rag import prompt
from rag.ablation import Ablation
from rag.cite import Markers, align
from rag.draft import SentenceStream
from rag.evidence import Candidate, select
from rag.reading import Reading, read
from rag.refuse import gives_up, reason
from rag.retrieve import Retriever
from rag.seams import Embedder, LanguageModel
from rag.support import UNTOLD, Calibration
from rag.types import (
    Answer,
    Citation,
    Claim,
    Completed,
    Event,
    Hit,
    Question,
    Refusal,
    Retrieved,
    Signals,
    Status,
    Verdict,
    Verified,
)
from rag.verify import faults

RefusalStatus = Literal[Status.NOT_FOUND, Status.UNSUPPORTED]
READ_PASSAGES: Final = 6
ATTEMPTS: Final = 2
PROMISING: Final = 0.5

_MEASURE = "many|much|old|long|far|tall|big|large|high|often|fast|deep|heavy"
_BROAD = re.compile(
    rf"^\s*(?:why|how(?! (?:{_MEASURE})\b)|explain|describe|list|summari[sz]e|tell)\b"
    r"|\bwhat (?:happened|led to|are the (?:reasons|causes|differences|effects))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Length:
    """How much is read for an answer, in tokens of evidence, how long it is asked to be, and at most is."""

    evidence_tokens: int
    asked: str
    max_tokens: int


SHORT: Final = Length(160, "in one short sentence", 96)
LONG: Final = Length(280, "in at most three short sentences", 224)


class Answerer:
    """Answers questions one stream at a time; as many streams as the model can serve may run at once."""

    def __init__(
        self,
        retriever: Retriever,
        embedder: Embedder,
        model: LanguageModel,
        calibration: Calibration,
        without: Ablation = Ablation.NOTHING,
    ) -> None:
        self._retriever = retriever
        self._embedder = embedder
        self._model = model
        self._calibration = calibration
        self._without = without

    async def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """`Retrieved`, then a `Verified` for each sentence that may leave, then `Completed`.

        Closing the generator stops the model. Raises `Unavailable` when a part cannot answer now.
        """
        clock = Clock()
        wanted = max(question.max_passages, READ_PASSAGES)
        found = await asyncio.to_thread(self._retriever.retrieve, question, wanted)
        hits = tuple(found[: question.max_passages])
        yield Retrieved(hits)
        reading = await asyncio.to_thread(read, question, found[:READ_PASSAGES], self._embedder)
        clock.lap("retrieve")
        claims: list[Claim] = []
        verdicts: list[Verdict] = []
        markers = Markers()
        attempt: Reading | None = reading
        for _ in range(ATTEMPTS):
            if attempt is None:
                break
            judged: Judged | None = None
            async with aclosing(self._judged(question, attempt, clock)) as sentences:
                async for judged in sentences:
                    verdicts.append(judged.verdict)
                    if judged.verdict.released and judged.verdict.sentence not in {claim.text for claim in claims}:
                        citations = markers.cite(judged.quotes)
                        claims.append(_claim(judged.verdict, citations))
                        yield Verified(claims[-1], citations)
            attempt = None if claims else _other_sources(attempt, judged)
        yield Completed(self._reply(question, reading, hits, claims, markers, verdicts, clock))

    async def _judged(self, question: Question, reading: Reading, clock: Clock) -> AsyncGenerator[Judged, None]:
        """A verdict on each sentence of a draft from this reading, as soon as the sentence is complete."""
        if not reading.candidates:
            return
        length = LONG if _BROAD.search(question.text) else SHORT
        ranked, dated = self._without is not Ablation.RANK, self._without is not Ablation.TIME
        evidence = select(reading.candidates, length.evidence_tokens, by_relevance=ranked)
        contained = await self._model.prefers(prompt.contained(question, evidence, dated=dated), prompt.YES_OR_NO)
        stream = self._model.stream(prompt.draft(question, evidence, length.asked, dated=dated), length.max_tokens)
        async with aclosing(cast("AsyncGenerator[str, None]", stream)) as pieces:
            async for sentence in _complete(pieces):
                clock.lap("generate")
                judged = await asyncio.to_thread(self._judge, question, reading, sentence, contained)
                clock.lap("verify")
                yield judged
        clock.lap("generate")

    def _judge(self, question: Question, reading: Reading, sentence: str, contained: float | None) -> Judged:
        """The quotes that carry a drafted sentence, and whether it may leave with them."""
        if gives_up(sentence):
            return Judged((), Verdict(sentence))
        vector = self._embedder.embed_query(sentence)
        aligned = align(sentence, reading.candidates, [float(cosine) for cosine in reading.vectors @ vector])
        quotes = tuple(quote.text for quote in aligned.quotes)
        found = faults(sentence, quotes, [quote.hit.document for quote in aligned.quotes], question.text)
        signals = Signals(
            passage=reading.similarity,
            sentence=aligned.quotes[0].similarity,
            asked=reading.asked(aligned.quotes),
            words=aligned.words,
            meaning=aligned.meaning,
            answers=float(reading.vector @ vector),
            contained=UNTOLD if contained is None else contained,
        )
        support = self._calibration.support(signals)
        released = (not found and support >= self._calibration.threshold) or self._without is Ablation.VERIFICATION
        released = released and self._retriever.stand([quote.hit.passage for quote in aligned.quotes], question)
        return Judged(aligned.quotes, Verdict(sentence, quotes, tuple(found), signals, support, released))

    def _reply(
        self,
        question: Question,
        reading: Reading,
        hits: tuple[Hit, ...],
        claims: Sequence[Claim],
        markers: Markers,
        verdicts: Sequence[Verdict],
        clock: Clock,
    ) -> Answer | Refusal:
        key, model, timings = f"ans_{ULID()}", self._model.name, clock.stop()
        if not claims:
            at_fault = any(verdict.faults for verdict in verdicts)
            status: RefusalStatus = Status.UNSUPPORTED if at_fault else Status.NOT_FOUND
            return Refusal(key, status, reason(status, question, reading), hits, model, timings, tuple(verdicts))
        sources = len({citation.document.id for citation in markers.citations})
        return Answer(
            key, Status.ANSWERED, tuple(claims), markers.citations, hits, sources, model, timings, tuple(verdicts)
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the sentences it rests on."""

    quotes: tuple[Candidate, ...]
    verdict: Verdict


class Clock:
    """Milliseconds spent by name, and in total."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._spent: dict[str, float] = {"retrieve": 0.0, "generate": 0.0, "verify": 0.0}

    def lap(self, name: str) -> None:
        """Put down the time since the last lap to `name`."""
        now = time.perf_counter()
        self._spent[name] = self._spent.get(name, 0.0) + now - self._last
        self._last = now

    def stop(self) -> dict[str, int]:
        spent = {name: round(1000 * seconds) for name, seconds in self._spent.items()}
        return spent | {"total": round(1000 * (time.perf_counter() - self._began))}


async def _complete(pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    """The sentences of a draft, each as soon as it is known to be complete."""
    drafted = SentenceStream()
    async for piece in pieces:
        for sentence in drafted.feed(piece):
            yield sentence
    for sentence in drafted.rest():
        yield sentence


def _claim(verdict: Verdict, citations: Sequence[Citation]) -> Claim:
    return Claim(verdict.sentence, tuple(citation.marker for citation in citations), round(verdict.support, 3))


def _other_sources(reading: Reading, judged: Judged | None) -> Reading | None:
    """What there is to read without the article that a failed draft came from, if it has the words of the question.

    One article that misleads, by mistake or on purpose, must not keep the others from answering.
    """
    if judged is None or not judged.quotes:
        return None
    others = reading.without(judged.quotes[0].hit.document.id)
    promising = max((candidate.overlap for candidate in others.candidates), default=0.0) >= PROMISING
    return others if promising else None
