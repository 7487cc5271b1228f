"""What the routes share while the app runs, and how they ask for it."""

from __future__ import annotations

from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from api.admission import Admission
from api.boot import Boot
from api.metrics import Metrics
from api.reading import Reading
from api.watch import Watch
from rag.compose import Engine
from rag.settings import Settings


class State(TypedDict):
    """The lifespan state: set when the app starts, and read by each request."""

    settings: Settings
    boot: Boot
    admission: Admission
    reading: Reading
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


async def _engine(request: Request) -> Engine:
    return state(request)["boot"].engine


SettingsPart = Annotated[Settings, Depends(_settings)]
BootPart = Annotated[Boot, Depends(_boot)]
AdmissionPart = Annotated[Admission, Depends(_admission)]
ReadingPart = Annotated[Reading, Depends(_reading)]
WatchPart = Annotated[Watch, Depends(_watch)]
EnginePart = Annotated[Engine, Depends(_engine)]
"""The engine; a request that comes before it is built is answered with a problem."""
