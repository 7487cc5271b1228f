"""What is stored: documents, their versions, passages and sentences, and what corrects or retracts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rag.errors import InvalidInput
from rag.types.checks import require_span, require_utc

DEFAULT_COLLECTION = "default"
"""Where everything is that is said to be nowhere else."""
COLLECTION_NAME = "[a-z0-9][a-z0-9_-]{0,63}"
"""The whole of a collection's name, as a regular expression."""
MAX_AUTHORS = 100
MAX_AUTHOR_CHARS = 200


@dataclass(frozen=True, slots=True)
class Document:
    """What is known about an article, without its text. `id` is identity, never content.

    Unknown strings are `""`, an unknown time is `None`; nothing is guessed. `corrects` and `retracts` name the
    articles it does that to, sorted: by id, by URL or, in double quotes, by the headline of one of its own outlet.
    `authors` are in the order they are named in; `updated_at` is when its publisher says to have changed it last,
    which is shown, and decides nothing.
    """

    id: str
    title: str = ""
    url: str = ""
    source: str = ""
    published_at: datetime | None = None
    language: str = ""
    corrects: tuple[str, ...] = ()
    retracts: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    updated_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.id or len(self.id) > 512:
            raise InvalidInput("a document id has 1 to 512 characters", "id")
        if len(self.authors) > MAX_AUTHORS or not all(0 < len(name) <= MAX_AUTHOR_CHARS for name in self.authors):
            raise InvalidInput(
                f"a document has at most {MAX_AUTHORS} authors, of 1 to {MAX_AUTHOR_CHARS} characters each", "authors"
            )
        require_utc(self.published_at, "published_at")
        require_utc(self.updated_at, "updated_at")

    @property
    def day(self) -> str:
        """The day of publication as people write it, "" where it is unknown."""
        return f"{self.published_at:%-d %B %Y}" if self.published_at else ""

    @property
    def byline(self) -> str:
        """Who published it and when, as far as it is known."""
        return ", ".join(part for part in (self.source, self.day) if part)


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
        require_span(self.start, self.end)


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
        require_span(self.start, self.end)
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
