"""What time a text speaks of: days and spans of days, resolved from the day it was written. Pure.

"On Tuesday", "last week" and "2 May" mean something only beside the day of writing: that of publication for an
article, `as_of` for a question. What cannot be resolved is left out rather than guessed.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

WEEKDAYS: Final = tuple(day.casefold() for day in calendar.day_name)
_MONTHS: Final = {
    name.casefold(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_NUMBERS: Final = {"a": 1, "an": 1} | {
    word: number for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
}
_AHEAD: Final = re.compile(
    r"\b(?:will|shall|won't|would|plans?|planned|planning|until|due"
    r"|(?:is|are|was|were) (?:to|due|expected|set|scheduled))\b",
    re.IGNORECASE,
)
_TOLD: Final = re.compile(r"\b(?:said|says|told|wrote|\w{2,}ed)\b", re.IGNORECASE)
_CLAUSE: Final = re.compile(r"[.;:!?]\s|, (?:and|but|while|who|which|where|when)\b|\b(?:but|while|after|before)\b")

_MONTH: Final = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR: Final = r"(?:1[5-9]|20)\d\d"
_DAY: Final = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_UNIT: Final = r"(?P<unit>day|week|month|year|decade)"
_COUNTED: Final = (
    r"(?:per\scent|percent|people|men|women|votes|tonnes|met(?:re|er)s|km|miles|euros|dollars|pounds|crowns|[mb]illion)"
)
_PATTERN: Final = re.compile(
    rf"""
    (?P<iso>\b{_YEAR}-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])\b)
  | \b(?:(?P<day>{_DAY})(?:\s+of)?\s+(?P<month>{_MONTH})|(?P<month2>{_MONTH})\s+(?P<day2>{_DAY})(?![\d:]))
        (?:,?\s+(?P<year>{_YEAR})\b)?
  | \b(?P<month3>{_MONTH})\s+(?:of\s+)?(?P<year3>{_YEAR})\b
  | (?P<apart>\b(?:last|this|next|past|previous|coming|following)\s+)?\b(?P<weekday>{"|".join(WEEKDAYS)})\b
  | \b(?P<which>last|this|next)\s+(?P<span>week|month|year)\b
  | \b(?P<count>\d{{1,3}}|{"|".join(_NUMBERS)})\s+{_UNIT}s?\s+ago\b
  | \b(?P<near>yesterday|today|tonight|tomorrow|last\s+night|this\s+(?:morning|afternoon|evening))\b
  | \b(?:between\s+|from\s+)?(?P<from>{_YEAR})\s?(?:-|–|to|and|until)\s?(?P<to>{_YEAR}|\d\d)\b(?!\s?%)
  | \b(?P<decade>(?:1[5-9]|20)\d0)s\b
  | \b(?:in|since|until|by|of|during|early|late|mid|end\sof)[\s-]+(?P<month4>{_MONTH})(?!\s+\d)
  | (?<![\d.,$€£#-])\b(?P<year4>{_YEAR})\b(?![\d%]|[.,]\d|\s?{_COUNTED}\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NEAR: Final = {"yesterday": -1, "last night": -1, "tomorrow": 1}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From the first to the last day, both of them in it."""

    first: date
    last: date

    def meets(self, other: Span, slack: int = 0) -> bool:
        """Whether they have a day in common, or come within so many days of each other."""
        apart = timedelta(days=slack)
        return self.first - apart <= other.last and other.first <= self.last + apart


@dataclass(frozen=True, slots=True)
class Moment:
    """What a text speaks of at [start, end). `relative` if it was resolved from the day of writing."""

    start: int
    end: int
    span: Span
    relative: bool


def moments(text: str, written: date | None) -> list[Moment]:
    """The times that a text names, in order; those that need the day it was written only where that is known.

    A weekday is the last one up to that day, in a clause about what is to come the next one; a day or month
    without a year is the nearest that fits.

    >>> [str(m.span.first) for m in moments("It sank on Tuesday and will be raised on Friday.", date(2026, 1, 28))]
    ['2026-01-27', '2026-01-30']
    >>> [str(m.span.last) for m in moments("The one of 2019 lasted 17 days.", None)]
    ['2019-12-31']
    """
    found = []
    for match in _PATTERN.finditer(text):
        given = {name: value for name, value in match.groupdict().items() if value}
        relative = not ({"iso", "year", "year3", "from", "decade", "year4"} & given.keys())
        if relative and written is None:
            continue
        try:
            span = _relative(given, text, match, written) if relative and written else _absolute(given)
        except (ValueError, OverflowError):  # no such day: 31 February, or before the first year
            continue
        if span is not None:
            found.append(Moment(match.start(), match.end(), span, relative))
    return found


def _absolute(given: dict[str, str]) -> Span | None:
    if "iso" in given:
        return _day(*map(int, given["iso"].split("-")))
    if "year" in given:
        month, day = given.get("month") or given["month2"], given.get("day") or given["day2"]
        return _day(int(given["year"]), _month_of(month), _number(day))
    if "year3" in given:
        return _month(int(given["year3"]), _month_of(given["month3"]))
    if "from" in given:
        first, last = given["from"], given["to"]
        last = last if len(last) == 4 else first[:2] + last
        return _years(int(first), int(last)) if first <= last else None
    if "decade" in given:
        return _years(int(given["decade"]), int(given["decade"]) + 9)
    return _years(int(given["year4"]), int(given["year4"]))


def _relative(given: dict[str, str], text: str, match: re.Match[str], written: date) -> Span | None:
    if "near" in given:
        there = written + timedelta(days=_NEAR.get(" ".join(given["near"].casefold().split()), 0))
        return Span(there, there)
    if "weekday" in given:
        return _weekday(given, _ahead(text, match), written)
    if "which" in given:
        return _whole(given["span"].casefold(), {"last": -1, "this": 0, "next": 1}[given["which"].casefold()], written)
    if "count" in given:
        count = given["count"].casefold()
        return _ago(_NUMBERS.get(count) or int(count), given["unit"].casefold(), written)
    word = given.get("month") or given.get("month2") or given["month4"]
    if word.casefold().strip(".") == "may" and word[0] != "M":
        return None
    number, ahead = _month_of(word), _ahead(text, match)
    year = written.year + (number < written.month if ahead else -(number > written.month))
    if "month4" in given:
        return _month(year, number)
    return _day(year, number, _number(given.get("day") or given["day2"]))


def _weekday(given: dict[str, str], ahead: bool, written: date) -> Span:
    back = (written.weekday() - WEEKDAYS.index(given["weekday"].casefold())) % 7
    which = given.get("apart", "").strip().casefold()
    if which in ("next", "coming", "following") or (ahead and which not in ("last", "past", "previous")):
        there = written + timedelta(days=7 - back)
    else:
        there = written - timedelta(days=back or (7 if which in ("last", "past", "previous") else 0))
    return Span(there, there)


def _whole(span: str, apart: int, written: date) -> Span:
    """The week (from Monday), month or year so many before or after that of a day."""
    if span == "week":
        monday = written + timedelta(days=7 * apart - written.weekday())
        return Span(monday, monday + timedelta(days=6))
    if span == "month":
        years, month = divmod(written.month - 1 + apart, 12)
        return _month(written.year + years, month + 1)
    return _years(written.year + apart, written.year + apart)


def _ago(count: int, unit: str, written: date) -> Span:
    if unit == "day":
        there = written - timedelta(days=count)
        return Span(there, there)
    if unit == "week":
        return _whole("week", -count, written)
    if unit == "month":
        return _whole("month", -count, written)
    return _whole("year", -count * (10 if unit == "decade" else 1), written)


def _ahead(text: str, match: re.Match[str]) -> bool:
    """Whether a match tells when something is to come: "will open on Friday", not "said on Friday it will open"."""
    before = _CLAUSE.split(text[: match.start()])[-1]
    after = _CLAUSE.split(text[match.end() :])[0]
    if markers := list(_AHEAD.finditer(before)):
        return re.search(r"\b(?:said|told|wrote)\b", before[markers[-1].end() :]) is None
    marker = _AHEAD.search(after)
    return marker is not None and len(before.split()) <= 2 and _TOLD.search(after[: marker.start()]) is None


def _day(year: int, month: int, day: int) -> Span:
    there = date(year, month, day)
    return Span(there, there)


def _month(year: int, month: int) -> Span:
    return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _years(first: int, last: int) -> Span:
    return Span(date(first, 1, 1), date(last, 12, 31))


def _month_of(word: str) -> int:
    return _MONTHS[word.casefold().strip(".")]


def _number(day: str) -> int:
    return int(re.sub(r"\D", "", day))
