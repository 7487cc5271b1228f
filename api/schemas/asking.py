"""Questions in; passages, sentences and answers out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from api.schemas import examples
from api.schemas.fields import NOT_BLANK, WHOLE, Collection, DayEnd, DayStart, Moment, Reply, Request, Text
from rag.types import (
    MAX_PASSAGES,
    MAX_QUESTION_CHARS,
    MAX_TURN_CHARS,
    MAX_TURNS,
    Answer,
    Citation,
    Claim,
    Document,
    Fault,
    Filters,
    Hit,
    NoticeStatus,
    Question,
    Refusal,
    Status,
    Turn,
    Verdict,
    Verified,
)

MAX_NAMES = 1_000
DEFAULT_PASSAGES = 6
SIGNAL_DIGITS = 3


class FiltersIn(Request):
    """Which documents may be used. A document without a time of publication is never excluded by time."""

    published_after: DayStart | None = None
    published_before: DayEnd | None = None
    sources: Annotated[list[Text], Field(max_length=MAX_NAMES)] | None = None
    document_ids: Annotated[list[Text], Field(max_length=MAX_NAMES)] | None = None

    def filters(self) -> Filters:
        return Filters(
            published_after=self.published_after,
            published_before=self.published_before,
            sources=tuple(self.sources or ()),
            document_ids=tuple(self.document_ids or ()),
        )


class _Asked(Request):
    question: Annotated[
        Text, Field(min_length=1, max_length=MAX_QUESTION_CHARS, json_schema_extra={"pattern": NOT_BLANK})
    ]
    as_of: DayEnd | None = Field(None, description="answer as the collection stood then; default: now")
    filters: FiltersIn | None = None
    collection: Collection | None = Field(None, description="ask this collection; default: `default`")

    def _question(self, max_passages: int) -> Question:
        return Question(
            text=self.question,
            as_of=self.as_of or datetime.now(UTC),
            filters=self.filters.filters() if self.filters else Filters(),
            max_passages=max_passages,
        )


class TurnIn(Request):
    """What one side said before the question was asked."""

    role: Literal["user", "assistant"]
    content: Annotated[Text, Field(max_length=MAX_TURN_CHARS)]

    def turn(self) -> Turn:
        return Turn(self.role, self.content)


class AskIn(_Asked):
    """A question to be answered. Its `history` can change how it is understood, and nothing else."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ASK]})

    max_passages: Annotated[int, Field(ge=1, le=MAX_PASSAGES), WHOLE] = DEFAULT_PASSAGES
    history: Annotated[list[TurnIn], Field(max_length=MAX_TURNS)] = Field(
        default_factory=list, description="the conversation before the question, oldest first"
    )
    explain: bool = Field(False, description="also tell every sentence drafted and what was held against it")

    def to_question(self) -> Question:
        asked = self._question(self.max_passages)
        return replace(asked, history=tuple(turn.turn() for turn in self.history))


class SearchIn(_Asked):
    """A question whose passages are wanted, without an answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SEARCH]})

    limit: Annotated[int, Field(ge=1, le=MAX_PASSAGES), WHOLE] = 10

    def to_question(self) -> Question:
        return self._question(self.limit)


def _known(document: Document) -> dict[str, Any]:
    """What passages, copies and citations tell of their document, by field."""
    return {
        "document_id": document.id,
        "title": document.title,
        "source": document.source,
        "url": document.url,
        "published_at": document.published_at,
        "updated_at": document.updated_at,
        "authors": list(document.authors),
    }


class NoticeOut(Reply):
    """The document that corrects or retracts another one."""

    document_id: str
    title: str
    published_at: Moment | None

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(document_id=document.id, title=document.title, published_at=document.published_at)


class PassageOut(Reply):
    """A retrieved passage. `text` is the stored text of that version at `[start:end]`, in code points.

    `page` is the one on which it starts, from 1, null where the text has no pages. `status` is `corrected` or
    `retracted` where another document, the `notice`, says so of this one; else both are null.
    """

    document_id: str
    version: int
    start: int
    end: int
    text: str
    score: float
    rank: int
    title: str
    source: str
    url: str
    published_at: Moment | None
    updated_at: Moment | None = None
    authors: list[str] = Field(default_factory=list)
    page: int | None
    status: NoticeStatus | None
    notice: NoticeOut | None

    @classmethod
    def of(cls, hit: Hit) -> Self:
        passage, document = hit.passage, hit.document
        notice = hit.notices[0] if hit.notices else None
        return cls(
            version=passage.version,
            start=passage.start,
            end=passage.end,
            text=passage.text,
            score=hit.score,
            rank=hit.rank,
            **_known(document),
            page=passage.page,
            status=notice.status if notice else None,
            notice=NoticeOut.of(notice.document) if notice else None,
        )


class CopyOut(Reply):
    """Another document that says nearly the same: the same story under another headline, trimmed or updated."""

    document_id: str
    title: str
    source: str
    url: str
    published_at: Moment | None
    updated_at: Moment | None = None
    authors: list[str] = Field(default_factory=list)

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(**_known(document))


class CitationOut(Reply):
    """A verbatim quote: the stored text of that version at `[start:end]`, in code points.

    `copies` are near-copies of the document, as far as the question allows them; all are one source. `page`,
    `status` and `notice` are as in passages.
    """

    marker: int
    document_id: str
    version: int
    title: str
    source: str
    url: str
    published_at: Moment | None
    updated_at: Moment | None = None
    authors: list[str] = Field(default_factory=list)
    quote: str
    start: int
    end: int
    page: int | None
    status: NoticeStatus | None
    notice: NoticeOut | None
    copies: list[CopyOut]

    @classmethod
    def of(cls, citation: Citation) -> Self:
        document, notice = citation.document, citation.notice
        return cls(
            marker=citation.marker,
            **_known(document),
            version=citation.version,
            quote=citation.quote,
            start=citation.start,
            end=citation.end,
            page=citation.page,
            status=notice.status if notice else None,
            notice=NoticeOut.of(notice.document) if notice else None,
            copies=[CopyOut.of(copy) for copy in citation.copies],
        )


class SentenceOut(Reply):
    """A sentence of an answer with the markers of its citations and its support in [0, 1]."""

    text: str
    citations: list[int]
    support: float

    @classmethod
    def of(cls, claim: Claim) -> Self:
        return cls(text=claim.text, citations=list(claim.citations), support=claim.support)


class SentenceEvent(SentenceOut):
    """A sentence as it is streamed; `quotes` are the citations that its markers stand for."""

    quotes: list[CitationOut]

    @classmethod
    def from_event(cls, event: Verified) -> Self:
        sentence = SentenceOut.of(event.claim)
        return cls(**sentence.model_dump(), quotes=[CitationOut.of(c) for c in event.citations])


class PassagesOut(Reply):
    """Passages in rank order, as an event of a stream."""

    passages: list[PassageOut]

    @classmethod
    def of(cls, hits: Iterable[Hit]) -> Self:
        return cls(passages=[PassageOut.of(hit) for hit in hits])


class SearchOut(PassagesOut):
    """Passages in rank order."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FOUND]})

    timings_ms: dict[str, int]


class FaultOut(Reply):
    """What a drafted sentence says that its quotes do not. `check` says which kind: a number, a name, and so on."""

    check: str
    detail: str

    @classmethod
    def of(cls, fault: Fault) -> Self:
        return cls(check=fault.check, detail=fault.detail)


class DraftOut(Reply):
    """A sentence as it was drafted and what became of it. One that was not released is no part of the answer.

    `signals` are what was measured about it, by name; null where nothing was. `support` is how likely it is right.
    """

    text: str
    quotes: list[str]
    faults: list[FaultOut]
    signals: dict[str, float] | None
    support: float
    released: bool

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        signals = asdict(verdict.signals) if verdict.signals else None
        return cls(
            text=verdict.sentence,
            quotes=list(verdict.quotes),
            faults=[FaultOut.of(fault) for fault in verdict.faults],
            signals=signals
            and {name: round(value, SIGNAL_DIGITS) for name, value in signals.items() if value is not None},
            support=round(verdict.support, SIGNAL_DIGITS),
            released=verdict.released,
        )


class AnswerOut(Reply):
    """An answer, or a refusal that says why there is none. `drafts` are there only where `explain` asked for them.

    `understood_as` is the question as it was answered, where its history made that another wording than the asked one.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ANSWER, examples.REFUSAL, examples.EXPLAINED]})

    id: str
    status: Status
    answer: str
    sentences: list[SentenceOut]
    citations: list[CitationOut]
    passages: list[PassageOut]
    reason: str | None
    independent_sources: int
    model: str
    timings_ms: dict[str, int]
    understood_as: str | None = None
    drafts: list[DraftOut] | None = Field(None, exclude_if=lambda drafts: drafts is None)

    @classmethod
    def of(cls, reply: Answer | Refusal, *, explain: bool = False) -> Self:
        said: dict[str, Any]
        if isinstance(reply, Answer):
            said = {
                "answer": reply.text,
                "sentences": [SentenceOut.of(claim) for claim in reply.claims],
                "citations": [CitationOut.of(citation) for citation in reply.citations],
                "reason": None,
                "independent_sources": reply.independent_sources,
            }
        else:
            said = {"answer": "", "sentences": [], "citations": [], "reason": reply.reason, "independent_sources": 0}
        return cls(
            id=reply.id,
            status=reply.status,
            passages=[PassageOut.of(hit) for hit in reply.hits],
            model=reply.model,
            timings_ms=dict(reply.timings_ms),
            understood_as=reply.understood_as,
            drafts=[DraftOut.of(verdict) for verdict in reply.verdicts] if explain else None,
            **said,
        )
