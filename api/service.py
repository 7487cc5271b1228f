"""What the routes share while the app runs, and how they ask for it."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, TypedDict, cast

from fastapi import Depends, Query, Request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from api.admission import Admission
from api.boot import Boot
from api.denials import CollectionDenied
from api.metrics import Metrics
from api.reading import Reading
from api.schemas.fields import COLLECTION
from api.watch import Watch
from rag.collections import Collections
from rag.compose import Engine
from rag.settings import Settings
from rag.types import DEFAULT_COLLECTION


class State(TypedDict):
    """The lifespan state: set when the app starts, and read by each request."""

    settings: Settings
    boot: Boot
    admission: Admission
    reading: Reading
    mcp: StreamableHTTPSessionManager
    metrics: Metrics
    watch: Watch


def state(request: Request) -> State:
    return cast(State, request.scope["state"])


async def _settings(request: Request) -> Settings:
    return state(request)["settings"]


async def _boot(request: Request) -> Boot:
    return state(request)["boot"]


async def _admission(request: Request) -> Admission:
    return state(request)["admission"]


async def _reading(request: Request) -> Reading:
    return state(request)["reading"]


async def _watch(request: Request) -> Watch:
    return state(request)["watch"]


async def _mcp(request: Request) -> StreamableHTTPSessionManager:
    return state(request)["mcp"]


BOUND: ContextVar[frozenset[str]] = ContextVar("BOUND")
"""The collections that the key of the request being handled is bound to; none for all.

It has no default: where no door was passed, nothing is open. Threads may not know it, so whoever needs it reads it at
once, into an `Access`.
"""


@dataclass(frozen=True, slots=True)
class Access:
    """The collections that a request may reach. There is no other way from the name of one to what is in it.

    `bound` are those that its key is bound to; none for all.
    """

    collections: Collections[Engine]
    bound: frozenset[str]

    def names(self) -> list[str]:
        return [name for name in self.collections.names() if not self.bound or name in self.bound]

    def allowed(self, name: str | None) -> str:
        """The collection that is meant, the default one for None. Raises `CollectionDenied`."""
        meant = name or DEFAULT_COLLECTION
        if self.bound and meant not in self.bound:
            raise CollectionDenied
        return meant

    def engine(self, name: str | None) -> Engine:
        """That of the default collection for None. Raises `UnknownCollection`, `CollectionDenied`."""
        return self.collections.engine(self.allowed(name))

    async def opened(self, name: str | None) -> Engine:
        """The same, for the event loop, which looking a name up would hold up."""
        if name is None or name == DEFAULT_COLLECTION:
            return self.engine(name)
        return await asyncio.to_thread(self.engine, name)

    def create(self, name: str | None) -> Engine:
        """Of a collection that is made if it is missing. Raises `InvalidInput`, `CollectionDenied`."""
        return self.collections.create(self.allowed(name))

    def delete(self, name: str) -> None:
        """Remove a collection with all that is in it. Raises `UnknownCollection`, `InvalidInput`."""
        self.collections.delete(self.allowed(name))


async def _access(request: Request) -> Access:
    return Access(state(request)["boot"].collections, BOUND.get())


AccessPart = Annotated[Access, Depends(_access)]
"""What bodies that name a collection are looked up with; before the engine is built it is a problem."""

Named = Annotated[str, Query(pattern=COLLECTION, description="the collection that is meant")]


def _engine(access: AccessPart, collection: Named = DEFAULT_COLLECTION) -> Engine:
    return access.engine(collection)


SettingsPart = Annotated[Settings, Depends(_settings)]
BootPart = Annotated[Boot, Depends(_boot)]
AdmissionPart = Annotated[Admission, Depends(_admission)]
ReadingPart = Annotated[Reading, Depends(_reading)]
McpPart = Annotated[StreamableHTTPSessionManager, Depends(_mcp)]
WatchPart = Annotated[Watch, Depends(_watch)]
EnginePart = Annotated[Engine, Depends(_engine)]
"""The engine of the collection that the query names; a request that comes before it is built gets a problem."""
