"""What arrives, made fit to be stored and quoted, with as little changed as can be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate, pairwise

from rag.errors import Rejected
from rag.types import MAX_AUTHOR_CHARS, MAX_AUTHORS, NewDocument

_LONGEST_FIELD = 4_000
_MOST_REFERENCES = 100
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85]")
# C0 and C1 controls but tab and newline, and halves of surrogate pairs, which are no characters
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(document: NewDocument, max_chars: int) -> NewDocument:
    """The document with its text verbatim but for three things: every kind of line end becomes `\\n`,
    control characters are removed (tabs stay), and so is a byte order mark at the start.

    Spaces, blank lines, quotes and spelling stay as they are: what is quoted later is what was written.
    The other fields lose control characters and white space around and inside them is made single spaces.
    References are sorted, authors stay in their order, each is there once, and page starts are moved to where they are
    in the stored text.
    A time without a zone is in UTC. Raises `Rejected`: `empty_text`, `too_large` or `invalid_record`.
    """
    if len(document.text) > max_chars:
        raise Rejected("too_large", f"the text has {len(document.text):,} characters; {max_chars:,} is the most")
    text = _plain(document.text.removeprefix("\ufeff"))
    if not text.strip():
        raise Rejected("empty_text", "the document has no text")
    return replace(
        document,
        text=text,
        title=_line(document.title, "title"),
        url=_line(document.url, "url"),
        source=_line(document.source, "source"),
        language=_line(document.language, "language"),
        published_at=_utc(document.published_at),
        corrects=_references(document.corrects, "corrects"),
        retracts=_references(document.retracts, "retracts"),
        pages=_moved(document.pages, document.text),
        authors=_authors(document.authors),
        updated_at=_utc(document.updated_at),
    )


def _utc(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    return time.replace(tzinfo=UTC) if time.utcoffset() is None else time.astimezone(UTC)


def _plain(text: str) -> str:
    return _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", text))


def _moved(pages: tuple[int, ...], text: str) -> tuple[int, ...]:
    """Where pages start once the text is clean; none if these cannot be the starts of its pages."""
    if not pages or pages[0] != 0 or pages[-1] > len(text) or any(one >= other for one, other in pairwise(pages)):
        return ()
    # a line end of two characters belongs to the page before, as one
    starts = [start + (text[start - 1 : start + 1] == "\r\n") if start else 0 for start in pages]
    sizes = [len(_plain(text[start:end])) for start, end in pairwise(starts)]
    sizes[:1] = [sizes[0] - text.startswith("\ufeff")] if sizes else []
    return tuple(accumulate(sizes, initial=0))


def _references(values: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Ids, URLs or headlines of other documents."""
    found = sorted({line for value in values if (line := _line(value, name))})
    if len(found) > _MOST_REFERENCES:
        raise Rejected("invalid_record", f"{name} has {len(found):,} entries; {_MOST_REFERENCES} is the most")
    return tuple(found)


def _authors(values: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(line for value in values if (line := _line(value, "name of an author"))))
    if len(found) > MAX_AUTHORS:
        raise Rejected("invalid_record", f"authors has {len(found):,} entries; {MAX_AUTHORS} is the most")
    if (longest := max(map(len, found), default=0)) > MAX_AUTHOR_CHARS:
        raise Rejected(
            "invalid_record", f"the name of an author has {longest:,} characters; {MAX_AUTHOR_CHARS} is the most"
        )
    return found


def _line(value: str, name: str) -> str:
    line = " ".join(_NOT_TEXT.sub("", _LINE_ENDS.sub(" ", value)).split())
    if len(line) > _LONGEST_FIELD:
        raise Rejected("invalid_record", f"the {name} has {len(line):,} characters; {_LONGEST_FIELD:,} is the most")
    return line
