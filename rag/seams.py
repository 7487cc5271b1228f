"""Where one implementation can stand in for another. Each Protocol has at least two real ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.types import Event, Question

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which embedder made a vector. Vectors of different stamps are never mixed."""

    name: str
    digest: str
    dimension: int
    normalised: bool = True

    @property
    def key(self) -> str:
        """Short and safe as part of a collection's name."""
        return f"{self.name}-{self.digest[:12]}-{self.dimension}{'n' if self.normalised else ''}"


class Embedder(Protocol):
    """Text to vectors of unit length. Calls may come from several threads."""

    @property
    def stamp(self) -> Stamp: ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), in the order given."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,)."""
        ...


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that an index proposes. Higher scores are better; ties are broken by id."""

    passage_id: str
    score: float


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What an index holds about one passage.

    The passage may be used for questions asked as of `valid_from` up to, not including, `valid_to`;
    None stands for always. Rows with equal ids differ in these two at most.
    """

    passage_id: str
    vector: Vectors
    document_id: str
    version: int
    source: str
    published_at: datetime | None
    valid_from: datetime | None
    valid_to: datetime | None


class PassageIndex(Protocol):
    """Finds passages for a question: Chroma, or the store's vectors read one by one.

    What it proposes may be stale; the store decides afterwards what exists and what may be seen.
    """

    def search(self, vector: Vectors, question: Question, limit: int) -> list[Match]:
        """At most `limit` matches by cosine, best first. Raises `Unavailable`."""
        ...


class IndexCopy(PassageIndex, Protocol):
    """An index that is kept beside the store. Whatever it is told twice, it does once.

    Every method raises `Unavailable("index", ...)` while the index cannot be reached.
    """

    def add(self, rows: Sequence[IndexRow]) -> None:
        """Hold these rows; one whose id is known is left as it is."""
        ...

    def put(self, rows: Sequence[IndexRow]) -> None:
        """Hold these rows in place of those with the same ids."""
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Hold these no longer; unknown ids are ignored."""
        ...

    def ids(self) -> set[str]:
        """Every id it holds."""
        ...

    def count(self) -> int:
        """How many it holds; cheap."""
        ...

    def drop(self) -> None:
        """Hold nothing, as if it were new."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


class LanguageModel(Protocol):
    """A chat model that drafts. It has no tools and decides nothing."""

    @property
    def name(self) -> str: ...

    def stream(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
        """The reply in pieces as they are drafted, greedily decoded. Closing it frees the model.

        Raises `Unavailable` when the model cannot be reached.
        """
        ...

    async def prefers(self, messages: Sequence[Message], options: tuple[str, str]) -> float | None:
        """Probability in [0, 1] that the reply starts with the first option rather than the second.

        None when the model does not tell its probabilities.
        """
        ...


class Answering(Protocol):
    """Answers questions: the use case itself, or what does something with each answer on its way out."""

    def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """The events of one answer, `Completed` last. Closing it frees the model. Raises `Unavailable`."""
        ...
