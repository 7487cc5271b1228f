"""The vocabulary: what the rooms of the house say to each other.

Every value is frozen, validated once where it is made, and free of vendors: the standard library
only. Times are zone-aware and in UTC. Offsets count Unicode code points in `Version.text`, so
`version.text[start:end]` is always the thing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from rag.errors import InvalidInput

MAX_QUESTION_CHARS = 2_000
MAX_PASSAGES = 50
MAX_TURNS = 50
MAX_TURN_CHARS = 20_000
DEFAULT_COLLECTION = "default"
"""Where everything is that is said to be nowhere else."""
COLLECTION_NAME = "[a-z0-9][a-z0-9_-]{0,63}"
"""The whole of a collection's name, as a regular expression."""


# -- documents ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """What is known about an article, without its text. `id` is identity, never content.

    Unknown strings are `""`, an unknown time is `None`; nothing is guessed. `corrects` and `retracts` name the
    articles it does that to, sorted: by id, by URL or, in double quotes, by the headline of one of its own outlet.
    """

    id: str
    title: str = ""
    url: str = ""
    source: str = ""
    published_at: datetime | None = None
    language: str = ""
    corrects: tuple[str, ...] = ()
    retracts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.id or len(self.id) > 512:
            raise InvalidInput("a document id has 1 to 512 characters", "id")
        _require_utc(self.published_at, "published_at")


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a document's text. `number` counts from 1; `digest` is SHA-256 of the text, in hex; `pages` are
    the offsets at which its pages start, ascending, empty where it has none.
    """

    document_id: str
    number: int
    text: str
    digest: str
    ingested_at: datetime
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's place in its version's text: `text[start:end]`, trimmed, never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        _require_span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences, the unit of retrieval; `text` is the version's slice `[start:end]`. `page`, from 1,
    is the one it starts on, if there are pages; `breaks` are offsets in the version at which others start within it.
    """

    id: str
    document_id: str
    version: int
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...] = ()
    page: int | None = None
    breaks: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        _require_span(self.start, self.end)
        if len(self.text) != self.end - self.start:
            raise InvalidInput("a passage's text must be as long as its span", "text")

    def slice(self, sentence: Sentence) -> str:
        """The text of one of its sentences."""
        return self.text[sentence.start - self.start : sentence.end - self.start]

    def page_of(self, offset: int) -> int | None:
        """The page on which an offset within it is, from 1; None where the text has no pages."""
        return None if self.page is None else self.page + sum(start <= offset for start in self.breaks)


NoticeStatus = Literal["corrected", "retracted"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A document that corrects or retracts another one, which is its `status`; with its first passages."""

    status: NoticeStatus
    document: Document
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may be used. Empty means all. An undated document is never excluded by time.

    `published_after` and `published_before` are both inclusive.
    """

    published_after: datetime | None = None
    published_before: datetime | None = None
    sources: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require_utc(self.published_after, "filters.published_after")
        _require_utc(self.published_before, "filters.published_before")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said before a question was asked."""

    role: Literal["user", "assistant"]
    text: str

    def __post_init__(self) -> None:
        if len(self.text) > MAX_TURN_CHARS:
            raise InvalidInput(f"a turn of the history has at most {MAX_TURN_CHARS:,} characters", "history")


@dataclass(frozen=True, slots=True)
class Question:
    """A question in natural language, asked as the collection stood at `as_of`.

    `history` is what was said before, oldest first; it can change how the question is understood and nothing else.
    """

    text: str
    as_of: datetime = field(default_factory=lambda: datetime.now(UTC))
    filters: Filters = field(default_factory=Filters)
    max_passages: int = 6
    history: tuple[Turn, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise InvalidInput("a question needs at least one character that is not a space", "question")
        if len(self.text) > MAX_QUESTION_CHARS:
            raise InvalidInput(f"a question has at most {MAX_QUESTION_CHARS:,} characters", "question")
        if not 1 <= self.max_passages <= MAX_PASSAGES:
            raise InvalidInput(f"max_passages is 1 to {MAX_PASSAGES}", "max_passages")
        if len(self.history) > MAX_TURNS:
            raise InvalidInput(f"a history has at most {MAX_TURNS} turns", "history")
        _require_utc(self.as_of, "as_of")


# -- what retrieval finds ---------------------------------------------------------------------------


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

    `check` is number, date, name, denial, modality, speaker, kind, subject or correction.
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


# -- answers ----------------------------------------------------------------------------------------


class Status(StrEnum):
    """How a question ended; see the HTTP contract for what each promises."""

    ANSWERED = "answered"
    CONFLICTING = "conflicting"
    NOT_FOUND = "not_found"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote: `version.text[start:end] == quote`. `marker` counts from 1 in one answer.

    `cluster` and `copies` are those of the hit it was taken from, `notice` the first of its notices. `page` is where
    the quote starts, from 1, as far as the text has pages.
    """

    marker: int
    document: Document
    version: int
    start: int
    end: int
    quote: str
    cluster: str = ""
    copies: tuple[Document, ...] = ()
    notice: Notice | None = None
    page: int | None = None

    def __post_init__(self) -> None:
        _require_span(self.start, self.end)
        if len(self.quote) != self.end - self.start:
            raise InvalidInput("a quote must be as long as its span", "quote")


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer with the markers of its citations and its support in [0, 1]."""

    text: str
    citations: tuple[int, ...]
    support: float

    def __post_init__(self) -> None:
        if not self.citations:
            raise InvalidInput("a claim without a citation is never part of an answer", "citations")


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply whose every sentence is cited and supported.

    `verdicts` are on every sentence drafted, the dropped ones too. `understood_as` is the question in the words
    that were answered, where these are not the asker's.
    """

    id: str
    status: Literal[Status.ANSWERED, Status.CONFLICTING]
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    independent_sources: int
    model: str
    timings_ms: Mapping[str, int]
    verdicts: tuple[Verdict, ...] = ()
    understood_as: str | None = None

    @property
    def text(self) -> str:
        """The sentences with their markers, as a person reads them."""
        return " ".join(f"{c.text} " + "".join(f"[{marker}]" for marker in c.citations) for c in self.claims)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply that honestly says why there is no answer. A value, not an exception.

    `verdicts` and `understood_as` as in `Answer`.
    """

    id: str
    status: Literal[Status.NOT_FOUND, Status.UNSUPPORTED]
    reason: str
    hits: tuple[Hit, ...]
    model: str
    timings_ms: Mapping[str, int]
    verdicts: tuple[Verdict, ...] = ()
    understood_as: str | None = None


# -- the stream of one answer -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages were found; nothing is drafted yet."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """One sentence passed its checks; it is never taken back. `citations` are those it refers to."""

    claim: Claim
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Lap:
    """A stretch of `understand`, `retrieve`, `rank`, `generate` or `verify`, in seconds since the question was put."""

    stage: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Completed:
    """The whole reply; always the last event. `laps` are the stages in the order in which they took turns."""

    reply: Answer | Refusal
    laps: tuple[Lap, ...] = ()


Event = Retrieved | Verified | Completed


# -- adding documents -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it arrives: unchecked text, whatever its sender knew about it, and where its pages start."""

    text: str
    id: str = ""
    title: str = ""
    url: str = ""
    source: str = ""
    published_at: datetime | None = None
    language: str = ""
    corrects: tuple[str, ...] = ()
    retracts: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """A document of a job that was not taken in, with a stable `code` and one sentence of `detail`."""

    id: str
    code: str
    detail: str
    line: int | None = None
    """Of the stream it came in, from 1."""


class StreamState(StrEnum):
    RECEIVING = "receiving"
    COMPLETE = "complete"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True, slots=True)
class Stream:
    """How the stream that a job comes from fares: so many lines were accepted. `detail` says why it broke off."""

    state: StreamState
    lines: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Progress of one batch: total = added + updated + unchanged + failed, once it is final.

    Of what failed, `dead` can be queued again; `failures` are the first of them. What is None is not known.
    """

    id: str
    state: JobState
    total: int
    added: int
    updated: int
    unchanged: int
    failed: int
    dead: int
    failures: tuple[Failure, ...]
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    rate_per_second: float | None = None
    seconds_left: float | None = None
    stream: Stream | None = None

    @property
    def done(self) -> int:
        return self.added + self.updated + self.unchanged + self.failed


def _require_span(start: int, end: int) -> None:
    if not 0 <= start < end:
        raise InvalidInput(f"a span needs 0 <= start < end, not {start} and {end}", "start")


def _require_utc(time: datetime | None, name: str) -> None:
    if time is not None and time.utcoffset() is None:
        raise InvalidInput("a time needs a zone", name)
