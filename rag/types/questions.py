"""What is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from rag.errors import InvalidInput
from rag.types.checks import require_utc

PRESENT = timedelta(minutes=5)
"""A question that waited its turn for so long still asks about the present."""
MAX_QUESTION_CHARS = 2_000
MAX_PASSAGES = 50
MAX_TURNS = 50
MAX_TURN_CHARS = 20_000


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
        require_utc(self.published_after, "filters.published_after")
        require_utc(self.published_before, "filters.published_before")


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
        require_utc(self.as_of, "as_of")

    @property
    def narrowed(self) -> bool:
        """Whether it is about some of the documents only, or about the past."""
        return self.filters != Filters() or self.as_of < datetime.now(UTC) - PRESENT
