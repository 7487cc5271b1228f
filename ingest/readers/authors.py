"""Who wrote an article, out of what files have in the place for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from rag.types import MAX_AUTHORS

LONGEST = 120
"""Characters. What is longer is no name."""
_BY = re.compile(r"^by[\s:]+", re.IGNORECASE)
_ADDRESS = re.compile(r"[<(\[]?(?:mailto:)?[^\s<>()\[\],;]+@[^\s<>()\[\],;]+[>)\]]?", re.IGNORECASE)
_LINK = re.compile(r"\w+://|www\.|/|#|@", re.IGNORECASE)
# What programs write for whoever uses them, and what people leave there.
_NOBODY = re.compile(
    r"(?:(?:site|wp|web|super)?[ -]?admin(?:istrator)?|root|user(?:name)?|guest|owner|webmaster|author|default|test)\d*"
    r"|(?:microsoft(?: office)?|windows|office) user|python-docx|(?:unknown|anonymous)(?: author)?"
    r"|none|null|undefined|n/?a",
    re.IGNORECASE,
)


def names(values: Iterable[str]) -> tuple[str, ...]:
    """The names in what is said of authors, each once, in order; several in one string are divided by semicolons.

    Left out is what names nobody: addresses of mail or of pages, accounts such as "admin", what has no letter.

    >>> names(["By Jane Doe; John Roe", "admin", "jane@courier.example (Jane Doe)", "https://courier.example/jane"])
    ('Jane Doe', 'John Roe')
    """
    found: dict[str, None] = {}
    for value in values:
        for part in value.split(";"):
            if len(part) > 4 * LONGEST:
                continue  # nor is there one in it, and a pattern would look for an address in it for very long
            name = _BY.sub("", " ".join(part.split()))
            if _ADDRESS.search(name):
                name = " ".join(_ADDRESS.sub(" ", name).split()).strip(" ,()<>[]\"'")
            known = any(character.isalpha() for character in name) and len(name) <= LONGEST
            if known and not _LINK.match(name) and not _NOBODY.fullmatch(name):
                found[name] = None
    return tuple(found)[:MAX_AUTHORS]


def later(updated: datetime | None, published: datetime | None) -> datetime | None:
    """A time of update, None for one that is not after the publication: programs write it without an update."""
    return updated if updated and (published is None or updated > published) else None
