"""One question as seen from outside: its spans and what is counted of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from api.metrics import Metrics
from api.tracing import AskSpan, Tracing
from rag.types import Completed
from rag.usage import Usage, counting


class Watch:
    """What every question is told to."""

    def __init__(self, metrics: Metrics, tracing: Tracing) -> None:
        self._metrics = metrics
        self._tracing = tracing

    @contextmanager
    def asking(self, headers: Mapping[str, str], request_id: str | None) -> Iterator[Asked]:
        """From joining the line to the last event, or to the error that ended it."""
        span = self._tracing.ask(headers, request_id)
        asked = Asked(self._metrics, span)
        try:
            yield asked
        except Exception as error:
            span.failed(error)
            raise
        finally:
            self._metrics.tokens(asked.usage.read, asked.usage.written)
            span.end()


class Asked:
    def __init__(self, metrics: Metrics, span: AskSpan) -> None:
        self.usage = Usage()
        self._metrics = metrics
        self._span = span
        self._joined = time.monotonic()

    def turn(self) -> None:
        """It is this question's turn. Tokens are counted from here on, in this task."""
        counting.set(self.usage)
        self._metrics.stage("queue", time.monotonic() - self._joined)
        self._span.turn()

    def completed(self, event: Completed) -> None:
        self._metrics.replied(event.reply)
        self._span.completed(event.reply, event.laps, self.usage)
