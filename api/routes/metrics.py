"""The page that Prometheus reads."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress

from fastapi import APIRouter, Request, Response

from api import runtime
from api.metrics import CONTENT_TYPE, Snapshot
from api.process import resident
from api.service import State, state
from rag.collections import Collections
from rag.compose import Engine
from rag.errors import StoreDamaged, Unavailable, UnknownCollection
from rag.store import Backlog, Counts

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Counts and states of the service in Prometheus' text format. Labels come from fixed sets."""
    parts = state(request)
    health = await parts["boot"].health()
    now = await asyncio.to_thread(snapshot, parts, health)
    return Response(parts["metrics"].page(now), media_type=CONTENT_TYPE)


def snapshot(parts: State, health: Mapping[str, str | None]) -> Snapshot:
    """How the service is now, as far as it can be found out."""
    settings, admission = parts["settings"], parts["admission"]
    counts: Counts | None = None
    backlog: Backlog | None = None
    with suppress(Unavailable):
        counts, backlog = held(parts["boot"].collections)
    running = runtime.read(settings.data)
    children = running.children if running else ()
    pids = {child.name: child.pid for child in children} | (
        {"supervisor": running.pid} if running else {"api": os.getpid()}
    )
    try:
        free = shutil.disk_usage(settings.data).free
    except OSError:
        free = None
    memory = {name: resident(pid) for name, pid in pids.items() if pid}
    return Snapshot(admission.running, admission.waiting, health, counts, backlog, children, memory, free)


def held(collections: Collections[Engine]) -> tuple[Counts, Backlog]:
    """What all collections hold together, and what waits to be taken into them. Raises `Unavailable`."""
    found = []
    for name in collections.names():
        with suppress(UnknownCollection, StoreDamaged):  # deleted since, or not to be read, which `status` tells
            store = collections.engine(name).store
            found.append((store.counts(), store.backlog()))
    return Counts.total(counts for counts, _ in found), Backlog.total(backlog for _, backlog in found)
