"""Times that need the day of writing, told with the date that this day makes of them. Pure.

A sentence keeps its words: "on Tuesday evening" becomes "on Tuesday evening (27 January 2026)". Only "yesterday" and
"tomorrow" give way to their date. What may be a name, a habit, or somebody's words stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rag.terms import MONTHS
from rag.when import WEEKDAYS, Moment, Span, moments

Quote = tuple[str, date | None]
"""The text of a quote and the day its article was published."""

HALF_A_YEAR: Final = timedelta(days=183)
_SPOKEN: Final = re.compile(
    r"^[^“”]*”|“[^”]*(?:”|$)|‘.*(?:’|$)|(?<!\w)'.*'(?!\w)|\"[^\"]*\"(?=[^\"]*(?:\"[^\"]*\"[^\"]*)*$)|^[^\"]*\"[^\"]*$"
)
_WEEKDAY: Final = f"(?:{'|'.join(WEEKDAYS)})"
_PART: Final = re.compile(r"\s(?:morning|afternoon|evening|night)\b")
_OWNS: Final = re.compile(r"['’]s\b")
_ADJACENT: Final = re.compile(r",?\s+\(?(?:(?:the|of|a|on)\s+)?")
_CAPITAL: Final = re.compile(r"\s+[A-Z]")
_BEFORE_DAY: Final = re.compile(
    rf"\b(?:on|by|until|till|since|before|after|from|late|early|said|told|\w{{2,}}ed|{_WEEKDAY},? (?:and|or))\s+$", re.I
)
_AFTER_DAY: Final = re.compile(
    r"\s*(?:$|[.,;:!?)—–])|['’]s\b|\s+(?:a|an|and|as|at|because|but|by|following|for|he|her|his|in|it|near|of|off|or|over"
    r"|she|that|the|they|to|when|where|which|while|who|with)\b"
)
_ON: Final = re.compile(r"\bon\s+$", re.I)
_LONGER: Final = re.compile(
    rf"\s*(?:-|–|to|through|until)\s*(?i:{_WEEKDAY})\b|\s(?:(?:and|or)\s(?i:{_WEEKDAY})\s)?(?:mornings|afternoons|evenings|nights)"
    r"|\sthe\s\d+(?:st|nd|rd|th)\b|\s(?:Morning|Afternoon|Evening|Night)\b"
)
"""What makes a weekday a piece of something longer: a range, a habit, a name, "Friday the 13th"."""
_RANGED: Final = re.compile(rf"\b{_WEEKDAY}\s*(?:-|–|to|through|until)\s*$", re.I)
_HABIT: Final = re.compile(
    rf"\b(?:each|every|any)\s(?:\w+\s)?(?:{_WEEKDAY}|day|night|morning|evening|week|month|year)", re.I
)
_NOWADAYS: Final = re.compile(r"\b(?:still|even today|of today|than today|nowadays)\b", re.I)
_INEXACT: Final = re.compile(
    r"(?:\b(?:than|over|under|least|most|nearly|almost|about|around|roughly|some|half|to|and)\s+|[\d,.-])$", re.I
)
_TAKES_DATE: Final = re.compile(
    r"\b(?:as|by|until|till|since|before|after|from|for|of|on|to|than|through|between)\s+$", re.I
)
_TURN: Final = re.compile(r"\b(?:last|this|next)\b", re.I)
_IS: Final = re.compile(r"\s+(?:is|was|has|had|will)\b")


@dataclass(frozen=True, slots=True)
class _Time:
    """A relative time at [start, end); times of the same `key` mean the same day if they were written on the same."""

    start: int
    end: int
    key: str
    moment: Moment


def absolute(sentence: str, quotes: Sequence[Quote]) -> str:
    """The sentence with the dates of those relative times that stand in its quotes too.

    They are worked out from the days on which the quotes' articles were published. A time that quotes put on
    different days, or whose date the sentence has already, is left alone.

    >>> absolute("It sank on Tuesday evening.", [("The ferry sank on Tuesday evening.", date(2026, 1, 28))])
    'It sank on Tuesday evening (27 January 2026).'
    >>> absolute("It sank yesterday.", [("It sank yesterday.", date(2026, 1, 28))])
    'It sank on 27 January 2026.'
    """
    meant: dict[str, set[Span]] = {}
    for text, written in quotes:
        for time in _times(text, written) if written else ():
            for key in (time.key, *_other_keys(time)):
                meant.setdefault(key, set()).update(time.moment.meant)
    if not meant:
        return sentence
    day = next(written for _, written in quotes if written)
    plain = _unspoken(sentence)
    there = [one.span for one in moments(plain, None)]
    # "last December (1999)" has its date, of which moments alone are the year
    there += [one.span for one in moments(plain, day) if plain.startswith(f" ({one.span.first.year})", one.end)]
    told, at = "", 0
    for time in _times(sentence, day):
        spans = meant.get(time.key, set())
        if len(spans) != 1 or any(_within(one, *spans) for one in there):
            continue
        (span,) = spans
        told += sentence[at : time.start] + _dated(sentence, time, span)
        at = time.end
        there.append(span)
    return told + sentence[at:]


def _times(text: str, written: date) -> Iterator[_Time]:
    """The relative times of a text that are nobody's words, and neither names nor habits."""
    plain = _unspoken(text)
    found = moments(plain, written)
    past = any(
        not one.relative and one.span.last.year < written.year - 1 and not plain[: one.start].endswith("since ")
        for one in found
    )
    for i, one in enumerate(found):
        words = " ".join(plain[one.start : one.end].casefold().split())
        dated = one.kind in ("day", "month")
        if not one.relative or (past and (dated or one.kind == "weekday" or words.startswith("next"))):
            continue  # beside another year a weekday or a month may well be of that year
        apart = min(abs(one.span.first - written), abs(one.span.last - written))
        if dated and apart > HALF_A_YEAR and not _TURN.search(words):
            continue  # that of the other year is nearer, and the tense alone does not tell which is meant
        beside = [*found[max(i - 1, 0) : i], *found[i + 1 : i + 2]]
        if any(_joined(plain, one, other) for other in beside) or not _plain(plain, one):
            continue
        end = one.end
        if one.kind in ("weekday", "near") and (part := _PART.match(plain, end)):
            end = part.end()
        if owns := _OWNS.match(plain, end):
            end = owns.end()
        if plain[end - 1] == "." and (end == len(plain) or words.rstrip(".").rpartition(" ")[2] in MONTHS):
            end -= 1  # the end of the sentence, not of "Dec."
        first = one.span.first
        key = {"day": f"{first.day}/{first.month}", "month": f"/{first.month}"}.get(one.kind, words)
        yield _Time(one.start, end, key, one)


def _joined(text: str, one: Moment, other: Moment) -> bool:
    """Whether a time and the one beside it are one, of which the first here does not say all, or do not agree."""
    between = text[min(one.end, other.end) : max(one.start, other.start)]
    if one.kind == other.kind or not _ADJACENT.fullmatch(between):
        return False
    if other.kind == "date" and between == " on ":
        return False  # "the budget for 2026 on Thursday"
    told_by_it = one.kind == "day" and other.kind in ("weekday", "near")
    return not (told_by_it and one.span.first.weekday() == other.span.first.weekday())


def _plain(text: str, one: Moment) -> bool:
    """Whether a time is told as such: no part of a name, no habit and no range."""
    before, after, words = text[: one.start], text[one.end :], text[one.start : one.end]
    if before.endswith("-") or re.match(r"[-–]\w", after) or _HABIT.search(text):
        return False
    begins = not before.strip("“\"'‘( ")
    turned = before.casefold().endswith(("the ", "a "))
    if one.kind == "weekday":
        part = _PART.match(after)
        rest = after[part.end() :] if part else after
        on = _ON.search(before) and (not _CAPITAL.match(rest) or before.strip() == "On")
        told = on or ((_BEFORE_DAY.search(before) or " " in words) and _AFTER_DAY.match(rest))
        led = begins and (part is not None or rest[:1] in (",", "'", "’"))
        return bool((told or led) and not (turned or _LONGER.match(after) or _RANGED.search(before)))
    if one.kind in ("day", "month"):
        named = _CAPITAL.match(after) and not _ON.search(before) and not begins
        several = one.kind == "month" or words[:1].isalpha()
        paired = several and re.match(r"\s*,?\s*(?:and|or|to|until|through)\s+(?:\d|[A-Z])", after)
        return not (named or paired or re.match(r"['’]|\s*[-–/]\s*\w", after) or (turned and after[:1] == " "))
    if one.kind == "ago":
        return not (_INEXACT.search(before) or "decade" in words)
    if words[0].isupper() and not begins:
        return False
    if one.kind == "near":
        return words.casefold() != "today" or _NOWADAYS.search(text) is None
    return not turned


def _other_keys(time: _Time) -> list[str]:
    """What else a quote's time is known by: its weekday, and its day, which a draft may have worked out itself."""
    first, last = time.moment.span.first, time.moment.span.last
    weekday = [day for day in WEEKDAYS if time.moment.kind == "weekday" and day in time.key]
    return [*weekday, *([f"{first.day}/{first.month}"] if first == last else [])]


def _dated(sentence: str, time: _Time, span: Span) -> str:
    before, words, kind = sentence[: time.start], sentence[time.start : time.end], time.moment.kind
    if kind in ("day", "month") and not _TURN.search(words):
        return f"{words}, {span.first.year}" if words[-1].isdigit() else f"{words} {span.first.year}"
    if words.casefold() in ("yesterday", "tomorrow") and not re.search(r"\b(?:and|or)\s+$", before):
        if _TAKES_DATE.search(before) or _IS.match(sentence, time.end):
            return _shown(span)
        return f"{'On' if words[0].isupper() else 'on'} {_shown(span)}"
    shown = f"{span.first.year}" if kind in ("day", "month") else _shown(span)
    if kind == "ago" and span.first != span.last:
        middle = span.first + (span.last - span.first) / 2
        shown = f"about {_shown(Span(middle, middle) if 'week' in time.key else span)}"
    return f"{words}, {shown}" if before.count("(") > before.count(")") else f"{words} ({shown})"


def _shown(span: Span) -> str:
    """A day, week, month or year as people write it."""
    first, last = span.first, span.last
    if (last - first).days > 300:
        return f"{first.year}"
    if first == last:
        return f"{first:%-d %B} {first.year}"
    if (last - first).days > 6:
        return f"{first:%B} {first.year}"
    begin = f"{first.day}" if first.month == last.month else f"{first:%-d %B} {first.year}"
    return f"{begin} to {last:%-d %B} {last.year}"


def _within(one: Span, other: Span) -> bool:
    return other.first <= one.first and one.last <= other.last


def _unspoken(text: str) -> str:
    """The text, as long as it was, without what stands in quotation marks."""
    return _SPOKEN.sub(lambda match: "“" * len(match[0]), text)
