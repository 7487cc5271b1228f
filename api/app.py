"""The HTTP service, from its parts: a list of routers, one middleware, one error handler, one lifespan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from api.admission import Admission
from api.boot import Boot
from api.description import KEY, describe
from api.envelope import Envelope
from api.errors import CODES, PROBLEMS, respond
from api.guard import Guard, asks_for_keys
from api.inside import Inside
from api.kept import keeping
from api.metrics import Metrics
from api.reading import Reading
from api.routes import answers, ask, collections, documents, health, jobs, mcp, metrics, openai, page, search, sources
from api.service import State
from api.tracing import Tracing
from api.watch import Watch
from ingest.fetch import Fetcher
from rag.compose import Engine
from rag.errors import GroundwireError
from rag.settings import Settings, listed
from rag.types import NewDocument

ROUTERS = (
    ask.router,
    answers.router,
    search.router,
    sources.router,
    documents.router,
    jobs.router,
    collections.router,
    openai.router,
    mcp.router,
)
"""What needs a key where there are keys: `Guard` sees to that, and what is said here is for the documentation."""

BEARER = HTTPBearer(scheme_name=KEY, description="as `groundwire keys create` prints it", auto_error=False)

ABOUT = """Answers questions about a collection of articles and shows the exact sentence behind every claim.

Errors are problem documents (RFC 9457) with a stable `code`. Times are RFC 3339 with a zone, offsets count Unicode
code points in the stored text of a document's version.

Where API keys were made, each call under `/v1` needs one as `Authorization: Bearer gw_…`: with the scope `ask` to ask
and read, with `write` to change documents and see jobs.

| code | status |
|---|---|
"""


def create_app(
    build: Callable[[], Engine],
    settings: Settings,
    seeds: Sequence[NewDocument] = (),
    fetcher: Fetcher | None = None,
    tracing: Tracing | None = None,
) -> FastAPI:
    """The app. `build` makes the engine, in a thread, once the app has started; the app closes it.

    It is ready once `seeds` are indexed too. Pages are fetched with `fetcher`, else from the public network only.
    Spans are made by `tracing`, which it ends; else where the process has something that sends them.
    """
    boot = Boot(build, seeds, keeping)
    counted = Metrics()
    tracing = tracing or Tracing(settings.model)
    watch = Watch(counted, tracing)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        reading = Reading(fetcher or Fetcher())
        admission = Admission(settings.concurrency, settings.queue_limit, settings.queue_seconds)
        tools = mcp.manager(Inside(boot, admission, settings.ask_timeout, watch), settings)
        boot.start()
        try:
            async with tools.run():
                yield State(
                    settings=settings,
                    boot=boot,
                    admission=admission,
                    reading=reading,
                    mcp=tools,
                    metrics=counted,
                    watch=watch,
                )
        finally:
            reading.close()
            boot.close()
            tracing.close()

    # The pages of /docs come with the package: nothing is asked of the network to read them.
    app: FastAPI = FastAPIOffline(
        title="Groundwire",
        version=version("groundwire"),
        description=ABOUT + "".join(f"| `{code}` | {status} |\n" for code, status in CODES.items()),
        lifespan=lifespan,
        middleware=_middleware(settings, counted),
        exception_handlers=dict.fromkeys((GroundwireError, RequestValidationError, HTTPException), respond),
        responses={422: PROBLEMS[422]},
        redirect_slashes=False,
        redoc_url=None,
    )
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(BEARER)])
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(page.router)
    app.openapi = describe(app, settings, lambda: asks_for_keys(boot, settings))  # type: ignore[method-assign]
    return app


def _middleware(settings: Settings, counted: Metrics) -> list[Middleware]:
    """Outermost first. Pages of other sites may call only where a setting names them, and can read problems then."""
    envelope = Middleware(
        Envelope,
        max_request_bytes=settings.max_request_bytes,
        receive_seconds=settings.receive_seconds,
        metrics=counted,
    )
    guard = Middleware(Guard, settings=settings)
    if not (origins := listed(settings.cors_origins)):
        return [envelope, guard]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=("GET", "POST", "DELETE"),
        allow_headers=("*",),  # clients in browsers send many of their own, and cookies are not among what is allowed
        expose_headers=("Location", "Mcp-Session-Id", "Retry-After", "WWW-Authenticate", "X-Request-ID"),
    )
    return [envelope, cors, guard]
