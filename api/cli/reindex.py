"""`groundwire reindex`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from rag.errors import SetupError

if TYPE_CHECKING:
    from rag.compose import Engine
    from rag.settings import Settings

START_SECONDS = 60.0


@click.command("reindex")
def command() -> None:
    """Rebuild what Chroma holds, for every collection, from the vectors in the stores; nothing is embedded again.

    Works beside a running service, and without one.
    """
    from api import runtime
    from rag.settings import load_settings

    settings = load_settings()
    if not settings.store_path.is_file():
        raise SetupError(
            f"{settings.store_path} is not there, so there is nothing to index; GROUNDWIRE_DATA says where"
        )
    running = runtime.read(settings.data)
    if running or settings.chroma_url:
        _reindex(settings, running.chroma_url if running else settings.chroma_url)
    else:
        with runtime.alone(settings.data):
            reindex_alone(settings)


def reindex_alone(settings: Settings) -> None:
    """Rebuild it while no service runs; the caller holds the data folder."""
    if settings.chroma_url:
        _reindex(settings, settings.chroma_url)
    else:
        asyncio.run(_with_own_chroma(settings))


async def _with_own_chroma(settings: Settings) -> None:
    async with _chroma(settings) as url:
        await asyncio.to_thread(_reindex, settings, url)


@asynccontextmanager
async def _chroma(settings: Settings) -> AsyncIterator[str]:
    """A Chroma server on the data folder, for as long as it is needed."""
    from api import parts
    from api.process import Process, answers

    port = parts.private_port()
    spec = parts.chroma(settings, port)
    settings.log_path.mkdir(parents=True, exist_ok=True)
    log = settings.log_path / "chroma.log"
    process = await Process.start(spec, log, parts.Arrangement(settings, ()).environment)
    try:
        async with asyncio.timeout(START_SECONDS):
            while not await answers(spec.probe):
                if await process.ended(0.1):
                    raise SetupError(f"Chroma {process.how}; see {log}")
        yield f"http://127.0.0.1:{port}"
    except TimeoutError:
        raise SetupError(f"Chroma did not start within {START_SECONDS:.0f} s; see {log}") from None
    finally:
        await process.end(spec.grace)


def _reindex(settings: Settings, chroma_url: str) -> None:
    from rag.compose import build, collections_of

    engine = build(settings.model_copy(update={"chroma_url": chroma_url}))
    collections = collections_of(engine)
    try:
        found = [_rebuilt(collections.engine(name)) for name in collections.names()]
    finally:
        collections.close()
        engine.close()
    click.echo(f"{sum(done for done, _ in found):,} of {sum(total for _, total in found):,} passages indexed")


def _rebuilt(engine: Engine) -> tuple[int, int]:
    """How many passages of a collection were indexed, and how many there are."""
    from ingest.pipeline import reindex

    total = engine.store.counts().passages
    with click.progressbar(length=total, label="indexing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        return reindex(
            engine.store, engine.index, engine.embedder.stamp, lambda done: bar.update(done - bar.pos)
        ), total
