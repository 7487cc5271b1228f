"""RSS and Atom: a document for each entry."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.parsers import expat

from ingest.readers.authors import later, names
from ingest.readers.markup import LARGEST, lines, plain, tree_of
from ingest.readers.text import codec, decoded
from rag.errors import Rejected
from rag.types import Failure, NewDocument

MOST_ENTRIES = 5_000
_START = 4_096
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ROOT = re.compile(rb"<(?:\w+:)?(rss|feed|RDF)[\s>]", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_OWN_ENTITIES = re.compile(rb"<!DOCTYPE[^>\[]{0,1000}\[", re.IGNORECASE)


def read(data: bytes, name: str, charset: str = "") -> Iterator[NewDocument | Failure]:
    """Its entries as documents, in order, each with the text the feed has of it; one without text is a failure.

    The link of an entry is its identity, else its own id. Raises `Rejected`: `unsupported_format` for what is no feed,
    `broken_file` for one that cannot be parsed, `empty_text` for one without entries, `too_large`.
    """
    for number, document in enumerate(_entries(data, charset), 1):
        if document.text.strip():
            yield document
        else:
            yield Failure(document.id or document.url or f"{name}:{number}", "empty_text", "the entry has no text")


def _entries(data: bytes, charset: str) -> list[NewDocument]:
    if not is_feed(data):
        raise Rejected("unsupported_format", "this is neither an RSS nor an Atom feed")
    if len(data) > LARGEST:
        raise Rejected("too_large", f"the feed has {len(data):,} bytes; {LARGEST:,} is the most")
    if data[:2] in _UTF16:
        data, charset = decoded(data).encode(), "utf-8"
    if _OWN_ENTITIES.search(data) or _defines_entities(data):
        raise Rejected("broken_file", "the feed defines entities of its own, which are not expanded")
    if (count := sum(1 for _ in _ENTRY.finditer(data))) > MOST_ENTRIES:  # before a minute is spent on parsing them
        raise Rejected("too_large", f"the feed has {count:,} entries; {MOST_ENTRIES:,} is the most")
    import feedparser

    headers = {"content-type": f"application/xml; charset={charset}"} if codec(charset) else {}
    try:
        found = feedparser.parse(io.BytesIO(data), response_headers=headers, sanitize_html=False)
    except Exception as error:
        raise Rejected("broken_file", "the feed cannot be parsed") from error
    if found.bozo and not found.entries:
        raise Rejected("broken_file", "the feed cannot be parsed")
    if not found.entries:
        raise Rejected("empty_text", "the feed has no entries")
    source, language = plain(found.feed.get("title", "")), found.feed.get("language", "")
    return [_entry(entry, source, language) for entry in found.entries]


def is_feed(data: bytes) -> bool:
    """Whether the first element says so."""
    start = data[:_START]
    if start[:2] in _UTF16:
        start = start.replace(b"\0", b"")
    return _ROOT.search(start) is not None and b"<html" not in start.lower()


def _defines_entities(data: bytes) -> bool:
    """Whether something is declared as an entity before the first element, however that is written."""
    parser, found = expat.ParserCreate(), []

    def declared(*_: object) -> None:
        found.append(True)
        raise StopIteration

    def begun(*_: object) -> None:
        raise StopIteration

    parser.EntityDeclHandler, parser.StartElementHandler = declared, begun
    # what is not XML is read by other means, which know no entities
    with suppress(expat.ExpatError, StopIteration, ValueError, LookupError):
        parser.Parse(data, True)
    return bool(found)


def _entry(entry: Any, source: str, language: str) -> NewDocument:
    contents = [content.get("value", "") for content in entry.get("content", ())]
    bodies = [_text(content) for content in contents]
    summary = _text(entry.get("summary", ""))
    whole = max(bodies, key=len, default="")
    title, link = plain(entry.get("title", "")), entry.get("link", "")
    identity = "" if link.startswith(("http:", "https:")) else entry.get("id", "") or link
    # an entry's own source is the paper it was taken from, where a feed gathers several
    named = plain(entry.get("source", {}).get("title", "")) or source
    # asked of the mapping below it: the library gives the time of publication for one of update that is missing
    published, updated = (_time(dict.get(entry, f"{name}_parsed")) for name in ("published", "updated"))
    document = NewDocument(
        text=whole or summary or title,
        id=identity,
        title=title,
        url="" if identity else link,
        source=named,
        published_at=published or updated,
        language=language,
        authors=names(_authors(entry)),
        updated_at=later(updated, published or updated),
    )
    # an id that is too long for one gives way to one made of the content
    return replace(document, id="") if len(identity) > 512 or not identity.isprintable() else document


def _authors(entry: Any) -> list[str]:
    """As they are written: where there is one, the library divides its address from its name at wrong places."""
    several = [plain(author.get("name") or "") for author in entry.get("authors", ())]
    return several if len(several) > 1 else [plain(entry.get("author") or "")]


def _text(markup: str) -> str:
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    try:
        return lines(tree_of(markup))
    except Rejected:
        return ""


def _time(parsed: Any) -> datetime | None:
    """What the library makes of a time: a struct in UTC, or None."""
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None
