"""Kept answers, what people say about them, and the sources there are."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from api.schemas import examples
from api.schemas.asking import AnswerOut
from api.schemas.fields import Moment, Reply, Request, Text
from rag.store import KeptAnswer, Mark
from rag.types import Filters

MAX_NOTE_CHARS = 2_000


class FiltersOut(Reply):
    """The filters that a question was asked with; empty where it had none."""

    published_after: Moment | None
    published_before: Moment | None
    sources: list[str]
    document_ids: list[str]

    @classmethod
    def of(cls, filters: Filters) -> Self:
        return cls(
            published_after=filters.published_after,
            published_before=filters.published_before,
            sources=list(filters.sources),
            document_ids=list(filters.document_ids),
        )


class AskedOut(Reply):
    """What was asked, and when."""

    question: str
    as_of: Moment
    filters: FiltersOut
    asked_at: Moment

    @classmethod
    def of(cls, kept: KeptAnswer) -> Self:
        return cls(
            question=kept.question, as_of=kept.as_of, filters=FiltersOut.of(kept.filters), asked_at=kept.asked_at
        )


class KeptOut(AnswerOut):
    """An answer as it was given, without `drafts`, and what was asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.KEPT]})

    question: str
    as_of: Moment
    filters: FiltersOut
    asked_at: Moment


class FeedbackIn(Request):
    """Whether an answer is right, and why. What was said with the same key before is replaced."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FEEDBACK]})

    mark: Literal["good", "bad"]
    note: Annotated[Text, Field(max_length=MAX_NOTE_CHARS)] = ""


class FeedbackOut(Reply):
    """What was put down."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.MARKED]})

    answer_id: str
    mark: Literal["good", "bad"]
    note: str
    marked_at: Moment

    @classmethod
    def of(cls, answer_id: str, mark: Mark) -> Self:
        return cls(answer_id=answer_id, mark=mark.mark, note=mark.note, marked_at=mark.marked_at)


class SourceOut(Reply):
    """How many documents there are of a source; its name is `""` where none was given."""

    source: str
    documents: int


class SourcesOut(Reply):
    """All sources, in the order of their names."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SOURCES]})

    sources: list[SourceOut]


def whole(kept: KeptAnswer) -> dict[str, Any]:
    """A kept answer as `KeptOut` has it. The reply is given as it was sent, by whatever release that was."""
    body: dict[str, Any] = json.loads(kept.body)
    return body | AskedOut.of(kept).model_dump(mode="json")
