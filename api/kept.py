"""Answers are kept as they are given, for a while, so that they can be read again and judged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from api.schemas.asking import AnswerOut
from rag.compose import Engine
from rag.errors import Unavailable
from rag.seams import Answering
from rag.settings import Settings
from rag.store import Store
from rag.types import Answer, Completed, Event, Question, Refusal

log = logging.getLogger("groundwire.api")

KEEP_SECONDS = 5.0


def keeping(engine: Engine) -> Engine:
    """The same engine, whose answers are kept; as it is where the settings keep none."""
    settings = engine.settings
    try:
        engine.store.prune_answers(settings.answer_days, settings.answers_kept)
    except Unavailable as error:  # the next answer does it
        log.warning("old answers were not removed: %s", error)
    if not (settings.answer_days and settings.answers_kept):
        return engine
    return replace(engine, answerer=Keeping(engine.answerer, engine.store, settings))


class Keeping:
    """Answers like the one it is given, and keeps each reply before it is released."""

    def __init__(self, answering: Answering, store: Store, settings: Settings) -> None:
        self._answering = answering
        self._store = store
        self._settings = settings
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """The events of the other, unchanged."""
        async with aclosing(self._answering.ask(question)) as events:
            async for event in events:
                if isinstance(event, Completed):
                    await self._keep(question, event.reply)
                yield event

    async def _keep(self, question: Question, reply: Answer | Refusal) -> None:
        """Waits a little, so that who has the answer can read it again at once. A store that is busy for longer, with
        documents that are taken in, does not hold up the answer.
        """
        task = asyncio.create_task(asyncio.to_thread(self._write, question, reply))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=KEEP_SECONDS)

    def _write(self, question: Question, reply: Answer | Refusal) -> None:
        body = AnswerOut.of(reply).model_dump_json()
        try:
            self._store.keep_answer(question, reply, body, self._settings.answer_days, self._settings.answers_kept)
        except Unavailable as error:
            log.warning("an answer was not kept: %s", error)
