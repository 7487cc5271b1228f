"""The years, months and days of a sentence: whether its quotes have them, or mean them by "on Tuesday". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from rag.terms import CALENDAR, DAYS, MONTH_NAMES, MONTHS, may_be_year, numbers, words
from rag.types import Document
from rag.when import Span, moments

_YEAR_BEFORE = re.compile(r"\b(?:year before|year earlier|previous year)\b", re.IGNORECASE)
_YEAR_AFTER = re.compile(r"\b(?:year after|year later|following year)\b", re.IGNORECASE)
"""These count from a year that the text tells, and not only from the day it was written."""
_MONTH_ALONE = re.compile(rf"(\d(?:st|nd|rd|th)? (?:of )?)?\b({MONTH_NAMES})\b(?!,? \d)")
DAY_OF_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH_NAMES})\b|\b({MONTH_NAMES}) (\d{{1,2}})(?:st|nd|rd|th)?\b"
)


def strange_dates(
    sentence: str, quoted: str, headed: str, told: Set[str], resolved: Set[tuple[str, str]] = frozenset()
) -> list[str]:
    """Dates that the quotes do not have. What they leave open may come from the day of publication.

    A day of a month must be a day of that month there too, or one of those `resolved`, and the day of publication
    only where there are none; a month or weekday alone is
    looked for among theirs where they name any. `told` are months and weekdays that need none.
    """
    ours, theirs = days_of_months(sentence) - resolved, days_of_months(quoted)
    missing = sorted(
        f"{day} {month}"
        for day, month in ours - theirs - (set() if resolved else days_of_months(headed))
        if month not in told and (theirs or not {day, month} <= {word.casefold() for word in words(quoted)})
    )
    alone = dates(sentence) - {month for _, month in days_of_months(sentence)} - told
    for family in (MONTHS, DAYS):
        missing += sorted(alone & family - (dates(quoted) & family or dates(headed)))
    return missing


def told_spans(quotes: Sequence[str], documents: Sequence[Document]) -> set[Span]:
    """What quotes mean by "Monday", "last month" or "April", from the day their article was published.

    A month is read as a time wherever it stands: "the April vote" was in April.
    """
    return {
        span
        for quote, document in zip(quotes, documents, strict=False)
        if document.published_at
        for one in moments(_MONTH_ALONE.sub(_in_month, quote), document.published_at.date())
        if one.relative
        for span in one.meant
    }


def _in_month(match: re.Match[str]) -> str:
    return match[0] if match[1] else f"in {match[2]}"


def told_months(quotes: Sequence[str], spans: Set[Span]) -> set[str]:
    """The months that quotes mean by "last month" or "next month"."""
    whole = {f"{one.first:%B}".casefold() for one in spans if one.first.day == 1 and (one.last - one.first).days >= 27}
    return whole - dates(" ".join(quotes))


def told_years(quotes: Sequence[str], documents: Sequence[Document], spans: Set[Span]) -> set[float]:
    """The years of these spans, and those that quotes mean by "the year before"."""
    found = {float(one.first.year) for one in spans}
    for quote, document in zip(quotes, documents, strict=False):
        own = years(quote) | ({float(document.published_at.year)} if document.published_at else set())
        for pattern, apart in ((_YEAR_BEFORE, -1), (_YEAR_AFTER, 1)):
            if pattern.search(quote):
                found |= {year + apart for year in own}
    return found


def strange_years(sentence: str, quotes: Sequence[str], asked: str, told: Set[float]) -> set[float]:
    """The years of a sentence that only the day of publication has, where it has none of those that the quotes name."""
    ours, theirs = years(sentence), years(" ".join(quotes))
    return ours - years(asked) - told if theirs and not ours & theirs else set()


def days_of_months(text: str) -> set[tuple[str, str]]:
    """Days of months, as ("9", "february"), in either order of writing."""
    found = DAY_OF_MONTH.finditer(text)
    return {(str(int(match[1] or match[4])), (match[2] or match[3]).casefold()) for match in found}


def dates(text: str) -> set[str]:
    """Months and weekdays that a text names. "may" is one only with a capital and beside a number."""
    found = {word.casefold() for word in words(text) if word[:1].isupper()}
    if not re.search(r"\b(?:\d{1,2} May|May \d{1,4})\b", text):
        found.discard("may")
    return found & CALENDAR


def years(text: str) -> set[float]:
    return set(filter(may_be_year, numbers(text)))
