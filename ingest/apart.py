"""Reading files in a process of its own: `python -m ingest.apart`.

The libraries that read PDF, HTML, DOCX and the like are given whatever the world sends. There it can at worst
take its time, its memory or its life, and never that of the service. Text and lines of JSON are read in place.

On standard input: a line of JSON (`name`, `charset`, `size`), then so many bytes, and so on. On standard output, for
each file: a line of JSON for each document or failure, and an empty line.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, BinaryIO, Self

from ingest.readers import LARGEST, PARSED, id_of, read
from rag.types import Failure, NewDocument

SECONDS = 60.0
MEMORY = 2 * 2**30
_IDLE_SECONDS = 120.0
_SPARE_SECONDS = 10
_NICE = 5
_ROOT = Path(__file__).resolve().parent.parent

Found = NewDocument | Failure


class Apart:
    """Reads one file at a time, in a process that is started when it is needed and again when it was lost.

    Safe to be used by several threads. `seconds` is what one file may take, `memory` what the process may, in bytes.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process. It is started again by whoever reads afterwards."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()

    def read(self, source: Path | bytes, name: str, charset: str = "") -> Iterator[Found]:
        """As `ingest.readers.read`; what takes too long is `timeout`, and what ends the process `broken_file`."""
        if PurePath(name).suffix.lower() not in PARSED or _size(source) > LARGEST:
            yield from read(source, name, charset)
            return
        data = source if isinstance(source, bytes) else source.read_bytes()
        with self._lock:
            found = list(self._ask(data, name, charset))
        yield from found

    def _ask(self, data: bytes, name: str, charset: str) -> Iterator[Found]:
        child = self._ready()
        late = threading.Event()

        def end() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(self._seconds, end)
        timer.start()
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            header = {"name": name, "charset": charset, "size": len(data), "seconds": self._seconds}
            child.stdin.write(json.dumps(header).encode() + b"\n" + data)
            child.stdin.flush()
            while (line := child.stdout.readline()).endswith(b"\n"):
                if line == b"\n":
                    return
                yield _found(json.loads(line))
        except OSError:
            pass  # it has ended
        finally:
            timer.cancel()
        self.close()
        if late.is_set():
            yield Failure(id_of(name), "timeout", f"reading the file took longer than {self._seconds:.0f} seconds")
        else:
            yield Failure(id_of(name), "broken_file", "the file cannot be read: it broke off what was reading it")

    def _ready(self) -> subprocess.Popen[bytes]:
        """The process, awake: one that was idle for long ends by itself."""
        if self._child is not None and self._child.poll() is None:
            try:
                assert self._child.stdin is not None
                assert self._child.stdout is not None
                self._child.stdin.write(b"\n")
                self._child.stdin.flush()
                if self._child.stdout.readline() == b"\n":
                    return self._child
            except OSError:
                pass
        self.close()
        # no settings and no keys, and nothing from the folder this happens to be run in
        environment = {"PYTHONPATH": str(_ROOT), "PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1"}
        self._child = subprocess.Popen(  # noqa: S603 - our own module, and numbers
            [sys.executable, "-P", "-m", "ingest.apart", str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        return self._child


def _size(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _found(line: dict[str, Any]) -> Found:
    return Failure(**line) if "code" in line else NewDocument.restored(line)


def main() -> None:
    """The other side, until standard input ends or has been silent for long."""
    _bound(int(sys.argv[1]))
    source = open(0, "rb", buffering=0)  # noqa: SIM115 - a descriptor, for as long as this lives
    out = open(os.dup(1), "wb")  # noqa: PTH123, SIM115 - as above
    os.dup2(2, 1)  # what a library prints is no answer
    while select.select([source], [], [], _IDLE_SECONDS)[0] and (line := source.readline()):
        if line != b"\n":
            asked = json.loads(line)
            # should nobody be left to end this process, it ends itself
            signal.alarm(int(asked["seconds"]) + _SPARE_SECONDS)
            for found in _read(_exactly(source, asked["size"]), asked["name"], asked["charset"]):
                out.write(json.dumps(asdict(found), default=datetime.isoformat).encode() + b"\n")
            signal.alarm(0)
        out.write(b"\n")
        out.flush()


def _read(data: bytes, name: str, charset: str) -> Iterator[Found]:
    try:
        yield from read(data, name, charset)
    except MemoryError:
        yield Failure(id_of(name), "too_large", "the file needs more memory than one file may take")
    except Exception:
        yield Failure(id_of(name), "broken_file", "the file is damaged, or not what its name says")


def _exactly(source: BinaryIO | Any, size: int) -> bytes:
    parts = []
    while size and (part := source.read(min(size, 2**20))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _bound(memory: int) -> None:
    os.nice(_NICE)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # where the system has no such bound, the time still has one


if __name__ == "__main__":
    main()
