"""Files of lines, sent as they are: the service reads them as they come, and neither end holds them in memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from ulid import ULID

from api.client import Body, Client, NotRunning, Problem
from rag.errors import GroundwireError, Unavailable

PIECE_BYTES = 2**20
TRIES = 6
MEDIA_TYPE = "application/x-ndjson"


def sent_as_lines(service: Client, path: Path, name: str) -> Body:
    """The job that takes a file of lines in. When the connection breaks off, or the service is not ready, it is sent
    again with the same key a few times, which goes on where it was.

    Raises `OSError` when the file cannot be read, else as `Client` does.
    """
    size = path.stat().st_size
    headers = {"Content-Type": MEDIA_TYPE, "Idempotency-Key": f"add-{ULID()}"}
    for attempt in range(1, TRIES + 1):
        try:
            with click.progressbar(
                length=size, label=f"sending {name}", file=sys.stderr, hidden=not sys.stderr.isatty()
            ) as bar:
                return service.send("/v1/documents", _pieces(path, bar.update), size, headers)
        except GroundwireError as error:
            if attempt == TRIES or not _passes(error, attempt):
                raise
            time.sleep(min(2.0 ** (attempt - 1), 10.0))
    raise AssertionError("unreachable")


def _passes(error: GroundwireError, attempt: int) -> bool:
    """Whether it may be otherwise the next time; that nothing answers at all, only once something had answered."""
    if isinstance(error, Problem):
        return error.status == 503
    return isinstance(error, Unavailable) or (isinstance(error, NotRunning) and attempt > 1)


def _pieces(path: Path, progress: Callable[[int], object]) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
            progress(len(piece))
