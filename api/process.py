"""One child process: how it is started, asked about, and ended. `api/keeper.py` decides when."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import psutil

LOG_BYTES = 8 * 2**20
PROBE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Spec:
    """What a child is: a Python module, and how to tell that it is well.

    `probe` is a URL that answers 200 when it is; `""` means that being alive is enough. `grace` is
    how many seconds it gets to end by itself, `nice` how far it gives way to the others.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    probe: str = ""
    grace: float = 1.0
    nice: int = 0


class Process:
    """A running child. Its output goes to its log."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    async def start(cls, spec: Spec, log: Path, environment: Mapping[str, str]) -> Process:
        """A session of its own keeps a Ctrl-C at the terminal from reaching it before its turn."""
        command = [sys.executable, "-m", "api.child", str(os.getpid()), str(spec.nice), spec.module, *spec.arguments]
        with _appended(log) as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=dict(environment),
                start_new_session=True,
            )
        return cls(process, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ended(self, within: float) -> bool:
        """Whether it ends within so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), within)
        return self._process.returncode is not None

    @property
    def how(self) -> str:
        """How it ended, fit for a sentence."""
        code = self._process.returncode
        if code is None:
            return "is running"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

    async def end(self, grace: float) -> None:
        """Asks it to end, and kills it after `grace` seconds."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        if not await self.ended(grace):
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    def trim(self) -> None:
        rotate(self._log)


def resident(pid: int) -> int:
    """Bytes that a process has in memory; 0 once it has ended."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def rotate(log: Path) -> None:
    """Keeps a log and one before it. Copied and cut, because a child holds the file open (to append).

    On a full disk there is no room for the one before, and it is only cut.
    """
    with suppress(OSError):
        if log.stat().st_size > LOG_BYTES:
            before = log.with_name(log.name + ".1")
            try:
                shutil.copyfile(log, before)
            except OSError:
                before.unlink(missing_ok=True)
            os.truncate(log, 0)


def _appended(log: Path) -> BinaryIO:
    """The log, or nowhere: a log that cannot be written keeps no child from running."""
    rotate(log)
    try:
        return log.open("ab")
    except OSError:
        return Path(os.devnull).open("ab")


async def answers(url: str) -> bool:
    """Whether a GET of the URL is answered with 200, soon."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await _status(url) == 200
    except (OSError, TimeoutError, ValueError, IndexError):
        return False


async def _status(url: str) -> int:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()
