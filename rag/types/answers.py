"""How a question ends: a cited answer or an honest refusal, and the stream of events on the way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from rag.errors import InvalidInput
from rag.types.checks import require_span
from rag.types.documents import Document, Notice
from rag.types.found import Hit, Verdict


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
        require_span(self.start, self.end)
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
