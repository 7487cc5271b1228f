"""Names put together from the names of several people or places. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.terms import CALENDAR, STOP_WORDS

_RUN = re.compile(r"\b[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)+")
_POSSESSIVE = re.compile(r"['’]s?$")


def put_together(sentence: str, sources: Sequence[str]) -> str | None:
    """A name whose first word stands in the sources only apart from its second, which has another before it there.

    `sources` are sentences; a word that one of them has in lower case ("minister") may stand before any name.

    >>> put_together("Ann Voss won.", ["Jon Voss won.", "Ann Lund lost."])
    'Ann Voss'
    >>> put_together("Ann Voss won.", ["Voss, whose first name is Ann, beat Jon Voss."])
    >>> put_together("Minister Voss won.", ["Jon Voss won.", "A minister lost, Minister Ann Lund."])
    """
    read = [{_plain(word) for word in re.findall(r"[\w'’-]+", source)} for source in sources]
    text = " . ".join(sources)
    for run in _RUN.findall(sentence):
        parts = [_plain(word) for word in run.split()]
        for first, last in pairwise(parts):
            if {first.casefold(), last.casefold()} & (CALENDAR | STOP_WORDS):
                continue
            apart = any(first in words for words in read) and not any({first, last} <= words for words in read)
            common = any(first.casefold() in words for words in read)
            if apart and not common and _preceded(last, text):
                return f"{first} {last}"
    return None


def _preceded(last: str, text: str) -> bool:
    """Whether a name stands in a text, and everywhere right after another one."""
    found = re.findall(rf"(?:\b([A-Z][\w'’-]*) )?\b{re.escape(last)}\b", text)
    return bool(found) and all(before and before.casefold() not in STOP_WORDS for before in found)


def _plain(word: str) -> str:
    return _POSSESSIVE.sub("", word)
