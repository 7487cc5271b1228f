"""An amount of one told of another whom the quotes give one of their own. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.checks.numbers.amounts import COUNT, Amount, amounts, comparable, is_year
from rag.checks.people.antecedents import before
from rag.checks.text.slots import known_names
from rag.terms import CALENDAR, STOP_WORDS, in_full, stem, words

_CLAUSE = re.compile(r"[;:]|,(?= (?:while|and|but|whereas)\b)|\b(?:while|whereas|but)\b|\band (?=[A-Z])")
_OPENING = re.compile(r"[A-Z]\w*[^\Ws]\b")
"""A first word that may be a name, though nothing but its place gives it a capital."""
_LEANS = re.compile(r"(?:The|This|That) [\w-]+ |(?:He|She|It|They)\b")


def anothers(sentence: str, quotes: Sequence[str], context: str = "") -> tuple[str, str] | None:
    """An amount of a sentence that the quotes give of another, and that which they give of whom it names; else None.

    >>> anothers("Osk had 43C.", ["It was 43C in Varn.", "Nearby Osk had 41C."])
    ('43', '41')
    >>> anothers("Varn had 43C.", ["It was 43C in Varn.", "Nearby Osk had 41C."])
    """
    known = known_names([sentence, *quotes, context])
    ours = _named(sentence, known)
    if not ours:
        return None
    if opening := _OPENING.match(sentence):
        ours |= {stem(opening[0])}
    told = list(_told(quotes, context, known))
    said = amounts(sentence)
    for one in said:
        holders = [names for other, names in told if other.value == one.value and comparable(one, other)]
        if one.measure == "" or is_year(one) or not holders or any(not names or names & ours for names in holders):
            continue
        theirs = [
            other
            for other, names in told
            if names & ours
            and other.value != one.value
            and one.measure == other.measure
            and (one.measure != COUNT or one.noun == other.noun)
            and other.value not in {each.value for each in said}
        ]
        if theirs:
            return f"{one.value:.12g}", f"{theirs[0].value:.12g}"
    return None


def _told(quotes: Sequence[str], context: str, known: frozenset[str]) -> Iterator[tuple[Amount, frozenset[str]]]:
    """The amounts of quotes, each with the names of its clause, or of what stands before it where that has none."""
    for quote in quotes:
        text = in_full(quote)
        start = 0
        names = _named(before(quote, context), known) if _LEANS.match(quote) else frozenset[str]()
        if not names and (opening := _OPENING.match(text)) and opening[0].casefold() not in STOP_WORDS | CALENDAR:
            names = frozenset({stem(opening[0])})
        found = amounts(quote)
        ends = [
            match.start()
            for match in _CLAUSE.finditer(text)
            if not match[0].startswith("and")
            or (any(one.start < match.start() for one in found) and any(one.start > match.end() for one in found))
        ]
        for end in [*ends, len(text)]:
            names = (_named(text[start:end], known) | (names if not start else frozenset())) or names
            yield from ((one, names) for one in found if start <= one.start < end)
            start = end


def _named(text: str, known: frozenset[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if word[:1].isupper() and word.casefold() in known)
