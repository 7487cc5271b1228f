"""Field types shared by the schemas: text that can always be stored, and times.

A time is RFC 3339 with a zone, or a plain date. Which moment of that day a date means depends on
what the time is for, so there are two types: `DayStart` and `DayEnd`. Both give zone-aware UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from rag.types import COLLECTION_NAME

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_DATE.pattern + r"[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})?")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ONE_DAY = timedelta(days=1)


class Request(BaseModel):
    """What a client sends. A field nobody knows is refused, so that a typing mistake never passes silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Reply(BaseModel):
    """What a client gets. Fields may be added in later versions, so clients ignore those they do not know."""

    model_config = ConfigDict(frozen=True)


def parse_time(value: str, *, end_of_day: bool) -> datetime:
    """The moment meant, in UTC; a plain date is the first or the last microsecond of that day.

    Raises `ValueError` with one sentence fit to show.
    """
    try:
        if _DATE.fullmatch(value):
            start = datetime.combine(date.fromisoformat(value), time(), UTC)
            return start + (_ONE_DAY - datetime.resolution) if end_of_day else start
        match = _TIME.fullmatch(value)
        if match is None:
            raise ValueError("a time is RFC 3339 with a zone, as in 2025-03-17T09:30:00Z, or a date, as in 2025-03-17")
        if match["zone"] is None:
            raise ValueError("a time needs a zone: add Z for UTC, or an offset such as +01:00")
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


def _time(value: Any, *, end_of_day: bool) -> Any:
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("time_type", "a time is a string")
    try:
        return parse_time(value, end_of_day=end_of_day)
    except ValueError as error:
        raise PydanticCustomError("time_format", "{reason}", {"reason": str(error)}) from None


def _start(value: Any) -> Any:
    return _time(value, end_of_day=False)


def _end(value: Any) -> Any:
    return _time(value, end_of_day=True)


def storable(value: Any) -> Any:
    """A string without lone surrogates, which JSON can carry and UTF-8 cannot; each becomes U+FFFD."""
    return _LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


COLLECTION = f"^{COLLECTION_NAME}$"
NOT_BLANK = r"[^\s\x1c-\x1f\x85]"
"""What a text must have somewhere that is not only spaces."""

_TIME_SCHEMA = WithJsonSchema(
    {
        "type": "string",
        "anyOf": [{"format": "date-time"}, {"format": "date"}],
        "description": "RFC 3339 with a zone, or a plain date (UTC)",
    }
)

Text = Annotated[str, BeforeValidator(storable)]
WHOLE = BeforeValidator(_whole)
"""Takes a whole number as JSON may write it, 6 or 6.0. Comes after the bounds, or the schema does not state them."""
Collection = Annotated[str, Field(pattern=COLLECTION), BeforeValidator(storable)]
"""The name of a collection."""
DayStart = Annotated[datetime, BeforeValidator(_start), _TIME_SCHEMA]
DayEnd = Annotated[datetime, BeforeValidator(_end), _TIME_SCHEMA]
Moment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""A time in a reply: RFC 3339 in UTC, written with Z."""
