"""The one thing that tests do not run for real: the language model, which is slow and draws its own conclusions."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncGenerator, Callable, Sequence

from rag.seams import Message

POLL_SECONDS = 0.005
WAIT_SECONDS = 120.0

Draft = str | Callable[[Sequence[Message]], str]


class ScriptedModel:
    """A `LanguageModel` that says what it was told to say, a word at a time.

    `drafts` are said in turn, the last one from then on; one may be a function of the messages, and
    may raise. After `pause`, from any thread, no word is said until `resume`; `pause_before` pauses
    once it comes to that word. Counts are since the model was made: `closed_early` counts streams
    that were closed before their draft was finished, or that failed.
    """

    name = "scripted"

    def __init__(self, *drafts: Draft, preference: float | None = None, pause_before: str = "") -> None:
        self.drafts: list[Draft] = list(drafts) or [""]
        self.preference = preference
        self._pause_before = pause_before
        self.prompts: list[tuple[Message, ...]] = []
        self.started = 0
        self.finished = 0
        self.closed_early = 0
        self.running = 0
        self.most_at_once = 0
        self._flowing = threading.Event()
        self._flowing.set()
        self._changed = threading.Condition()

    async def stream(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
        with self._changed:
            draft = self.drafts[min(self.started, len(self.drafts) - 1)]
            self.prompts.append(tuple(messages))
            self.started += 1
            self.running += 1
            self.most_at_once = max(self.most_at_once, self.running)
            self._changed.notify_all()
        whole = False
        try:
            text = draft if isinstance(draft, str) else draft(messages)
            for word in re.findall(r"\S+\s*|\s+", text)[:max_tokens]:
                if word.strip() == self._pause_before:
                    self._pause_before = ""
                    self.pause()
                while not self._flowing.is_set():  # noqa: ASYNC110 - set from another thread
                    await asyncio.sleep(POLL_SECONDS)
                yield word
            whole = True
        finally:
            with self._changed:
                self.running -= 1
                self.finished += whole
                self.closed_early += not whole
                self._changed.notify_all()

    async def prefers(self, messages: Sequence[Message], options: tuple[str, str]) -> float | None:
        return self.preference

    def pause_at(self, word: str) -> None:
        """Pause once it comes to that word."""
        self._pause_before = word

    def pause(self) -> None:
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()

    def wait_started(self, count: int) -> None:
        """Return once so many streams have begun."""
        self._wait(lambda: self.started >= count, f"{count} streams to begin")

    def wait_closed(self, count: int) -> None:
        """Return once so many streams have been closed early."""
        self._wait(lambda: self.closed_early >= count, f"{count} streams to be closed early")

    def _wait(self, happened: Callable[[], bool], what: str) -> None:
        with self._changed:
            assert self._changed.wait_for(happened, WAIT_SECONDS), f"waited in vain for {what}"
