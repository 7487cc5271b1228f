"""What a file says about its document, checked the way the HTTP contract checks it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from rag.errors import Rejected
from rag.types import NewDocument

TEXTS = ("id", "title", "url", "source", "language")


def document(fields: Mapping[str, object], text: str, default_id: str = "") -> NewDocument:
    """A document from fields of the contract's names; null and missing are the same, others are ignored.

    Raises `Rejected("invalid_record")` naming the field at fault.
    """
    known = {}
    for name in TEXTS:
        value = fields.get(name)
        if value is not None and not isinstance(value, str):
            raise Rejected("invalid_record", f"{name} is not a string")
        known[name] = value or ""
    return NewDocument(
        text=text,
        id=known["id"] or default_id,
        title=known["title"],
        url=known["url"],
        source=known["source"],
        published_at=moment(fields.get("published_at")),
        language=known["language"],
        corrects=references(fields.get("corrects"), "corrects"),
        retracts=references(fields.get("retracts"), "retracts"),
        authors=authors(fields.get("authors")),
        updated_at=moment(fields.get("updated_at"), "updated_at"),
    )


def references(value: object, name: str) -> tuple[str, ...]:
    """What a document corrects or retracts: a string or a list of them. Raises `Rejected`."""
    found = [value] if isinstance(value, str) else value or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Rejected("invalid_record", f"{name} is not a list of ids or URLs")
    return tuple(each for each in found if each)


def authors(value: object) -> tuple[str, ...]:
    """Names, in a list. Raises `Rejected`."""
    if value is not None and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        raise Rejected("invalid_record", "authors is not a list of names")
    return tuple(each for each in value or () if each)


def moment(value: object, name: str = "published_at") -> datetime | None:
    """A time with or without a zone (then UTC), or a plain date: the start of that day. Raises `Rejected`."""
    if value is None or value == "":
        return None
    try:
        if not isinstance(value, str):
            raise ValueError
        found = value.strip()
        if len(found) == len("2025-03-20"):
            return datetime.combine(date.fromisoformat(found), time(), UTC)
        parsed = datetime.fromisoformat(found)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Rejected("invalid_record", f"{name} is not a time: {str(value)[:100]!r}") from error
