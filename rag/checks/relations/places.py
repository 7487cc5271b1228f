"""Where something was: whether the quotes tell it of that place, and not of another. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final

from rag.checks.text.anchors import Token, tokens
from rag.checks.text.peoples import root
from rag.checks.text.slots import NAME, numbered
from rag.checks.text.verbs import ACTS, verbal
from rag.checks.times.dates import DAY_OF_MONTH
from rag.terms import CALENDAR, words

_PLACE = re.compile(rf"\b(?P<by>[Ii]n|[Aa]t|[Nn]ear) (?:the )?(?P<name>{NAME})")
_BREAK = re.compile(
    r"[;:.–—\"“”](?=\s|$)|,(?! \d)|\b(?:and|but|while|whereas|who|which|that|where|because|after|before)\b"
)
_LINKING: Final = frozenset(
    "is are was were be been had has have stayed remains remained lies lay stands stood".split()
)


@dataclass(frozen=True, slots=True)
class _Deed:
    """The stem of what was done, "" where nothing was, with the preposition and the parts of the name of where."""

    verb: str
    by: str
    place: frozenset[str]


def misplaced_deed(sentence: str, quotes: Sequence[str], context: str) -> tuple[str, str] | None:
    """The place where a sentence says that it was done, and the one that the quotes tell it of; None where it is one.

    What was done at a station may have been done in a town.

    >>> misplaced_deed("She was hit at Osk.", ["She was hit at Lund.", "She is treated at Osk."], "")
    ('osk', 'lund')
    >>> misplaced_deed("She was hit in Osk.", ["She was hit at Lund.", "She is treated at Osk."], "")
    """
    told = [each for quote in quotes for each in _deeds(quote)]
    around = list(_deeds(context))
    for one in _deeds(sentence):
        theirs = [each for each in told if each.verb and each.verb == one.verb]
        also = [each for each in around if each.verb == one.verb]
        if not theirs or any(one.place & each.place or (one.by, each.by) == ("in", "at") for each in [*theirs, *also]):
            continue
        near = any(one.place & other.place for other in told if other.verb != one.verb)
        if near and not _beside(one.place, theirs, [*quotes, context]):
            return max(one.place), max(theirs[0].place)
    return None


def misplaced_value(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """A place in which a sentence counts what the quotes count elsewhere, with a number of its own there; else None.

    >>> misplaced_value("It was 41 degrees in Osk.", ["In Lund it was 41 degrees.", "Osk had only 36 degrees."])
    ('osk', '36')
    >>> misplaced_value("It was 36 degrees in Osk.", ["In Lund it was 41 degrees.", "Osk had only 36 degrees."])
    """
    dateless = DAY_OF_MONTH.sub(" ", sentence)
    ours = list(numbered(dateless, tokens(dateless)))
    places = [_parts(match["name"]) for match in _PLACE.finditer(sentence)]
    pieces = [piece for quote in quotes for piece in _BREAK.split(quote)]
    told = [(list(numbered(piece, tokens(piece))), _parts(piece)) for piece in pieces]
    for place in filter(None, places) if len(ours) == 1 else ():
        (one,) = ours
        kind = one.kind, one.head
        if one.kind == "year":
            continue
        having = [parts for found, parts in told if any(each.value == one.value for each in found)]
        instead = [each for found, parts in told if place <= parts for each in found if (each.kind, each.head) == kind]
        if having and instead and not any(place & parts for parts in having):
            return max(place), f"{instead[0].value:.12g}"
    return None


def _deeds(text: str) -> Iterator[_Deed]:
    for piece in _BREAK.split(text):
        found = tokens(piece)
        verbs = [each for each in found if _is_deed(piece, each)]
        for match in _PLACE.finditer(piece):
            name = _parts(match["name"])
            before = [each for each in verbs if each.start < match.start()]
            opens = not piece[: match.start()].strip()
            verb = before[-1].stem if before else verbs[0].stem if opens and verbs else ""
            between = piece[before[-1].end if before else 0 : match.start()]
            if name:
                yield _Deed("" if _LINKING & set(words(between)) else verb, match["by"].casefold(), name)


def _is_deed(piece: str, token: Token) -> bool:
    return token.word not in _LINKING and (token.word in ACTS or verbal(piece, token))


def _beside(place: Set[str], theirs: Sequence[_Deed], texts: Sequence[str]) -> bool:
    """Whether a text names two places right beside each other: "Osk in Varn" is in both."""
    for text in texts:
        found = [root(word.casefold()) for word in words(text)]
        ours = {at for at, word in enumerate(found) if word in place}
        others = {at for at, word in enumerate(found) if any(word in each.place for each in theirs)}
        if any(abs(one - other) <= 4 for one in ours for other in others):
            return True
    return False


def _parts(name: str) -> frozenset[str]:
    """The roots of the words with a capital, without months and weekdays."""
    found = (word for word in words(name) if word[:1].isupper() and word.casefold() not in CALENDAR)
    return frozenset(root(word.casefold()) for word in found)
