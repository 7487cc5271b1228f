"""When what a quote tells happened, and when the question means: whether they are the same time. Pure.

News tells of years ago as background to this week, in the same words. Such a sentence has the right names and the
right kind of number, of another event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from rag.kind import Kind, kind_of
from rag.terms import numbers, stem, terms, words
from rag.types import Document
from rag.when import Moment, Span, moments

FAR: Final = 200
"""Days between two times that cannot be the same however loosely they are told."""
LOOSE: Final = 4
"""Days by which "this week" and "on Tuesday" may be missed."""
REPORTED: Final = timedelta(days=7)
"""How old at most what an article tells without a time is when it is published."""

_PARTS: Final = re.compile(
    r"[;:]\s|,? (?:but|while|whereas|than|up from|down from|against|compared (?:to|with))\s|, and\s"
    r"|, (?=the ones? (?:of|in|from)\b)",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(
    r"\b(?:after|before|since|until|following|prior to)\b[^,]*$"
    r"|(?<!\bwas )(?<!\bwere )(?<!\bbeen )(?<!\bis )(?<!\bare )"
    r"\b(?:\w{2,}ed|built|born|held|won|made) (?:in|on) (?:the )?$",
    re.IGNORECASE,
)
"""What stands before a time that is not when what is asked for happened: "the firm founded in 1998", "after 2008"."""
_OTHER_ONE: Final = re.compile(r"\bthe (?:one|ones|last one|previous one) (?:of|in|from)\b", re.IGNORECASE)


def mistimed(
    sentence: str,
    quotes: Sequence[str],
    documents: Sequence[Document],
    question: str,
    asked: date | None = None,
    context: str = "",
) -> str | None:
    """How the time of what the quotes tell is another than that of the question; None where it is not.

    `asked` is the day from which the question's "last week" counts, None where it cannot be told. A time that the
    sentence tells itself misleads nobody, and one that was asked for cannot be wrong. What is told without a time is of
    the days before it was published, unless the `context` names a year that is asked for.

    >>> mistimed("It lasted 17 days.", ["The one of 2019 lasted 17 days."], [], "How long was the strike of 2026?")
    '2019 is not when the question means'
    """
    if kind_of(question) is Kind.TIME:
        return None
    meant = [one for one in moments(question, asked) if not _ASIDE.search(question[: one.start])]
    for place, quote in enumerate(quotes):
        published = documents[place].published_at if place < len(documents) else None
        written = published.date() if published else None
        said = moments(sentence, written)
        for part in _telling(sentence, quote, question):
            found = moments(part, written)
            if any(one.span.meets(other.span) for one in found for other in said):
                continue
            if (
                wrong := _elsewhen(part, found, meant, written, context)
                if meant
                else _another(part, found, question, written)
            ):
                return wrong
    return None


def untimely(text: str, document: Document, question: str, asked: date | None = None) -> bool:
    """Whether all that a sentence of an article tells is of another time than the question means.

    >>> untimely("The one of 2019 lasted 17 days.", Document("a"), "How long was the strike of 2026?")
    True
    """
    return mistimed("", [text], [document], question, asked) is not None


def _telling(sentence: str, quote: str, question: str) -> list[str]:
    """The parts of a quote that have most of the numbers that a sentence brings; all of it where it brings none."""
    brought = numbers(sentence) - numbers(question)
    parts = {part: len(brought & numbers(part)) for part in _PARTS.split(quote)}
    most = max(parts.values())
    return [part for part, having in parts.items() if having == most] if most else [quote]


def _elsewhen(
    part: str, found: Sequence[Moment], meant: Sequence[Moment], written: date | None, context: str
) -> str | None:
    told = [one.span for one in found]
    known = numbers(context)
    for one in meant:
        spans = told
        elsewhere = bool(context) and one.span.first.year not in known and one.span.last.year not in known
        if not spans and (one.relative or elsewhere) and written:
            spans = [Span(written - REPORTED, written)]
        slack = LOOSE if one.relative else FAR
        if not spans or any(one.span.meets(span, slack) for span in spans):
            return None
    return f"{_written(part, found) or 'what it tells'} is not when the question means"


def _another(part: str, found: Sequence[Moment], question: str, written: date | None) -> str | None:
    """An event of years before, told as "an outbreak", where the question asks for "the outbreak"."""
    if written is None:
        return None
    long_ago = [one for one in found if (written - one.span.last).days > FAR]
    if not long_ago or len(long_ago) < len(found):
        return None
    if _OTHER_ONE.search(part):
        return f"{_written(part, long_ago)} is when another one was"
    known = set(terms(question))
    for match in re.finditer(r"\b(?:an?|another|one) ((?:[\w-]+ ){0,2}?[\w-]+)", part, re.IGNORECASE):
        for word in words(match[1]):
            if stem(word) in known and re.search(
                rf"\b(?:the|this|these|its|their|\w+['’]s?) (?:[\w'’-]+ ){{0,3}}?{re.escape(word)}\b",
                question,
                re.IGNORECASE,
            ):
                return f"{_written(part, long_ago)} is when another {word} was"
    return None


def _written(part: str, found: Sequence[Moment]) -> str:
    return part[found[0].start : found[0].end] if found else ""
