"""The shapes of OpenAI's chat completions, as far as a service that answers from a collection can fill them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from api.schemas import examples
from api.schemas.around import Problem
from api.schemas.asking import DEFAULT_PASSAGES, AnswerOut, CitationOut, FiltersIn
from api.schemas.fields import WHOLE, DayEnd, Reply, Text
from rag.types import MAX_PASSAGES, Status

PATHS = ("/v1/chat/", "/v1/models")
MAX_MESSAGES = 1_000
MODEL = "groundwire"
"""The one model there is: the collection with all that reads it."""


# What a list of messages has at least, as far as a schema can say it: the last of them has to have text.
_ASKS = {"contains": {"type": "object", "properties": {"role": {"const": "user"}}, "required": ["role", "content"]}}


def _only(*values: Any) -> WithJsonSchema:
    """Of what asks for a reply of another kind, these values do not. `api.openai` says so, naming the field."""
    return WithJsonSchema({"anyOf": [*({"const": value} for value in values), {"type": "null"}]})


class Lenient(BaseModel):
    """What chat front ends send. They send much that has no meaning here, so unknown fields are passed over."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class PartIn(Lenient):
    """A piece of a message; only text can be read."""

    type: str
    text: Text | None = None


class MessageIn(Lenient):
    role: str
    content: Text | list[PartIn] | None = None


class ChatIn(Lenient):
    """A conversation whose last user message is the question.

    `as_of`, `filters` and `max_passages` are as in `/v1/ask`. What sets the style of a model, `temperature` for one,
    is passed over; what would ask for another kind of reply is refused.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHAT]})

    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=MAX_MESSAGES, json_schema_extra=_ASKS)]
    model: Text | None = Field(None, description="any name will do; there is one model")
    stream: bool | None = None
    as_of: DayEnd | None = None
    filters: FiltersIn | None = None
    max_passages: Annotated[int, Field(ge=1, le=MAX_PASSAGES), WHOLE] = DEFAULT_PASSAGES
    n: Annotated[Any, _only(1)] = None
    tools: Annotated[Any, _only([])] = None
    functions: Annotated[Any, _only([])] = None
    response_format: Annotated[Any, _only({"type": "text"})] = None
    logprobs: Annotated[Any, _only(False)] = None
    modalities: Annotated[Any, _only([], ["text"])] = None


class Grounds(Reply):
    """What an answer rests on, as in a reply of `/v1/ask`; `answer_id` is its `id`."""

    answer_id: str
    status: Status
    reason: str | None
    independent_sources: int
    understood_as: str | None
    citations: list[CitationOut]

    @classmethod
    def of(cls, reply: AnswerOut) -> Self:
        return cls(
            answer_id=reply.id,
            status=reply.status,
            reason=reply.reason,
            independent_sources=reply.independent_sources,
            understood_as=reply.understood_as,
            citations=reply.citations,
        )


class MessageOut(Grounds):
    """The reply as a message. A refusal is one too: its content says why there is no answer."""

    role: Literal["assistant"] = "assistant"
    content: str


class ChoiceOut(Reply):
    index: int = 0
    message: MessageOut
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class ChatOut(Reply):
    """A chat completion. It has no `usage`: what the language model read and wrote is not what went over the wire."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHAT_ANSWER]})

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[ChoiceOut]


class ModelOut(Reply):
    """The model to name, so that front ends have one to offer. When it was made is not known."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = MODEL


class ModelsOut(Reply):
    object: Literal["list"] = "list"
    data: list[ModelOut]


class ErrorOut(Reply):
    """An error as OpenAI's clients read it: `code` is that of the problem, `param` the field at fault."""

    message: str
    type: Literal["invalid_request_error", "authentication_error", "permission_error", "server_error"]
    code: str
    param: str | None

    @classmethod
    def of(cls, problem: Problem) -> Self:
        kinds = {401: "authentication_error", 403: "permission_error"}
        kind: Any = "server_error" if problem.status >= 500 else kinds.get(problem.status, "invalid_request_error")
        return cls(message=problem.detail, type=kind, code=problem.code, param=problem.field)


class FailedOut(Reply):
    """The body of a reply to a chat that failed."""

    error: ErrorOut

    @classmethod
    def of(cls, problem: Problem) -> Self:
        return cls(error=ErrorOut.of(problem))
