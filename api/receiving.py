"""A request body that is a stream of documents, a line each, into a job, piece by piece.

Reading waits for writing: whatever the stream's length, what has arrived and is not in the store yet is bounded.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from starlette.requests import ClientDisconnect

from api.errors import TimedOut
from ingest.intake import Batch, Intake, TooMany
from rag.errors import GroundwireError
from rag.settings import Settings
from rag.store import Reception, Store
from rag.types import Job

MEDIA_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
PIECE_BYTES = 2**20
PAUSE_SECONDS = 0.5
SILENT_SECONDS = 300.0
PACE = 20
"""Bytes a second, far less than any line carries or who writes articles while sending them needs."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """Receives streams into a store, within the bounds of the settings."""

    store: Store
    settings: Settings

    async def job(self, body: AsyncIterator[bytes], idempotency_key: str | None) -> Job:
        """The job with all that the stream brought. One that breaks off leaves its job with what had come, and its
        state says so; sent again with the same key, it is gone on with.

        Raises `KeyReused`, `TooMany`, `TimedOut`, `Unavailable`, and `ClientDisconnect`.
        """
        reception = await asyncio.to_thread(self.store.receive, idempotency_key)
        settings = self.settings
        intake = Intake(
            settings.max_line_bytes,
            settings.max_stream_documents,
            reception.lines,
            reception.digest,
            complete=reception.complete,
        )
        try:
            async with aclosing(_pieces(body)) as pieces:
                async for piece in pieces:
                    await asyncio.to_thread(self._accept, reception, intake, piece)
            await asyncio.to_thread(self._accept, reception, intake, None)
        except BaseException as error:
            # shielded: the job is to know even when the server is being ended
            await asyncio.shield(asyncio.to_thread(self.store.end, reception, _why(error)))
            if isinstance(error, TooMany):
                raise TooMany(f"{error}; those before are in {reception.job_id}", error.field) from None
            raise
        return await asyncio.to_thread(self.store.end, reception)

    def _accept(self, reception: Reception, intake: Intake, piece: bytes | None) -> None:
        """Write the whole lines up to the end of a piece; None is the end of the stream."""
        try:
            self._write(reception, intake.end() if piece is None else intake.feed(piece))
        except TooMany:
            self._write(reception, intake.whole())
            raise
        self._write(reception, intake.whole())

    def _write(self, reception: Reception, batches: Iterable[Batch]) -> None:
        for batch in batches:
            self.store.append(reception, batch.found, batch.lines, batch.digest)


def left_after(left: float, waited: float, came: int) -> float:
    """Seconds that a stream is still waited for. What comes gives some back, but nothing to save up for later.

    >>> left_after(300.0, 60.0, 600), left_after(300.0, 60.0, 6_000)
    (270.0, 300.0)
    """
    return min(SILENT_SECONDS, left - waited + came / PACE)


def is_lines(content_type: str) -> bool:
    """Whether a body of this type is read as a stream of lines."""
    return content_type.partition(";")[0].strip().lower() in MEDIA_TYPES


async def _pieces(body: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The body in larger pieces, since each costs a change of threads, or in what has come when no more does at once.

    Raises `TimedOut` when nothing comes for long, or next to nothing for longer, and `ClientDisconnect`, once all that
    came before is given out.
    """
    piece = bytearray()
    left = SILENT_SECONDS
    clock = asyncio.get_running_loop().time
    coming = asyncio.ensure_future(anext(body, None))
    try:
        while True:
            began = clock()
            done, _ = await asyncio.wait({coming}, timeout=PAUSE_SECONDS)
            failed = coming.exception() if done else None
            data = coming.result() if done and failed is None else b""
            piece += data or b""
            left = left_after(left, clock() - began, len(data or b""))
            if piece and (len(piece) >= PIECE_BYTES or not data or left <= 0):
                yield bytes(piece)
                piece.clear()
            if failed is not None:
                raise failed
            if data is None:
                return
            if left <= 0:
                raise TimedOut(f"less than {PACE} bytes a second came, {SILENT_SECONDS:.0f} s of silence aside")
            if done:
                coming = asyncio.ensure_future(anext(body, None))
    finally:
        coming.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody else looks
        coming.cancel()


def _why(error: BaseException) -> str:
    if isinstance(error, GroundwireError):
        return str(error)
    return "the connection ended" if isinstance(error, ClientDisconnect) else "the service could not go on"
