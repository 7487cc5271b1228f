"""Whether a sentence tells the day of one event as that of another. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from rag.checks.text.anchors import Token, tokens
from rag.checks.text.verbs import ACTS, verbal
from rag.terms import CALENDAR, DAYS, MONTH_NAMES, stem
from rag.types import Document
from rag.when import Moment, moments

LEAST_TOLD: Final = 2
"""Terms that a part of a quote has to share with a sentence to tell of the same event."""

DAYS_OF_A_WEEK: Final = 7

_PARTS: Final = re.compile(
    r"[,:](?!\d)|[;–—]|\b(?:and|but|that|who|which|because|after|before|while|whereas|as|if|when|than|unlike"
    r"|compared (?:to|with)|against|up from|down from)\b"
)
_FULL_DATE: Final = re.compile(
    rf"\b(?P<weekday>{'|'.join(day.capitalize() for day in sorted(DAYS))}),? (?:the )?"
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{MONTH_NAMES})"
    rf"|(?P<month2>{MONTH_NAMES}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?),? (?P<year>\d{{4}})\b"
)
_DATES: Final = frozenset(map(stem, CALENDAR)) | {
    stem(word) for word in "last next day week month year evening".split()
}


def misdated(
    sentence: str, quotes: Sequence[str], documents: Sequence[Document], question: str = ""
) -> tuple[str, str] | None:
    """A time of a sentence, and the one that the quotes tell of the same event, which it does not meet; else None.

    A time that the question gave is the asker's.

    >>> misdated("The mill burned in 2021.", ["The mill burned in 2012 and was sold in 2021."], [])
    ('2021', '2012')
    """
    asked = moments(question, None)
    deeds = {each.stem for each in tokens(sentence) if _is_deed(sentence, each)}
    near: tuple[str, str] | None = None
    for place, quote in enumerate(quotes):
        document = documents[place] if place < len(documents) else None
        for own, said in _told(sentence, document):
            if any(one.span.meets(other.span) for one in own for other in asked):
                continue
            for found, telling in _told(quote, document):
                shared = len(said & telling)
                if any(one.span.meets(other.span) for one in own for other in found):
                    if shared:
                        return None
                elif shared >= LEAST_TOLD and deeds & telling and _grain(own[0]) == _grain(found[0]):
                    near = near or (_written(sentence, own[0]), _written(quote, found[0]))
    return near if near and sorted(near[0].split()) != sorted(near[1].split()) else None


def impossible_day(sentence: str) -> str | None:
    """A weekday beside the date of another one; None where there is none.

    >>> impossible_day("It began on Monday, October 21, 2025."), impossible_day("It began on Tuesday, 21 October 2025.")
    ('Monday, October 21, 2025', None)
    """
    for match in _FULL_DATE.finditer(sentence):
        month = match["month"] or match["month2"]
        told = f"{match['day'] or match['day2']} {month} {match['year']}"
        try:
            day = datetime.strptime(told, "%d %B %Y").replace(tzinfo=UTC)
        except ValueError:
            return match[0]
        if f"{day:%A}" != match["weekday"]:
            return match[0]
    return None


def _is_deed(text: str, token: Token) -> bool:
    return not token.word.endswith("s") and (token.word in ACTS or verbal(text, token))


def _written(text: str, one: Moment) -> str:
    return text[one.start : one.end].strip(" .,")


def _told(text: str, document: Document | None) -> list[tuple[list[Moment], set[str]]]:
    """The parts of a text that tell a time: the times, and the terms beside them."""
    written = document.published_at.date() if document and document.published_at else None
    found, start = [], 0
    dated = moments(text, written)
    for end in [*(match.start() for match in _PARTS.finditer(text)), len(text)]:
        if inside := [one for one in dated if start <= one.start < end]:
            beside = {each.stem for each in tokens(text[start:end]) if each.telling and each.word[0].isalpha()}
            found.append((inside, beside - _DATES))
        start = end
    return found


def _grain(one: Moment) -> bool:
    """Whether it is told to the day or week: a year beside a day is seldom the same thing's."""
    return (one.span.last - one.span.first).days < DAYS_OF_A_WEEK
