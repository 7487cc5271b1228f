"""What arrives, made fit to be stored and quoted, with as little changed as can be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC

from rag.errors import Rejected
from rag.types import NewDocument

_LONGEST_FIELD = 4_000
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85]")
# C0 and C1 controls but tab and newline, and halves of surrogate pairs, which are no characters
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(document: NewDocument, max_chars: int) -> NewDocument:
    """The document with its text verbatim but for three things: every kind of line end becomes `\\n`,
    control characters are removed (tabs stay), and so is a byte order mark at the start.

    Spaces, blank lines, quotes and spelling stay as they are: what is quoted later is what was written.
    The other fields lose control characters and white space around and inside them is made single spaces.
    A time without a zone is in UTC. Raises `Rejected`: `empty_text`, `too_large` or `invalid_record`.
    """
    if len(document.text) > max_chars:
        raise Rejected("too_large", f"the text has {len(document.text):,} characters; {max_chars:,} is the most")
    text = _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", document.text.removeprefix("\ufeff")))
    if not text.strip():
        raise Rejected("empty_text", "the document has no text")
    published = document.published_at
    if published is not None:
        published = published.replace(tzinfo=UTC) if published.utcoffset() is None else published.astimezone(UTC)
    return replace(
        document,
        text=text,
        title=_line(document.title, "title"),
        url=_line(document.url, "url"),
        source=_line(document.source, "source"),
        language=_line(document.language, "language"),
        published_at=published,
    )


def _line(value: str, name: str) -> str:
    line = " ".join(_NOT_TEXT.sub("", _LINE_ENDS.sub(" ", value)).split())
    if len(line) > _LONGEST_FIELD:
        raise Rejected("invalid_record", f"the {name} has {len(line):,} characters; {_LONGEST_FIELD:,} is the most")
    return line
