"""Markdown, with or without front matter."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.readers.authors import later, names
from ingest.readers.fields import document
from ingest.readers.front import divided
from ingest.readers.metadata import time_of
from ingest.readers.text import decoded
from rag.types import NewDocument

_OTHER_NAMES = {"date": "published_at", "published": "published_at", "lang": "language", "link": "url"}
_OTHER_NAMES |= {"author": "authors", "updated": "updated_at", "modified": "updated_at", "lastmod": "updated_at"}
_LISTS = frozenset({"corrects", "retracts", "authors"})
_HEADING = re.compile(r"# +([^\n]+)|([^\n]{1,300})\n=+[ \t\r]*(?:\n|\Z)")
_BLANK = re.compile(r"\s*")


def read(data: bytes, document_id: str, charset: str = "") -> NewDocument:
    """One document: what the front matter says about it, and what follows as its text, verbatim.

    Of front matter `id`, `title`, `date` (or `published_at`), `updated` (or `modified`, `lastmod`, `updated_at`),
    `source`, `url`, `language`, `author` (or `authors`), `corrects` and `retracts` are read; the last three may be
    lists. The rest is ignored, and so is an update that is no time and a `url` within a site, as generators write it.
    Without a title there, a heading that the text begins with is the title. Raises `Rejected`.
    """
    said, text = divided(decoded(data, charset))
    fields: dict[str, object] = {}
    signed: list[str] = []
    for name, value in said.items():
        if name == "published" and value in ("true", "false"):
            continue  # whether it is to be shown, where a site generator reads it
        known = _OTHER_NAMES.get(name, name)
        fields[known] = _listed(value) if known in _LISTS else value if isinstance(value, str) else ""
        signed = _listed(value) if known == "authors" else signed
    if not fields.get("title"):
        fields["title"] = _heading(text)
    if not str(fields.get("url", "")).startswith(("http:", "https:")):
        fields["url"] = ""
    if "authors" in fields:
        fields["authors"] = list(names(signed))
    if published := time_of(fields.get("published_at")):
        fields["published_at"] = published.isoformat()
    updated = time_of(fields.pop("updated_at", None))
    new = document(fields, text, document_id)
    return replace(new, updated_at=later(updated, new.published_at))


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _heading(text: str) -> str:
    """The heading of the first level that a text begins with, but for comments; empty for none."""
    at = _BLANK.match(text).end()  # type: ignore[union-attr]
    while text.startswith("<!--", at) and (end := text.find("-->", at)) >= 0:
        at = _BLANK.match(text, end + 3).end()  # type: ignore[union-attr]
    found = _HEADING.match(text, at)
    if found is None:
        return ""
    return found.group(1).rstrip(" \t\r#") if found.group(1) else found.group(2).strip()
