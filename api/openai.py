"""Chats as questions, and replies as chat completions; pure. For front ends that speak OpenAI's protocol."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi.sse import format_sse_event
from ulid import ULID

from api import plain
from api.schemas.around import Problem
from api.schemas.asking import AnswerOut, SentenceOut
from api.schemas.chat import MODEL, ChatIn, ChatOut, ChoiceOut, FailedOut, Grounds, MessageIn, MessageOut, UsageOut
from rag.errors import InvalidInput
from rag.types import MAX_TURN_CHARS, MAX_TURNS, Completed, Event, Filters, Question, Retrieved, Turn
from rag.usage import Usage

DONE = format_sse_event(data_str="[DONE]")


def question_of(chat: ChatIn) -> Question:
    """The question of a chat. Raises `InvalidInput` naming the field at fault."""
    _check(chat)
    text, history = asked(chat.messages)
    try:
        return Question(
            text=text,
            as_of=chat.as_of or datetime.now(UTC),
            filters=chat.filters.filters() if chat.filters else Filters(),
            max_passages=chat.max_passages,
            history=history,
        )
    except InvalidInput as error:
        raise InvalidInput(str(error), "messages" if error.field == "question" else error.field) from error


def asked(messages: Sequence[MessageIn]) -> tuple[str, tuple[Turn, ...]]:
    """The last user message, and what user and assistant said before it, oldest first.

    Of a long conversation the latest turns count, and the beginning of each. Whatever else there is, system messages
    above all, is nobody's question and instructs nobody. Raises `InvalidInput` when no user message has text.
    """
    last = max((at for at, message in enumerate(messages) if message.role == "user"), default=-1)
    question = _text(messages[last]) if last >= 0 else ""
    if not question.strip():
        raise InvalidInput("a chat needs a user message with text in it; the last one is the question", "messages")
    turns = [turn for message in messages[:last] if (turn := _turn(message)) is not None]
    return question, tuple(turns[-MAX_TURNS:])


def completion(reply: AnswerOut, model: str, usage: Usage) -> ChatOut:
    """A whole reply as a chat completion."""
    message = MessageOut(**dict(Grounds.of(reply)), content=plain.content(reply))
    choices = [ChoiceOut(message=message)]
    return ChatOut(id=_id(), created=int(time.time()), model=model, choices=choices, usage=UsageOut.of(usage))


class ChatForm:
    """Chunks of one completion: the role, each sentence as it is verified, the sources, and last what they rest on."""

    def __init__(self, model: str = MODEL, usage: Callable[[], Usage] | None = None) -> None:
        """With `usage` another chunk without choices comes after the last, and tells it."""
        self._about = {"id": _id(), "object": "chat.completion.chunk", "created": int(time.time()), "model": model}
        self._usage = usage
        self._said = False

    def event(self, event: Event) -> bytes:
        if isinstance(event, Retrieved):
            return self._chunk({"role": "assistant", "content": ""})
        if isinstance(event, Completed):
            reply = AnswerOut.of(event.reply)
            grounds = Grounds.of(reply).model_dump(mode="json")
            return self._chunk({"content": plain.ending(reply)}) + self._chunk(grounds, "stop") + self._used() + DONE
        text = plain.sentence(SentenceOut.of(event.claim))
        before, self._said = " " if self._said else "", True
        return self._chunk({"content": before + text})

    def failed(self, problem: Problem) -> bytes:
        return format_sse_event(data_str=json.dumps(FailedOut.of(problem).model_dump()))

    def _used(self) -> bytes:
        if self._usage is None:
            return b""
        return self._data({"choices": [], "usage": UsageOut.of(self._usage()).model_dump()})

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        return self._data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}]})

    def _data(self, more: dict[str, Any]) -> bytes:
        return format_sse_event(data_str=json.dumps(self._about | more))


def _check(chat: ChatIn) -> None:
    """Refuse what asks for a reply of another kind, so that nobody mistakes this one for it."""
    if not _among(chat.n, 1):
        raise InvalidInput("there is one answer to a question; leave n out or let it be 1", "n")
    if not _among(chat.logprobs, False):
        raise InvalidInput("an answer has no token probabilities; its sentences have citations", "logprobs")
    if not _among(chat.response_format, {"type": "text"}):
        raise InvalidInput("an answer is text; for JSON, ask POST /v1/ask", "response_format")
    if not _among(chat.modalities, [], ["text"]):
        raise InvalidInput("an answer is text and nothing else", "modalities")
    for field, choice in (("tool_choice", chat.tool_choice), ("function_call", chat.function_call)):
        if not _among(choice, "none", "auto"):
            raise InvalidInput(f"an answer calls no tools; leave {field} out or let it be auto", field)


def _among(value: Any, *allowed: Any) -> bool:
    """Whether it was left out or is one of these, as JSON sees it: `true` is not 1."""
    return value is None or any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in allowed)


def _turn(message: MessageIn) -> Turn | None:
    """What user or assistant said, as far as it is text; an answer of ours without its list of sources."""
    if message.role not in ("user", "assistant"):
        return None
    said = message.content or ""
    text = said if isinstance(said, str) else "\n".join(part.text for part in said if part.text)
    text = plain.spoken(text)[:MAX_TURN_CHARS]
    return Turn("user" if message.role == "user" else "assistant", text) if text.strip() else None


def _text(message: MessageIn) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    if any(part.type != "text" for part in message.content):
        raise InvalidInput("only text can be asked", "messages")
    return "\n".join(part.text for part in message.content if part.text)


def _id() -> str:
    return f"chatcmpl-{ULID()}"
