"""Whether a drafted sentence says what its quotes say: numbers, names, dates, denials, plans and speakers. Pure.

Each check can only find fault. A sentence without fault may still be about something else; how well it
fits is measured by `rag.support`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.kind import lacks
from rag.terms import CALENDAR, denials, names, numbers, stem, terms, words
from rag.types import Document, Fault

_PLANNED = re.compile(
    r"\b(?:[Ww]ill|would|may|might|could|shall|should|plan(?:s|ned|ning)? to|(?:is|are|was|were) (?:due |expected )?to"
    r"|(?:intend|hope|want|aim|propose|consider)(?:s|ed|ing|d)?)\b"
)
_CLAUSE = re.compile(r"[,;:–—]|\b(?:and|but|who|which|that|because|after|before|while|as|if)\b")
_SAYING = r"(?:said|says|say|told|tells|stated|argued|claimed|explained|added|wrote|announced|warned|denied|insisted)"
_NAME = r"((?:[A-Z][\w'’-]+ ?){1,4})"
_SPEAKER = re.compile(rf"{_NAME}(?:, [^,]{{1,60}}, )?{_SAYING}\b|\b{_SAYING} (?:by )?{_NAME}|\b[Aa]ccording to {_NAME}")


def faults(
    sentence: str, quotes: Sequence[str], documents: Sequence[Document], question: str, context: str = ""
) -> list[Fault]:
    """Every fault of a sentence against its quotes, read under the headline and date of their articles.

    A name that the question gave is not held against the sentence (it is the asker's, and how far the quotes
    speak of it is part of support), nor is a number that is no year; a date is. `context` is the text around
    the quotes, in which a speaker may be named.
    """
    read = " ".join([*quotes, *map(heading, documents)])
    given = {number for number in numbers(question) if not _is_year(number)}
    return [
        *_missing("number", sorted(numbers(sentence) - numbers(read) - given)),
        *_missing("date", sorted(_dates(sentence) - _dates(read))),
        *_missing("name", unknown_names(sentence, f"{read} {question}")),
        *_denial_faults(sentence, quotes),
        *_modality_faults(sentence, quotes, question),
        *_speaker_faults(sentence, quotes, f"{context} {read}"),
        *([Fault("kind", f"the question asks for a {lacking}")] if (lacking := lacks(question, sentence)) else []),
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
    return found & CALENDAR


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
    """The first telling words after a plain "not" in the quote: what it says is not so. A number is told by numbers."""
    match = re.search(r"\b(?:not|never|\w+n['’]t)\s+((?:[\w'’-]+\s*){1,4})", quote, re.IGNORECASE)
    if not match or re.match(r"(?:only|just|least|until|necessarily)\b", match.group(1), re.IGNORECASE):
        return set()
    denied = terms(match.group(1))[:2]
    return set() if any(word[0].isdigit() for word in denied) else set(denied)


def _modality_faults(sentence: str, quotes: Sequence[str], question: str) -> list[Fault]:
    """A plan told as a fact, by the clause of the quotes that has most of the sentence's words; or a fact as a plan."""
    said = set(terms(sentence))
    clauses = [clause for quote in quotes for clause in _CLAUSE.split(quote) if clause.strip()]
    nearest = max(clauses, key=lambda clause: len(said & set(terms(clause))), default="")
    theirs, ours = _PLANNED.search(nearest), _PLANNED.search(sentence)
    if theirs and not ours:
        return [Fault("modality", f"the quote says {theirs[0]!r}")]
    if ours and not any(map(_PLANNED.search, [*quotes, question])):
        return [Fault("modality", f"{ours[0]!r} is not in the quotes")]
    return []


def _speaker_faults(sentence: str, quotes: Sequence[str], context: str) -> list[Fault]:
    """Who is said to have said it must be named near the quotes, and no other speaker in them instead."""
    ours = _speakers(sentence)
    if not ours:
        return []
    theirs = set().union(*(_speakers(quote) for quote in quotes)) if quotes else set()
    known = {stem(word) for word in words(context)}
    quoted = {stem(word) for quote in quotes for word in words(quote)}
    strangers = sorted(name for name in ours if name not in known)
    if strangers:
        return [Fault("speaker", f"{name!r} is not named near the quotes") for name in strangers[:1]]
    if theirs and not ours & (theirs | quoted):
        return [Fault("speaker", f"the quotes name {' '.join(sorted(theirs))!r}")]
    return []


def _speakers(text: str) -> set[str]:
    """Stems of the last names of those who are told to say something."""
    found = (next(group for group in match.groups() if group) for match in _SPEAKER.finditer(text))
    return {stem(last[-1]) for name in found if (last := words(name))}


def _is_year(number: float) -> bool:
    return number == int(number) and 1500 <= number <= 2100
