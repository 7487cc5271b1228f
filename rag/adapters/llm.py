"""Language models through LangChain: the local server, any OpenAI-compatible one, or any chat model it knows."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, cast

from rag.errors import GroundwireError, ModelUnavailable
from rag.seams import Message
from rag.settings import Settings
from rag.usage import count
from rag.weights import catalogue

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SEED = 1
MOST_ALTERNATIVES = 20


class LangChainModel:
    """A chat model that LangChain drives, decoded greedily. It is made when first used: importing it takes seconds."""

    def __init__(self, name: str, make: Callable[[], BaseChatModel], afresh: Mapping[str, Any] | None = None) -> None:
        """`afresh` are arguments that make the server read a prompt as if it had never seen its beginning."""
        self.name = name
        self._afresh = afresh or {}
        self._make = make
        self._made: BaseChatModel | None = None
        self._turn = threading.Lock()

    async def stream(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
        with _translated(self.name):
            # the method is a generator, whatever its declared type: closing it is what frees the model
            pieces = cast("AsyncGenerator[Any, None]", self.load().astream(_turns(messages), max_tokens=max_tokens))
            async with aclosing(pieces):
                async for piece in pieces:
                    count(getattr(piece, "usage_metadata", None))
                    if text := piece.text:
                        yield str(text)

    async def prefers(self, messages: Sequence[Message], options: tuple[str, str]) -> float | None:
        model = self.load().bind(max_tokens=1, logprobs=True, top_logprobs=MOST_ALTERNATIVES, **self._afresh)
        with _translated(self.name):
            try:
                reply = await model.ainvoke(_turns(messages))
            except TypeError:  # a provider whose client has no such argument
                return None
        count(getattr(reply, "usage_metadata", None))
        told = _preference(reply.response_metadata.get("logprobs"), options)
        return _plain(str(reply.text), options) if told is None else told

    def load(self) -> BaseChatModel:
        """Make the model now, so that the first question need not wait for it. Raises `Unavailable`."""
        with self._turn, _translated(self.name):
            if self._made is None:
                self._made = self._make()
            return self._made


def open_model(settings: Settings) -> LangChainModel:
    """The model that the settings name: at `model_url` if that is given, else by LangChain's `provider:model`.

    A local model without a server raises `Unavailable` when it is used, not before.
    """
    if settings.model_url:
        # A prefix read in another batch can tip a near tie the other way, so llama.cpp's cache is kept from reaching
        # from one question into the next: the same question has the same answer.
        afresh = {"extra_body": {"cache_prompt": False}} if settings.model in catalogue() else {}
        return LangChainModel(settings.model, lambda: _openai_compatible(settings), afresh)
    if ":" in settings.model:
        return LangChainModel(settings.model, lambda: _any_provider(settings))
    return LangChainModel(settings.model, _nothing_serves)


def _openai_compatible(settings: Settings) -> BaseChatModel:
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=settings.model,
        base_url=settings.model_url,
        api_key=settings.model_key if settings.model_key.get_secret_value() else cast("Any", "none"),
        temperature=0,
        seed=SEED,
        timeout=settings.ask_timeout,
        max_retries=1,
        stream_usage=True,
        use_responses_api=False,
    )


def _any_provider(settings: Settings) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    key = settings.model_key.get_secret_value()
    options: dict[str, Any] = {"temperature": 0, **({"api_key": key} if key else {})}
    return cast("BaseChatModel", init_chat_model(settings.model, **options))


def _nothing_serves() -> BaseChatModel:
    raise ModelUnavailable("model", "no model server is running; `groundwire serve` starts one")


def _turns(messages: Sequence[Message]) -> list[tuple[str, str]]:
    return [({"user": "human", "assistant": "ai"}.get(m.role, m.role), m.content) for m in messages]


def _preference(logprobs: Any, options: tuple[str, str]) -> float | None:
    """How the probability of the first token is shared out between two words, in whatever case or spacing."""
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not content:
        return None
    shares = dict.fromkeys(options, 0.0)
    for alternative in content[0].get("top_logprobs") or ():
        word = str(alternative["token"]).strip().casefold()
        if word in shares:
            shares[word] += math.exp(alternative["logprob"])
    total = sum(shares.values())
    return shares[options[0]] / total if total else None


def _plain(said: str, options: tuple[str, str]) -> float | None:
    """1 or 0 where the reply starts with one of two words, for a provider that tells no probabilities."""
    word = re.match(r"\W*(\w+)", said)
    return {options[0]: 1.0, options[1]: 0.0}.get(word[1].casefold()) if word else None


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """Whatever a provider raises means the same here: the model cannot answer now."""
    try:
        yield
    except GroundwireError:
        raise
    except Exception as error:
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelUnavailable("model", f"the model {name} cannot be reached: {told}") from error
