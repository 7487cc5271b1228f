"""Files of lines, and standard input, sent as they are: the service reads them as they come, and neither end holds
them in memory.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import click
from ulid import ULID

from api.client import Body, Client, NotRunning, Problem
from rag.errors import GroundwireError, Unavailable

PIECE_BYTES = 2**20
TRIES = 6
MEDIA_TYPE = "application/x-ndjson"
GO_ON = "what was accepted until then is taken in; add it all again to go on, since what is there costs nothing"

Progress = Callable[[int], object]


class FileOfLines:
    """A file, of `size` bytes. Its methods raise `OSError` when it cannot be read."""

    again = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size: int | None = path.stat().st_size

    def pieces(self, progress: Progress) -> Iterator[bytes]:
        """All of it, in pieces; `progress` is told the size of each, once it is sent."""
        with self._path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
                progress(len(piece))

    def close(self) -> None:
        pass


class Pipe:
    """What can be read only once. It is kept on the disk as it comes, as long as there is room, to be sent again."""

    size: int | None = None

    def __init__(self, source: Any) -> None:
        self._source = source
        self._kept: IO[bytes] | None = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this

    @property
    def again(self) -> bool:
        """Whether it can be sent again from its beginning."""
        return self._kept is not None

    def pieces(self, progress: Progress) -> Iterator[bytes]:
        """What came before, and then what comes, as soon as it does; as for a file."""
        if self._kept:
            self._kept.seek(0)
            while piece := self._kept.read(PIECE_BYTES):
                yield piece
                progress(len(piece))
        while piece := self._source.read1(PIECE_BYTES):
            self._keep(piece)
            yield piece
            progress(len(piece))

    def close(self) -> None:
        if self._kept:
            self._kept.close()

    def _keep(self, piece: bytes) -> None:
        try:
            if self._kept:
                self._kept.write(piece)
                self._kept.flush()
        except OSError:  # a full disk need not stop what may well go through at once
            self.close()
            self._kept = None


def sent_as_lines(service: Client, source: FileOfLines | Pipe, name: str) -> Body:
    """The job that takes the lines in. When the connection breaks off, or the service is not ready, all is sent again
    with the same key, which goes on where it was; given up only after `TRIES` that brought no more than those before.

    Raises `OSError` when a file cannot be read, else as `Client` does.
    """
    headers = {"Content-Type": MEDIA_TYPE, "Idempotency-Key": f"add-{ULID()}"}
    furthest = tries = 0
    answered = False
    while True:
        sent = _Sent(name, source.size)
        try:
            with sent.bar:
                return service.send("/v1/documents", source.pieces(sent.more), source.size, headers)
        except GroundwireError as error:
            tries = 1 if sent.size > furthest else tries + 1
            if tries >= TRIES or not source.again or not _passes(error, answered=answered):
                if sent.size or furthest:
                    click.echo(f"{name}: {GO_ON}", err=True)
                raise
            furthest, answered = max(furthest, sent.size), True
            time.sleep(min(2.0 ** (tries - 1), 10.0))


class _Sent:
    """How much was sent, as a bar on a terminal; without a size, in figures."""

    def __init__(self, name: str, size: int | None) -> None:
        self.size = 0
        self._began = time.monotonic()
        shown: dict[str, Any] = {"label": f"sending {name}", "file": sys.stderr, "hidden": not sys.stderr.isatty()}
        if size is None:
            shown |= {"iterable": iter(bytes, None), "show_percent": False, "item_show_func": self._figures}
        self.bar: Any = click.progressbar(**({"length": size} | shown) if size is not None else shown)

    def more(self, size: int) -> None:
        self.size += size
        self.bar.update(size, self)

    def _figures(self, _: object) -> str:
        megabytes = self.size / 10**6
        return f"{megabytes:,.0f} MB, {megabytes / max(time.monotonic() - self._began, 0.1):,.1f} MB/s"


def _passes(error: GroundwireError, *, answered: bool) -> bool:
    """Whether it may be otherwise the next time; that nothing answers at all, only once something had answered."""
    if isinstance(error, Problem):
        return error.status in (503, 504)  # 504: nothing had come for long
    return isinstance(error, Unavailable) or (isinstance(error, NotRunning) and answered)
