"""Progress on a terminal as a bar, elsewhere as plain lines now and then."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

LINE_SECONDS = 5.0


class Lines:
    """A line when something begins, and every few seconds how far it is. Sizes are bytes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.begin("", 0, 0)

    def begin(self, label: str, size: int, parts: int) -> None:
        self._label, self._size, self._parts = label, size, parts
        self._done = self._ready = 0
        self._told = time.monotonic()
        if parts:
            click.echo(f"{label}: {_mb(size)} in {parts} part(s)", err=True)

    def advance(self, size: int) -> None:
        with self._lock:
            self._done += size
            if time.monotonic() - self._told > LINE_SECONDS:
                self._told = time.monotonic()
                click.echo(f"{self._label}: {_mb(self._done)} of {_mb(self._size)}{self._count()}", err=True)

    def part(self) -> None:
        with self._lock:
            self._ready += 1

    def say(self, line: str) -> None:
        click.echo(line, err=True)

    def _count(self) -> str:
        return f", part {self._ready} of {self._parts}" if self._parts else ""


class Rich:
    """The same as a bar."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("", visible=False, count="")
        self._parts = self._ready = 0

    def begin(self, label: str, size: int, parts: int) -> None:
        self._bar.remove_task(self._task)
        self._task = self._bar.add_task(label, total=size, count="")
        self._parts, self._ready = parts, 0
        self._show_parts()

    def advance(self, size: int) -> None:
        self._bar.advance(self._task, size)

    def part(self) -> None:
        self._ready += 1
        self._show_parts()

    def say(self, line: str) -> None:
        self._bar.console.print(line, markup=False, highlight=False)

    def _show_parts(self) -> None:
        self._bar.update(self._task, count=f"part {self._ready} of {self._parts}" if self._parts else "")


@contextmanager
def shown() -> Iterator[Lines | Rich]:
    """Progress on standard error, in the form that suits where that goes."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.DownloadColumn(),
        rich.TextColumn("{task.fields[count]}"),
        rich.TransferSpeedColumn(),
        rich.TimeRemainingColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Rich(bar)


def _mb(size: int) -> str:
    return f"{size / 10**6:,.0f} MB"
