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

from rag.tense import ahead

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
_MONTH: Final = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR: Final = r"(?:1[5-9]|20)\d\d"
_DAY: Final = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_UNIT: Final = r"(?P<unit>day|week|month|year|decade)"
_OF: Final = r",?\s+(?:of\s+)?"
_COUNTED: Final = (
    r"(?:per\scent|percent|people|men|women|votes|tonnes|met(?:re|er)s|km|miles|euros|dollars|pounds|crowns|[mb]illion)"
)
_PATTERN: Final = re.compile(
    rf"""
    (?P<iso>\b{_YEAR}-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])\b)
  | \b(?:(?P<day>{_DAY})(?:\s+of)?\s+(?P<month>{_MONTH})|(?P<month2>{_MONTH})\s+(?P<day2>{_DAY})(?![\d:]))
        (?:,?\s+(?P<year>{_YEAR})\b|{_OF}(?P<of_year>last|this|next)\s+year\b)?
  | \b(?P<month3>{_MONTH})\s+(?:of\s+)?(?P<year3>{_YEAR})\b
  | (?P<apart>\b(?:last|this|next|past|previous|coming|following)\s+)?\b(?P<weekday>{"|".join(WEEKDAYS)})\b
        (?:{_OF}(?P<of_week>last|this|next)\s+week\b)?
  | \b(?:(?P<part>earlier|later)\s+)?(?P<which>last|this|next)\s+(?P<span>week|month|year)\b
  | \b(?P<count>\d{{1,3}}|{"|".join(_NUMBERS)})\s+{_UNIT}s?\s+ago\b
  | \b(?P<near>the\s+day\s+(?:before\s+yesterday|after\s+tomorrow)|yesterday|today|tonight|tomorrow|last\s+night
        |this\s+(?:morning|afternoon|evening))\b
  | \b(?:between\s+|from\s+)?(?P<from>{_YEAR})\s?(?:-|–|to|and|until)\s?(?P<to>{_YEAR}|\d\d)\b(?!\s?%)
  | \b(?P<decade>(?:1[5-9]|20)\d0)s\b
  | \b(?:in|since|until|by|of|during|early|late|mid|end\sof|(?P<turn>last|this|next))[\s-]+(?P<month4>{_MONTH})(?!\s+\d)
        (?:{_OF}(?P<of_year4>last|this|next)\s+year\b)?
  | (?<![\d.,$€£#-])\b(?P<year4>{_YEAR})\b(?![\d%]|[.,]\d|\s?{_COUNTED}\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NEAR: Final = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
_YEARS: Final = frozenset({"iso", "year", "year3", "from", "decade", "year4"})
_APART: Final = {"last": -1, "this": 0, "next": 1}
_KINDS: Final = {
    "near": "near",
    "weekday": "weekday",
    "which": "span",
    "count": "ago",
    "month4": "month",
    "month": "day",
    "month2": "day",
}


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
    """What a text speaks of at [start, end), by its kind: "near" (today), "weekday", "span" (last week), "ago",
    "day" or "month" (without a year), all resolved from the day of writing; or "date", which needs none.

    `other` is what it may mean as well, where neither the tense nor the words tell which.
    """

    start: int
    end: int
    kind: str
    span: Span
    other: Span | None = None

    @property
    def relative(self) -> bool:
        return self.kind != "date"

    @property
    def meant(self) -> tuple[Span, ...]:
        """All that it may mean, the likeliest first."""
        return (self.span, self.other) if self.other else (self.span,)


def moments(text: str, written: date | None) -> list[Moment]:
    """The times that a text names, in order; those that need the day it was written only where that is known.

    A weekday is the last one up to that day, in a clause about what is to come the next one; a day or month
    without a year is the nearest that fits. "The previous Friday" counts from something else, and is left out.

    >>> [str(m.span.first) for m in moments("It sank on Tuesday and will be raised on Friday.", date(2026, 1, 28))]
    ['2026-01-27', '2026-01-30']
    >>> [str(m.span.last) for m in moments("The one of 2019 lasted 17 days.", None)]
    ['2019-12-31']
    """
    found = []
    for match in _PATTERN.finditer(text):
        given = {name: value for name, value in match.groupdict().items() if value}
        kind = "date" if _YEARS & given.keys() else next(_KINDS[name] for name in _KINDS if name in given)
        if kind != "date" and written is None:
            continue
        try:
            spans = _relative(given, text, match, written) if kind != "date" and written else _absolute(given)
        except (ValueError, OverflowError):  # no such day: 31 February, or before the first year
            continue
        if spans:
            found.append(Moment(match.start(), match.end(), kind, *spans))
    return found


def _absolute(given: dict[str, str]) -> list[Span]:
    if "iso" in given:
        return [_day(*map(int, given["iso"].split("-")))]
    if "year" in given:
        month, day = given.get("month") or given["month2"], given.get("day") or given["day2"]
        return [_day(int(given["year"]), _month_of(month), _number(day))]
    if "year3" in given:
        return [_month(int(given["year3"]), _month_of(given["month3"]))]
    if "from" in given:
        first, last = given["from"], given["to"]
        last = last if len(last) == 4 else first[:2] + last
        return [_years(int(first), int(last))] if first <= last else []
    if "decade" in given:
        return [_years(int(given["decade"]), int(given["decade"]) + 9)]
    return [_years(int(given["year4"]), int(given["year4"]))]


def _relative(given: dict[str, str], text: str, match: re.Match[str], written: date) -> list[Span]:
    """The span that is meant, and where there is doubt the other that may be."""
    if "near" in given:
        return [_after(written, _NEAR.get(" ".join(given["near"].casefold().split()), 0))]
    if "which" in given:
        span = _whole(given["span"].casefold(), _APART[given["which"].casefold()], written)
        if "part" in given and span.first <= written <= span.last and given["span"].casefold() == "week":
            span = Span(span.first, written) if given["part"].casefold() == "earlier" else Span(written, span.last)
        return [span]
    if "count" in given:
        count = given["count"].casefold()
        return [_ago(_NUMBERS.get(count) or int(count), given["unit"].casefold(), written)]
    if "weekday" in given:
        return _weekday(given, *ahead(text, match.start(), match.end()), written)
    word = given.get("month") or given.get("month2") or given["month4"]
    if word.casefold().strip(".") == "may" and word[0] != "M":
        return []
    years = _years_of(_month_of(word), given, text, match, written)
    if "month4" in given:
        return [_month(year, _month_of(word)) for year in years]
    return [_day(year, _month_of(word), _number(given.get("day") or given["day2"])) for year in years]


def _weekday(given: dict[str, str], ahead: bool, sure: bool, written: date) -> list[Span]:
    """The weekday last before or next after the day of writing; "next" and "last" may skip the one of this week."""
    index, which = WEEKDAYS.index(given["weekday"].casefold()), given.get("apart", "").strip().casefold()
    back = (written.weekday() - index) % 7
    if "of_week" in given:
        return [_after(written, 7 * _APART[given["of_week"].casefold()] + index - written.weekday())]
    if which in ("previous", "following"):
        return []
    last, coming = _after(written, -back), _after(written, 7 - back)
    if which in ("next", "coming"):
        skips = which == "next" and index > written.weekday()
        return [coming, _after(written, 14 - back)] if skips else [coming]
    if which in ("last", "past"):
        skips = which == "last" and 0 < back <= written.weekday()
        return [last if back else _after(written, -7), *([_after(written, -back - 7)] if skips else [])]
    if which == "this" and not sure:
        return [coming]
    if ahead:
        return [coming] if sure and back else [coming, last]  # on a Friday "on Friday" may be today
    return [last] if sure else [last, coming]


def _years_of(number: int, given: dict[str, str], text: str, match: re.Match[str], written: date) -> list[int]:
    """The year of a month that stands without one, and where there is doubt the other that it may be of."""
    year, month = written.year, written.month
    if of := given.get("of_year") or given.get("of_year4"):
        return [year + _APART[of.casefold()]]
    turn = given.get("turn", "").casefold()
    if turn == "last":
        return [year, year - 1] if number < month else [year - 1]
    if turn == "next":
        return [year, year + 1] if number > month else [year + 1]
    if turn == "this":
        return [year]
    to_come, sure = ahead(text, max(match.start(), match.start("month4")), match.end())
    last, coming = year - (number > month), year + (number < month)
    found = [coming, last] if to_come else [last, coming]
    return found[:1] if sure or last == coming else found


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
        return _after(written, -count)
    if unit == "week":
        there = written - timedelta(weeks=count)
        return Span(there - timedelta(days=3), there + timedelta(days=3))
    if unit == "month":
        return _whole("month", -count, written)
    return _whole("year", -count * (10 if unit == "decade" else 1), written)


def _after(written: date, days: int) -> Span:
    there = written + timedelta(days=days)
    return Span(there, there)


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
