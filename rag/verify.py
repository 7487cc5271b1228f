"""Whether a drafted sentence says what its quotes say: numbers, names, dates and denials. Pure.

Each check can only find fault. A sentence without fault may still be about something else; how well it
fits is measured by `rag.support`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.terms import denials, names, numbers, stem, terms, words
from rag.types import Document, Fault

_MONTHS = frozenset("january february march april may june july august september october november december".split())
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())


def faults(sentence: str, quotes: Sequence[str], documents: Sequence[Document], question: str) -> list[Fault]:
    """Every fault of a sentence against its quotes, read under the headline and date of their articles.

    A name that the question gave is not held against the sentence (it is the asker's, and how far the
    quotes speak of it is part of support); a number or date is.
    """
    read = " ".join([*quotes, *map(heading, documents)])
    return [
        *_missing("number", sorted(numbers(sentence) - numbers(read))),
        *_missing("date", sorted(_dates(sentence) - _dates(read))),
        *_missing("name", unknown_names(sentence, f"{read} {question}")),
        *_denial_faults(sentence, quotes),
    ]


def unknown_names(sentence: str, text: str) -> list[str]:
    """The names in a sentence of which no form is in the text, in order."""
    known = {stem(word) for word in words(text)}
    known |= {part for word in known for part in re.split(r"['’-]", word)}
    return [name for name in dict.fromkeys(names(sentence)) if stem(name) not in known]


def heading(document: Document) -> str:
    """What an article is read under: its headline, outlet and date."""
    date = f"{document.published_at:%A %d %B %Y}" if document.published_at else ""
    return f"{document.title} {document.source} {date}"


def _missing(check: str, found: Sequence[object]) -> list[Fault]:
    return [Fault(check, f"{value:g}" if isinstance(value, float) else str(value)) for value in found]


def _dates(text: str) -> set[str]:
    """Months and weekdays that a text names. "may" is one only with a capital and beside a number."""
    found = {word.casefold() for word in words(text) if word[:1].isupper()}
    if not re.search(r"\b(?:\d{1,2} May|May \d{1,4})\b", text):
        found.discard("may")
    return found & (_MONTHS | _DAYS)


def _denial_faults(sentence: str, quotes: Sequence[str]) -> list[Fault]:
    """A denial on one side only, about words that both sides share."""
    ours = bool(denials(sentence))
    if ours and not any(map(denials, quotes)):
        return [Fault("denial", f"{denials(sentence)[0]!r} is not in the quotes")]
    if not ours:
        said = set(terms(sentence))
        for quote in quotes:
            denied = _denied(quote)
            if denied and denied <= said:
                return [Fault("denial", f"the quote denies {' '.join(sorted(denied))!r}")]
    return []


def _denied(quote: str) -> set[str]:
    """The first telling words after a plain "not" in the quote: what it says is not so."""
    match = re.search(r"\b(?:not|never|\w+n['’]t)\s+((?:[\w'’-]+\s*){1,4})", quote, re.IGNORECASE)
    if not match or re.match(r"(?:only|just|least|until|necessarily)\b", match.group(1), re.IGNORECASE):
        return set()
    return set(terms(match.group(1))[:2])
