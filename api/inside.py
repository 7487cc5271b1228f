"""The engine of this process as the client of a service would see it: the same questions, line, limits and errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Unpack

from api.admission import Admission
from api.boot import Boot
from api.remote.calls import Asking, Event, Narrowing, asked
from api.routes.search import found
from api.schemas.asking import AnswerOut, AskIn, PassagesOut, SearchIn, SearchOut, SentenceEvent
from api.schemas.documents import WholeOut
from api.service import BOUND, Access
from api.stream import Asking as Questions
from api.watch import Watch
from rag import types
from rag.compose import Engine


class Inside:
    """Asks the engine that `boot` has built; before that everything raises `NotReady`."""

    def __init__(self, boot: Boot, admission: Admission, timeout: float, watch: Watch) -> None:
        self._boot = boot
        self._admission = admission
        self._timeout = timeout
        self._watch = watch

    async def stream(self, question: str, **how: Unpack[Asking]) -> AsyncGenerator[Event, None]:
        """As `api.remote.AsyncClient.stream`. Raises `Overloaded` when the line is full."""
        body = AskIn.model_validate(asked(question, how))
        engine = await self._engine(body.collection)
        questions = Questions(engine.answerer, self._admission, self._timeout, self._watch)
        async with aclosing(questions.told(body.to_question())) as events:
            async for event in events:
                if isinstance(event, types.Retrieved):
                    yield PassagesOut.of(event.hits)
                elif isinstance(event, types.Verified):
                    yield SentenceEvent.from_event(event)
                else:
                    yield AnswerOut.of(event.reply, explain=body.explain)

    async def search(self, question: str, *, limit: int = 10, **how: Unpack[Narrowing]) -> SearchOut:
        body = SearchIn.model_validate(asked(question, how) | {"limit": limit})
        return await asyncio.to_thread(found, body, await self._engine(body.collection))

    async def document(
        self, document_id: str, *, version: int | None = None, collection: str | None = None
    ) -> WholeOut:
        engine = await self._engine(collection)
        return WholeOut.whole(*await asyncio.to_thread(engine.store.document, document_id, version))

    async def _engine(self, collection: str | None) -> Engine:
        return await Access(self._boot.collections, BOUND.get()).opened(collection)
