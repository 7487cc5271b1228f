"""What every value is checked for where it is made."""

from __future__ import annotations

from datetime import datetime

from rag.errors import InvalidInput


def require_span(start: int, end: int) -> None:
    if not 0 <= start < end:
        raise InvalidInput(f"a span needs 0 <= start < end, not {start} and {end}", "start")


def require_utc(time: datetime | None, name: str) -> None:
    if time is not None and time.utcoffset() is None:
        raise InvalidInput("a time needs a zone", name)
