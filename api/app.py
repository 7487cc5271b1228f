"""The HTTP service, from its parts: a list of routers, one middleware, one error handler, one lifespan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from api.admission import Admission
from api.boot import Boot
from api.envelope import Envelope
from api.errors import CODES, PROBLEMS, respond
from api.reading import Reading
from api.routes import ask, documents, health, jobs, page, search
from api.service import State
from ingest.fetch import Fetcher
from rag.compose import Engine
from rag.errors import GroundwireError
from rag.settings import Settings
from rag.types import NewDocument

ROUTERS = (ask.router, search.router, documents.router, jobs.router, health.router, page.router)

ABOUT = """Answers questions about a collection of articles and shows the exact sentence behind every claim.

Errors are problem documents (RFC 9457) with a stable `code`. Times are RFC 3339 with a zone, offsets count Unicode
code points in the stored text of a document's version.

| code | status |
|---|---|
"""


def create_app(
    build: Callable[[], Engine],
    settings: Settings,
    seeds: Sequence[NewDocument] = (),
    fetcher: Fetcher | None = None,
) -> FastAPI:
    """The app. `build` makes the engine, in a thread, once the app has started; the app closes it.

    It is ready once `seeds` are indexed too. Pages are fetched with `fetcher`, else from the public network only.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        boot = Boot(build, seeds)
        reading = Reading(fetcher or Fetcher())
        admission = Admission(settings.concurrency, settings.queue_limit)
        boot.start()
        try:
            yield State(settings=settings, boot=boot, admission=admission, reading=reading)
        finally:
            reading.close()
            boot.close()

    # The pages of /docs come with the package: nothing is asked of the network to read them.
    app: FastAPI = FastAPIOffline(
        title="Groundwire",
        version=version("groundwire"),
        description=ABOUT + "".join(f"| `{code}` | {status} |\n" for code, status in CODES.items()),
        lifespan=lifespan,
        middleware=[Middleware(Envelope, max_request_bytes=settings.max_request_bytes)],
        exception_handlers=dict.fromkeys((GroundwireError, RequestValidationError, HTTPException), respond),
        responses={422: PROBLEMS[422]},
        redirect_slashes=False,
        redoc_url=None,
    )
    for router in ROUTERS:
        app.include_router(router)
    return app
