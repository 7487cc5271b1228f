"""The use case: a question in, an answer out, as a stream of events.

    understand in words of its own, where the question leans on what was said before
    retrieve   passages, by meaning and by words
    read       the few sentences of them that matter, within a token budget
    draft      the model answers from those sentences; it has no leave to refuse
    verify     each drafted sentence against the sentences it came from, as soon as it is complete
    compare    with what other sources say: the latest stands, or all where they conflict; the history, if asked for
    plan       where a question of several steps found no answer, ask its steps one by one
    decide     release it, or refuse with a reason

Nothing leaves that has not passed every step, and what has left is never taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final, Literal

from ulid import ULID

from rag import followup, history, plan, prompt
from rag.ablation import Ablation
from rag.asking import asking
from rag.clock import Clock
from rag.draft import SentenceStream
from rag.evidence import Budget, select
from rag.judging import Judge, Judged
from rag.kind import compares, is_broad, lacks
from rag.notices import heeded
from rag.reading import Reading, read
from rag.refuse import reason
from rag.retrieve import Retriever
from rag.rivals import rivals, standing, to_the_point
from rag.seams import Embedder, LanguageModel, Message, Vectors
from rag.sources import independent
from rag.support import Calibration
from rag.telling import Telling
from rag.types import (
    Answer,
    Completed,
    Event,
    Hit,
    Question,
    Refusal,
    Retrieved,
    Status,
    Verdict,
    Verified,
)

AnswerStatus = Literal[Status.ANSWERED, Status.CONFLICTING]
RefusalStatus = Literal[Status.NOT_FOUND, Status.UNSUPPORTED]
READ_PASSAGES: Final = 6
ATTEMPTS: Final = 2
PROMISING: Final = 0.5
ELSEWHERE: Final = frozenset({"echo", "kind", "subject", "time"})
"""Faults of drafts that are about something else: nothing answers the question then."""


@dataclass(frozen=True, slots=True)
class Length:
    """How much is read for an answer, how long it is asked to be, and at most is, in tokens."""

    evidence: Budget
    asked: str
    max_tokens: int


SHORT: Final = Length(Budget(120, 280), "in one short sentence", 96)
LONG: Final = Length(Budget(280, 280), "in at most three short sentences", 224)
PAIR: Final = replace(SHORT, asked="in one short sentence that gives the figure of each")
"""For a comparison: a small model names one of the two, and tells nothing that could be checked."""


def length_for(question: str) -> Length:
    """What a question is worth: more where it asks for reasons or a course of events, two figures where it compares."""
    if is_broad(question):
        return LONG
    return PAIR if compares(question) else SHORT


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
        self._judge = Judge(retriever, embedder, calibration, without)
        self._without = without

    async def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """`Retrieved`, then a `Verified` for each sentence that may leave, then `Completed`.

        Closing the generator stops the model. Raises `Unavailable` when a part cannot answer now.
        """
        clock = Clock()
        asked = question.text
        question = await self._understood(replace(question, text=asking(asked)), clock)
        wanted = max(question.max_passages, READ_PASSAGES)
        vector, found = await asyncio.to_thread(self._retrieved, question, wanted)
        hits = tuple(found[: question.max_passages])
        clock.lap("retrieve")
        yield Retrieved(hits)
        heard = heeded(found[:READ_PASSAGES], question.text)
        reading = await asyncio.to_thread(read, question, vector, heard, self._embedder)
        clock.lap("rank")
        telling = Telling()
        for told in await self._history(question, telling, clock):
            yield told
        if not telling.claims and not followup.hangs(question.text):
            async with aclosing(self._drafted(question, reading, telling, clock)) as events:
                async for event in events:
                    yield event
        if not telling.claims and plan.composite(question.text) and self._without is not Ablation.VERIFICATION:
            for step in await self._stepwise(question, telling.verdicts, clock):
                for event in telling.tell(step):
                    yield event
        reply = self._reply(question, reading, hits, telling, clock)
        reply = reply if question.text == asked else replace(reply, understood_as=question.text)
        yield Completed(reply, tuple(clock.laps))

    async def _drafted(
        self, question: Question, reading: Reading, telling: Telling, clock: Clock
    ) -> AsyncGenerator[Event, None]:
        """What may leave of a draft; where nothing may, of another one without the article that misled the first."""
        attempt: Reading | None = reading
        for _ in range(ATTEMPTS):
            if attempt is None:
                return
            judged: Judged | None = None
            others: list[Reading] = []
            async with aclosing(self._judged(question, attempt, clock)) as sentences:
                async for judged in sentences:
                    telling.verdicts.append(judged.verdict)
                    if not judged.verdict.released or telling.told(judged.text):
                        continue
                    if not telling.claims:
                        others = await asyncio.to_thread(self._rivals, question, reading, judged)
                    if others:
                        break
                    for event in telling.tell(judged):
                        yield event
            if judged is not None and others:
                versions = await self._versions(question, judged, others, telling.verdicts, clock)
                for event in telling.tell_versions(versions):
                    yield event
            attempt = None if telling.claims else _other_sources(attempt, judged)

    def _retrieved(self, question: Question, limit: int) -> tuple[Vectors, list[Hit]]:
        """The vector of a question, shape (dimension,), and its hits."""
        vector = self._embedder.embed_query(question.text)
        return vector, self._retriever.retrieve(question, limit, vector)

    async def _understood(self, question: Question, clock: Clock) -> Question:
        """The question, in words that need no history where it leans on one and the model finds such words."""
        if not question.history or not followup.leans(question.text):
            return question
        proposed = await self._written(followup.messages(question), followup.MAX_TOKENS)
        clock.lap("understand")
        understood = followup.accepted(proposed, question) or followup.substituted(question)
        return replace(question, text=understood or question.text)

    async def _written(self, messages: Sequence[Message], max_tokens: int) -> str:
        async with aclosing(self._model.stream(messages, max_tokens)) as pieces:
            return "".join([piece async for piece in pieces])

    async def _stepwise(self, question: Question, verdicts: list[Verdict], clock: Clock) -> list[Judged]:
        """One sentence for each step of a question of several, or none at all where a step is not answered."""
        proposed = await self._written(plan.messages(question), plan.MAX_TOKENS)
        clock.lap("understand")
        told: list[tuple[str, Judged]] = []
        for step in plan.steps(proposed, question):
            history = plan.found([(asked, judged.text) for asked, judged in told])
            asked = await self._understood(replace(question, text=step, history=history), clock)
            vector, found = await asyncio.to_thread(self._retrieved, asked, READ_PASSAGES)
            clock.lap("retrieve")
            reading = await asyncio.to_thread(read, asked, vector, heeded(found, asked.text), self._embedder)
            clock.lap("rank")
            judged = await self._first(asked, reading, verdicts, clock)
            if judged is None or any(judged.text == other.text for _, other in told):
                return []  # a sentence told for another step is no answer to this one
            told.append((asked.text, judged))
        answers = [judged for _, judged in told]
        # steps that tell all around what was asked for, and not that, are no answer to it
        return [] if lacks(question.text, " ".join(judged.text for judged in answers)) else answers

    async def _history(self, question: Question, telling: Telling, clock: Clock) -> list[Verified]:
        """What the reports said of a figure one after the other, where that is asked for and they tell different ones.

        What was corrected since is part of its history: it is told with the remark that it was.
        """
        figure = history.figure(question.text)
        if figure is None or followup.hangs(figure) or self._without is Ablation.VERIFICATION:
            return []
        asked = replace(question, text=figure)
        vector, found = await asyncio.to_thread(self._retrieved, asked, history.PASSAGES)
        clock.lap("retrieve")
        heard = heeded(found, figure, past=True)
        reading = await asyncio.to_thread(read, asked, vector, heard, self._embedder)
        clock.lap("rank")
        drafts = [
            await self._first(asked, report, telling.verdicts, clock, past=True)
            for report in history.reports(figure, reading)
        ]
        versions = history.versions(figure, [judged for judged in drafts if judged is not None])
        return telling.tell_versions(versions, disagree=len(standing(figure, versions)) > 1)

    async def _first(
        self, question: Question, reading: Reading, verdicts: list[Verdict], clock: Clock, *, past: bool = False
    ) -> Judged | None:
        """The first sentence of a draft from this reading that may leave."""
        async with aclosing(self._judged(question, reading, clock, past=past)) as sentences:
            async for judged in sentences:
                verdicts.append(judged.verdict)
                if judged.verdict.released:
                    return judged
        return None

    def _rivals(self, question: Question, reading: Reading, judged: Judged) -> list[Reading]:
        """What to read of the sources that may answer a question for one fact otherwise."""
        if is_broad(question.text) or self._without is Ablation.VERIFICATION:
            return []
        return rivals(question.text, judged.text, judged.quotes, reading)

    async def _versions(
        self, question: Question, first: Judged, others: Sequence[Reading], verdicts: list[Verdict], clock: Clock
    ) -> list[Judged]:
        """The answers that stand once the other sources were asked too."""
        found = [first]
        for other in others:
            judged = await self._first(question, other, verdicts, clock)
            if judged is not None and to_the_point(question.text, judged, first):
                found.append(judged)
        return standing(question.text, found)

    async def _judged(
        self, question: Question, reading: Reading, clock: Clock, *, past: bool = False
    ) -> AsyncGenerator[Judged, None]:
        """A verdict on each sentence of a draft from this reading, as soon as the sentence is complete."""
        if not reading.candidates:
            return
        length = length_for(question.text)
        ranked, dated = self._without is not Ablation.RANK, self._without is not Ablation.TIME
        candidates = await asyncio.to_thread(reading.timely, question) if dated and not past else reading.candidates
        evidence = select(candidates, length.evidence, by_relevance=ranked)
        contained = await self._model.prefers(prompt.contained(question, evidence, dated=dated), prompt.YES_OR_NO)
        messages = prompt.draft(question, evidence, length.asked, dated=dated)
        async with aclosing(self._model.stream(messages, length.max_tokens)) as pieces:
            async for sentence in _complete(pieces):
                clock.lap("generate")
                judged = await asyncio.to_thread(self._judge, question, reading, sentence, contained, past=past)
                clock.lap("verify")
                yield judged
        clock.lap("generate")

    def _reply(
        self, question: Question, reading: Reading, hits: tuple[Hit, ...], telling: Telling, clock: Clock
    ) -> Answer | Refusal:
        key, model, timings, verdicts = f"ans_{ULID()}", self._model.name, clock.stop(), tuple(telling.verdicts)
        if not telling.claims:
            at_fault = any(fault.check not in ELSEWHERE for verdict in verdicts for fault in verdict.faults)
            refused: RefusalStatus = Status.UNSUPPORTED if at_fault else Status.NOT_FOUND
            return Refusal(key, refused, reason(refused, question, reading), hits, model, timings, verdicts)
        status: AnswerStatus = Status.CONFLICTING if telling.conflicting else Status.ANSWERED
        citations = telling.markers.citations
        sources = independent(one for one in citations if one.marker in telling.carrying)
        said = (tuple(telling.claims), citations, hits, sources)
        return Answer(key, status, *said, model, timings, verdicts)


async def _complete(pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    """The sentences of a draft, each as soon as it is known to be complete."""
    drafted = SentenceStream()
    async for piece in pieces:
        for sentence in drafted.feed(piece):
            yield sentence
    for sentence in drafted.rest():
        yield sentence


def _other_sources(reading: Reading, judged: Judged | None) -> Reading | None:
    """What there is to read without the article that a failed draft came from, if it has the words of the question.

    One article that misleads, by mistake or on purpose, must not keep the others from answering.
    """
    if judged is None or not judged.quotes:
        return None
    others = reading.without(judged.quotes[0].hit.document.id)
    promising = max((candidate.overlap for candidate in others.candidates), default=0.0) >= PROMISING
    return others if promising else None
