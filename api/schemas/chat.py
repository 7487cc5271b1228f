"""The shapes of OpenAI's chat completions, as far as a service that answers from a collection can fill them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from api.schemas import examples
from api.schemas.around import Problem
from api.schemas.asking import DEFAULT_PASSAGES, AnswerOut, CitationOut, FiltersIn
from api.schemas.fields import WHOLE, Collection, DayEnd, Reply, Text
from api.scopes import NOT_SERVED
from rag.types import DEFAULT_COLLECTION, MAX_PASSAGES, Status
from rag.usage import Usage

PATHS = ("/v1/chat/", "/v1/models", *NOT_SERVED)
"""Where errors have OpenAI's shape."""
MAX_MESSAGES = 1_000
MODEL = "groundwire"
"""A collection with all that reads it is a model: `groundwire` is the default one, `groundwire/NAME` any other."""


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


class StreamOptionsIn(Lenient):
    include_usage: bool | None = None


class ChatIn(Lenient):
    """A conversation whose last user message is the question.

    `as_of`, `filters`, `max_passages` and `collection` are as in `/v1/ask`. What sets the style of a model,
    `temperature` for one, is passed over, and so are tools that need not be called; what would ask for another kind
    of reply is refused.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHAT]})

    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=MAX_MESSAGES, json_schema_extra=_ASKS)]
    model: Text | None = Field(None, description="`groundwire/NAME` asks that collection; any other name will do")
    stream: bool | None = None
    stream_options: StreamOptionsIn | None = None
    as_of: DayEnd | None = None
    filters: FiltersIn | None = None
    max_passages: Annotated[int, Field(ge=1, le=MAX_PASSAGES), WHOLE] = DEFAULT_PASSAGES
    collection: Collection | None = Field(None, description="ask this collection, whatever `model` says")
    n: Annotated[Any, _only(1)] = None
    response_format: Annotated[Any, _only({"type": "text"})] = None
    logprobs: Annotated[Any, _only(False)] = None
    modalities: Annotated[Any, _only([], ["text"])] = None
    tool_choice: Annotated[Any, _only("none", "auto")] = None
    function_call: Annotated[Any, _only("none", "auto")] = None


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


class UsageOut(Reply):
    """The tokens that the language model read and wrote for an answer, in all its calls.

    0 where it was not asked, or does not tell: the field is optional in OpenAI's description, and yet there are
    clients that fail without it.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> Self:
        read, written = usage.read or 0, usage.written or 0
        return cls(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)


class ChatOut(Reply):
    """A chat completion."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CHAT_ANSWER]})

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[ChoiceOut]
    usage: UsageOut


class ModelOut(Reply):
    """The model to name, so that front ends have one to offer. When it was made is not known."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = MODEL


def model_name(collection: str | None) -> str:
    """The model that stands for a collection."""
    return MODEL if collection in (None, DEFAULT_COLLECTION) else f"{MODEL}/{collection}"


def collection_of(model: str | None) -> str | None:
    """The collection that a model stands for; None for `groundwire` and for every name of other models."""
    before, _, name = (model or "").partition("/")
    return name if before == MODEL and name else None


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
