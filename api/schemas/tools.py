"""What the tools of the Model Context Protocol take and give. Flat, since a language model fills them in."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, WithJsonSchema

from api import plain
from api.remote.calls import Asking, Narrowing
from api.schemas.asking import AnswerOut, SentenceOut, TurnIn
from api.schemas.chat import Grounds
from api.schemas.documents import StoredOut, WholeOut
from api.schemas.fields import Collection, DayEnd, DayStart, Request, Text
from rag.types import MAX_PASSAGES, MAX_QUESTION_CHARS, MAX_TURNS

MAX_CHARACTERS = 200_000
_COLLECTION = Field(None, description="the collection that is meant, by its name; default: the default one")


class _Narrowed(Request):
    question: Annotated[
        Text, Field(min_length=1, max_length=MAX_QUESTION_CHARS, description="one question, in plain words")
    ]
    as_of: DayEnd | None = Field(None, description="answer as the collection stood then: a date, or RFC 3339")
    published_after: DayStart | None = Field(None, description="only articles published from then on")
    published_before: DayEnd | None = Field(None, description="only articles published up to then")
    sources: list[Text] | None = Field(None, description="only articles of these outlets, by their exact names")
    document_ids: list[Text] | None = Field(None, description="only these documents")
    collection: Collection | None = _COLLECTION

    def how(self) -> Narrowing:
        """Everything but the question, as the client takes it."""
        names = ("as_of", "published_after", "published_before", "sources", "document_ids", "collection")
        given = {name: getattr(self, name) for name in names}
        how: Narrowing = {name: value for name, value in given.items() if value is not None}  # type: ignore[assignment]
        return how


def _in_place(model: type[Request]) -> WithJsonSchema:
    """The schema of a model where it is used: many a client does not follow references."""
    schema: dict[str, Any] = model.model_json_schema()
    return WithJsonSchema(schema)


class AskTool(_Narrowed):
    """A question to be answered."""

    history: Annotated[list[Annotated[TurnIn, _in_place(TurnIn)]], Field(max_length=MAX_TURNS)] = Field(
        default_factory=list,
        description="what was said before, oldest first, where the question refers to it: it can change how the "
        "question is understood, and nothing else",
    )

    def how(self) -> Asking:
        said = [turn.model_dump() for turn in self.history]
        return Asking(**super().how(), **({"history": said} if said else {}))


class SearchTool(_Narrowed):
    """A question whose passages are wanted."""

    limit: Annotated[int, Field(ge=1, le=MAX_PASSAGES, description="how many passages at most")] = 5


class DocumentTool(Request):
    """A document to be read, or a part of one."""

    document_id: Annotated[Text, Field(min_length=1, description="as a citation or passage names it")]
    collection: Collection | None = _COLLECTION
    version: Annotated[int, Field(ge=1)] | None = Field(None, description="the version cited; default: the current one")
    start: Annotated[int, Field(ge=0, description="the first character wanted, as citations count them")] = 0
    characters: Annotated[int, Field(ge=1, le=MAX_CHARACTERS, description="how many at most")] = 20_000


class ToldOut(Grounds):
    """An answer, or a refusal: then `answer` is empty and `reason` says why."""

    answer: str
    sentences: list[SentenceOut]

    @classmethod
    def told(cls, reply: AnswerOut) -> Self:
        return cls(**dict(Grounds.of(reply)), answer=reply.answer, sentences=reply.sentences)


class PartOut(StoredOut):
    """A document with its text from `start` to `end`; `characters` are those of the whole text."""

    text: str
    start: int
    end: int

    @classmethod
    def part(cls, whole: WholeOut, start: int, characters: int) -> Self:
        about = {name: getattr(whole, name) for name in StoredOut.model_fields}
        text = whole.text[start : start + characters]
        return cls(**about, text=text, start=min(start, len(whole.text)), end=min(start, len(whole.text)) + len(text))

    @property
    def headline(self) -> str:
        """Where the text is from, in one line."""
        day = f"{self.published_at:%Y-%m-%d}" if self.published_at else ""
        return ", ".join(part for part in (plain.tame(self.title), plain.tame(self.source), day, self.id) if part)
