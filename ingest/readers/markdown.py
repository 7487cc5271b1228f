"""Markdown, with or without front matter."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

from ingest.readers.authors import later, names
from ingest.readers.fields import document
from ingest.readers.metadata import time_of
from ingest.readers.text import decoded
from rag.types import NewDocument

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:[ \t]*(.*)")
_OTHER_NAMES = {"date": "published_at", "published": "published_at", "lang": "language", "link": "url"}
_OTHER_NAMES |= {"author": "authors", "updated": "updated_at", "modified": "updated_at", "lastmod": "updated_at"}
_ITEM = re.compile(r"\s*-[ \t]+(.+)")
_LISTS = frozenset({"corrects", "retracts", "authors"})
_HEADING = re.compile(r"\s*# +([^\n]+)")


def read(data: bytes, document_id: str, charset: str = "") -> NewDocument:
    """One document: what the front matter says about it, and what follows as its text, verbatim.

    Of front matter `id`, `title`, `date` (or `published_at`), `updated` (or `modified`, `lastmod`, `updated_at`),
    `source`, `url`, `language`, `author` (or `authors`), `corrects` and `retracts` are read, one a line; the last three
    may be lists, as `[a, b]` or of lines that begin with `-`. The rest is ignored, and so is an update that is no time.
    Without a title there, a first line that is a heading is the title.
    Raises `Rejected`.
    """
    whole = decoded(data, charset)
    front = _FRONT_MATTER.match(whole)
    fields: dict[str, object] = {}
    listed: list[str] | None = None
    for line in front.group(1).splitlines() if front else ():
        found = _LINE.fullmatch(line.rstrip())
        if found:
            name, value = found.group(1).lower(), found.group(2).strip()
            name = _OTHER_NAMES.get(name, name)
            fields[name] = _unquoted(value)
            listed = None
            if name in _LISTS:
                fields[name] = listed = _items(value)
        elif listed is not None and (item := _ITEM.fullmatch(line.rstrip())):
            listed.append(_unquoted(item.group(1)))
    text = whole[front.end() :] if front else whole
    heading = _HEADING.match(text)
    title = heading.group(1).rstrip(" \t\r#") if heading else ""
    if title and not fields.get("title"):
        fields["title"] = title
    if "authors" in fields:
        fields["authors"] = list(names(cast("list[str]", fields["authors"])))
    updated = time_of(fields.pop("updated_at", None))
    new = document(fields, text, document_id)
    return replace(new, updated_at=later(updated, new.published_at))


def _items(value: str) -> list[str]:
    """Of a list on one line, or the one value that is no list."""
    if value.startswith("[") and value.endswith("]"):
        return [_unquoted(item.strip()) for item in value[1:-1].split(",") if item.strip()]
    return [_unquoted(value)] if value else []


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
