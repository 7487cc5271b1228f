"""Language models through LangChain: the local server, any OpenAI-compatible one, or any chat model it knows."""

from __future__ import annotations

import asyncio
import logging
import math
import re
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence, Set
from contextlib import aclosing, contextmanager
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from rag.adapters.manners import BREVITY, alternatives, pause, refused, status
from rag.adapters.thinking import CLOSING, OPENING, Aloud, aloud
from rag.errors import GroundwireError, ModelBusy, ModelKeyRefused, ModelUnavailable, ModelUnknown
from rag.seams import Message
from rag.settings import Settings
from rag.usage import count
from rag.weights import catalogue

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

SEED = 1
THINKING_TOKENS = 2048
"""What a model that thinks before it answers may use for that, beside what its answer may have."""
FEW_TOKENS = 8
"""What a yes or no may take at an endpoint: "**Yes**" is three tokens or more. The local model says it in one."""
_ENDS = ("finish_reason", "done_reason", "stop_reason")

log = logging.getLogger(__name__)

Make = Callable[[Set[str]], "BaseChatModel"]
Reply = TypeVar("Reply")


class LangChainModel:
    """A chat model that LangChain drives, decoded greedily. It is made when first used: importing it takes seconds.

    What an endpoint refuses to be asked with is left out from then on, and so is learnt whether the model thinks
    before it answers; see docs/settings.md.
    """

    def __init__(self, name: str, make: Make, patience: float, afresh: Mapping[str, Any] | None = None) -> None:
        """`make` is told what not to ask with, `patience` is how many seconds a busy endpoint is asked again.

        `afresh`, given for the local server, is what makes it read a prompt as if it had never seen its beginning.
        """
        self.name = name
        self._make = make
        self._patience = patience
        self._afresh = afresh or {}
        self._brief = 1 if afresh else FEW_TOKENS
        self._made: tuple[Set[str], BaseChatModel] | None = None
        self._without: Set[str] = frozenset()
        self._settled = bool(afresh)
        self._unopened = False
        self._turn = threading.Lock()

    async def stream(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
        with _translated(self.name):
            while True:
                thinks, said, cut = BREVITY in self._without, False, False
                aloud = Aloud(unopened=self._unopened)
                async with aclosing(self._pieces(messages, max_tokens)) as pieces:
                    async for piece in pieces:
                        cut = cut or _cut(piece)
                        if text := aloud.feed(str(piece.text)):
                            said = True
                            yield text
                if text := aloud.rest(cut=cut):
                    yield text
                if said or text or not cut or self._settled:
                    return
                if thinks:
                    raise ModelUnavailable(
                        "model", f"the model {self.name} thought for {THINKING_TOKENS:,} tokens and said nothing"
                    )
                self._learn({BREVITY})

    async def prefers(self, messages: Sequence[Message], options: tuple[str, str]) -> float | None:
        with _translated(self.name):
            reply = await self._reply(messages, self._without)
            told = _told(reply, options)
            if told is None and _cut(reply) and not self._settled and BREVITY not in self._without:
                # neither word within so few tokens: a model that thinks first, or one that says more than it was asked
                longer = await self._reply(messages, self._without | {BREVITY})
                told, text = _told(longer, options), str(longer.text)
                closed, opened = CLOSING.search(text) is not None, OPENING.match(text) is not None
                self._unopened = closed and not opened
                self._settled = not (closed or opened) and bool(str(reply.text).strip())
                if not self._settled:
                    self._learn({BREVITY})
            return told

    def load(self, without: Set[str] = frozenset()) -> BaseChatModel:
        """Make the model now, so that the first question need not wait for it. Raises `Unavailable`."""
        with self._turn, _translated(self.name):
            if self._made is None or self._made[0] != without:
                self._made = (without, self._make(without))
            return self._made[1]

    async def _pieces(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[BaseMessage, None]:
        """A reply as it is written."""

        async def begun(without: Set[str]) -> tuple[AsyncGenerator[BaseMessage, None], BaseMessage | None]:
            asked = self.load(without).astream(_turns(messages, without), **_limit(max_tokens, without))
            # the method is a generator, whatever its declared type: closing it is what frees the model
            pieces = cast("AsyncGenerator[BaseMessage, None]", asked)
            return pieces, await anext(pieces, None)

        pieces, piece = await self._taken(begun, self._without)
        async with aclosing(pieces):
            while piece is not None:
                count(getattr(piece, "usage_metadata", None))
                yield piece
                piece = await anext(pieces, None)

    async def _reply(self, messages: Sequence[Message], without: Set[str]) -> BaseMessage:
        """A whole reply of a word or so, with the probabilities of its tokens where they are told."""

        async def replied(without: Set[str]) -> BaseMessage:
            extra = {**alternatives(without), **_limit(self._brief, without, self._afresh)}
            return await self.load(without).bind(**extra).ainvoke(_turns(messages, without))

        reply = await self._taken(replied, without)
        count(getattr(reply, "usage_metadata", None))
        return reply

    async def _taken(self, ask: Callable[[Set[str]], Awaitable[Reply]], without: Set[str]) -> Reply:
        """What comes of asking, also without what the endpoint refuses; where it is busy, once it no longer is."""
        first, tries, deadline = without, 0, time.monotonic() + self._patience
        while True:
            try:
                found = await ask(without)
            except Exception as error:
                wait = pause(error, tries)
                if wait is not None and time.monotonic() + wait < deadline:
                    tries += 1
                    await asyncio.sleep(wait)
                elif more := refused(error, without):
                    without = without | more
                else:
                    raise
            else:
                self._learn(without - first)  # only what was refused, and then went well without
                return found

    def _learn(self, refused: Set[str]) -> None:
        if new := refused - self._without:
            log.info("the model %s is asked without %s from now on", self.name, ", ".join(sorted(new)))
            self._without = self._without | new


def open_model(settings: Settings) -> LangChainModel:
    """The model that the settings name: at `model_url` if that is given, else by LangChain's `provider:model`.

    A local model without a server raises `Unavailable` when it is used, not before.
    """
    make: Make = partial(_any_provider, settings) if ":" in settings.model else _nothing_serves
    if settings.model_url:
        # A prefix read in another batch can tip a near tie the other way, so llama.cpp's cache is kept from reaching
        # from one question into the next: the same question has the same answer.
        afresh = {"extra_body": {"cache_prompt": False}} if settings.model in catalogue() else {}
        return LangChainModel(settings.model, partial(_openai_compatible, settings), settings.ask_timeout, afresh)
    return LangChainModel(settings.model, make, settings.ask_timeout)


def _openai_compatible(settings: Settings, without: Set[str]) -> BaseChatModel:
    from langchain_openai import ChatOpenAI

    options: dict[str, Any] = {"temperature": 0, "seed": SEED}
    return ChatOpenAI(
        model=settings.model,
        base_url=settings.model_url,
        api_key=settings.model_key if settings.model_key.get_secret_value() else cast("Any", "none"),
        timeout=settings.ask_timeout,
        stream_chunk_timeout=settings.ask_timeout,
        max_retries=1,
        stream_usage="stream_options" not in without,
        use_responses_api=False,
        **{name: value for name, value in options.items() if name not in without},
    )


def _any_provider(settings: Settings, without: Set[str]) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    key = settings.model_key.get_secret_value()
    options: dict[str, Any] = {
        **({} if "temperature" in without else {"temperature": 0}),
        **({"api_key": key} if key else {}),
    }
    return cast("BaseChatModel", init_chat_model(settings.model, **options))


def _nothing_serves(_without: Set[str]) -> BaseChatModel:
    raise ModelUnavailable("model", "no model server is running; `groundwire serve` starts one")


def _limit(max_tokens: int, without: Set[str], extra: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """The arguments that bound a reply, with what else goes into the body of a request.

    What is called `max_tokens` here LangChain sends as `max_completion_tokens`, which older servers do not know.
    """
    limit = {"max_tokens": max_tokens + (THINKING_TOKENS if BREVITY in without else 0)}
    if "max_completion_tokens" in without:
        return {**extra, "extra_body": {**extra.get("extra_body", {}), **limit}}
    return {**extra, **limit}


def _turns(messages: Sequence[Message], without: Set[str]) -> list[tuple[str, str]]:
    if "system" in without:
        messages = [Message("user", "\n\n".join(message.content for message in messages))]
    return [({"user": "human", "assistant": "ai"}.get(m.role, m.role), m.content) for m in messages]


def _cut(reply: BaseMessage) -> bool:
    """Whether a reply ended at its limit, by any provider's name for that."""
    told = reply.response_metadata
    return bool({"length", "max_tokens", "MAX_TOKENS"} & {told.get(name) for name in _ENDS})


def _told(reply: BaseMessage, options: tuple[str, str]) -> float | None:
    told = _preference(reply.response_metadata.get("logprobs"), options)
    return _plain(aloud(str(reply.text)), options) if told is None else told


def _preference(logprobs: Any, options: tuple[str, str]) -> float | None:
    """How the probability of the first word is shared out between two, in whatever case or spacing.

    The first word is what follows thoughts and marks ("**"), if any were told of.
    """
    content = (logprobs.get("content") if isinstance(logprobs, dict) else None) or []
    for token in _aloud(content):
        shares = dict.fromkeys(options, 0.0)
        for alternative in token.get("top_logprobs") or ():
            word = str(alternative["token"]).strip().casefold()
            if word in shares:
                shares[word] += math.exp(alternative["logprob"])
        if total := sum(shares.values()):
            return shares[options[0]] / total
        if any(character.isalnum() for character in str(token["token"])):
            return None
    return None


def _aloud(content: Sequence[Any]) -> Sequence[Any]:
    """The tokens after those of a thought."""
    written = ""
    for number, token in enumerate(content, 1):
        written += str(token["token"])
        if CLOSING.search(written):
            return content[number:]
    return content


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
        raise _unavailable(name, error) from error


def _unavailable(name: str, error: Exception) -> ModelUnavailable:
    told = " ".join(str(error).split())[:200] or type(error).__name__
    match status(error):
        case 401 | 403:  # what was told may hold a part of the key
            return ModelKeyRefused(
                "model", f"the endpoint of the model {name} refuses the key; see GROUNDWIRE_MODEL_KEY"
            )
        case 404:
            return ModelUnknown(
                "model", f"the endpoint knows no model {name}, or GROUNDWIRE_MODEL_URL is not its base: {told}"
            )
        case 429:
            return ModelBusy(
                "model", f"the endpoint of the model {name} takes no more for now: {told}", pause(error, 0)
            )
        case None:
            return ModelUnavailable("model", f"the model {name} cannot be reached: {told}")
        case _:
            return ModelUnavailable("model", f"the model {name} does not answer: {told}")
