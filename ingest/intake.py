"""A stream of documents, a line each, as it arrives: bytes in whatever pieces, batches to be accepted out.

Never more of it is in memory than a piece, a batch, and the beginning of one line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.readers import jsonl
from rag.errors import InvalidInput, KeyReused
from rag.types import Failure, NewDocument

BATCH_DOCUMENTS = 500
BATCH_BYTES = 4 * 2**20


@dataclass(slots=True)
class Batch:
    """What stands in the stream up to a line, since the batch before; `digest` is that of all lines so far."""

    lines: int
    digest: str
    found: list[tuple[int, NewDocument | Failure]] = field(default_factory=list)
    size: int = 0


class TooMany(InvalidInput):
    """The stream has more documents than it may have."""

    code = "too_many_lines"


class Lines:
    """Bytes to lines without their ends. Of a line longer than `longest` only its beginning is kept, a byte longer."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that these bytes bring to an end. To be read to its end before the next call."""
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            self._keep(data, start, end)
            yield self._taken()
            start = end + 1
        self._keep(data, start, len(data))

    def end(self) -> Iterator[bytes]:
        """The last line, if it had no end."""
        if self._rest:
            yield self._taken()

    def _keep(self, data: bytes, start: int, end: int) -> None:
        self._rest += data[start : min(end, start + self._longest + 1 - len(self._rest))]

    def _taken(self) -> bytes:
        line = bytes(self._rest).removesuffix(b"\r")
        self._rest.clear()
        return line


class Intake:
    """The documents of a stream, in batches; `known` lines of it, with this digest, were accepted before.

    Its methods raise `KeyReused` when the stream is not the one those lines are of, and `TooMany`. A stream whose
    `complete` state is known may bring nothing new.
    """

    def __init__(self, longest: int, most: int, known: int = 0, digest: str = "", *, complete: bool = False) -> None:
        self._lines = Lines(longest)
        self._longest = longest
        self._most = most
        self._known = known
        self._known_digest = digest
        self._complete = complete
        self._documents = 0
        self._batch = Batch(0, "")

    def feed(self, data: bytes) -> Iterator[Batch]:
        """The batches that these bytes fill. To be read to its end before the next call."""
        for line in self._lines.feed(data):
            yield from self._take(line)

    def end(self) -> Iterator[Batch]:
        """What is left once all bytes have come."""
        for line in self._lines.end():
            yield from self._take(line)
        if self._batch.lines < self._known:
            raise _another()
        yield from self.whole()

    def whole(self) -> Iterator[Batch]:
        """What there is of whole lines, be it less than fills a batch."""
        if self._batch.lines > self._known:
            yield self._handed_out()

    def _handed_out(self) -> Batch:
        batch = self._batch
        self._known, self._known_digest = batch.lines, batch.digest
        self._batch = Batch(batch.lines, batch.digest)
        return batch

    def _take(self, line: bytes) -> Iterator[Batch]:
        batch = self._batch
        if self._complete and batch.lines >= self._known:
            raise _another()
        self._documents += bool(line.strip())
        if self._documents > self._most:
            raise TooMany(f"a stream has at most {self._most:,} documents", "body")
        batch.lines += 1
        batch.digest = hashlib.sha256(batch.digest.encode() + line).hexdigest()
        if batch.lines <= self._known:
            if batch.lines == self._known and batch.digest != self._known_digest:
                raise _another()
            return
        found = jsonl.read_line(line, batch.lines, "line", self._longest)
        if found is not None:
            batch.found.append((batch.lines, found))
            batch.size += len(line)
        if len(batch.found) >= BATCH_DOCUMENTS or batch.size >= BATCH_BYTES:
            yield self._handed_out()


def _another() -> KeyReused:
    return KeyReused("this key was used before, for a stream with other lines", "Idempotency-Key")
