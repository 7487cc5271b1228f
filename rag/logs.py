"""Log lines: JSON where a program reads them, text where a person does. Each names the request it belongs to.

A line has what its call site gives as `extra`, in the order given. No call site gives a question, a text or a key.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

OURS = ("groundwire", "ingest", "rag")
TALKATIVE = ("httpx", "httpcore", "openai")
_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request_id", "color_message"}
_request: ContextVar[str] = ContextVar("request", default="")


@contextmanager
def belonging_to(request_id: str) -> Iterator[None]:
    """What is logged in this context, and in threads that begin in it, belongs to this request."""
    before = _request.get()
    _request.set(request_id)
    try:
        yield
    finally:
        _request.set(before)


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Log to `stream` (standard error): text if that is a terminal, else a JSON object a line.

    `level` is that of the house; libraries are heard from `info` on, those that name addresses from `warning` on.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Text() if stream.isatty() else Json())
    handler.addFilter(mark)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def mark(record: logging.LogRecord) -> bool:
    """A filter that lets every record pass, with the request it belongs to."""
    if not hasattr(record, "request_id"):
        record.request_id = _request.get()
    return True


class Json(logging.Formatter):
    """`{"time", "level", "logger", "message", "request_id", …what was given as extra…, "error"}`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := getattr(record, "request_id", ""):
            line["request_id"] = request
        line |= _given(record)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class Text(logging.Formatter):
    """`12:00:00 info groundwire.api: message key=value`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - overridden
        request = getattr(record, "request_id", "")
        given = _given(record) | ({"request_id": request} if request else {})
        return super().formatMessage(record) + "".join(f" {key}={value}" for key, value in given.items())


def readable(line: str) -> str:
    """A line of a log file for a person; one that is not ours as it is."""
    try:
        told = json.loads(line)
        return f"{told['time']} {told['level']} {told['message']}"
    except (ValueError, KeyError, TypeError):
        return line


def _given(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _KNOWN}
