"""Whether an answer states the gold number or the gold date, however either is written. Pure, with worked examples."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from rag.terms import numbers

_MONTHS = (
    "jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sept?(?:ember)? oct(?:ober)? "
    "nov(?:ember)? dec(?:ember)?"
).split()
_MONTH = rf"(?:{'|'.join(_MONTHS)})\b\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?\b"
_DATE = re.compile(
    r"\b(?:(?P<iso>\d{4}-\d{2}-\d{2})"
    rf"|(?:(?P<before>{_DAY})\s+(?:of\s+)?)?(?P<month>{_MONTH})(?:\s+(?:the\s+)?(?P<after>{_DAY}))?(?:,?\s+(?P<of>\d{{4}})\b)?"
    r"|(?P<year>1[5-9]\d\d|20\d\d)\b)",
    re.IGNORECASE,
)


_SHORT = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "b": "billion", "tn": "trillion"}
_SHORTENED = re.compile(r"(\d)(k|mn?|bn?|tn)\b", re.IGNORECASE)


class Date(NamedTuple):
    """A date as far as it is stated; 0 is what is not."""

    year: int
    month: int = 0
    day: int = 0


def numbers_equal(answer: str, golds: Collection[str]) -> bool | None:
    """Whether the answer states every number of an alias, in digits or in words; None if no alias has one.

    >>> numbers_equal("Some 3,600 people came.", ["3600"]), numbers_equal("Twelve came.", ["12"])
    (True, True)
    >>> numbers_equal("It cost 3.5 thousand.", ["3.5 million"]), numbers_equal("Twelve came.", ["many"])
    (False, None)

    What newspapers shorten is read both ways, since 12m may be metres as well.

    >>> numbers_equal("It cost £1.2m.", ["1,200,000"]), numbers_equal("1.2 million", ["$1.2m"])
    (True, True)
    """
    wanted = [found for gold in golds for reading in _readings(gold) if (found := numbers(reading))]
    said = set[float]().union(*map(numbers, _readings(answer)))
    return any(found <= said for found in wanted) if wanted else None


def _readings(text: str) -> tuple[str, str]:
    """A text as it stands, and with its shortened millions and the like written out."""
    return text, _SHORTENED.sub(lambda match: f"{match[1]} {_SHORT[match[2].lower()]}", text)


def dates_equal(answer: str, golds: Collection[str]) -> bool | None:
    """Whether the answer states every date of an alias; None if no alias has one.

    Every part that the gold states has to be there, but a year may be left out beside a day and its month.

    >>> dates_equal("He died on 15 March.", ["March 15, 2025"]), dates_equal("On 2025-03-15.", ["15 Mar 2025"])
    (True, True)
    >>> dates_equal("On March 15, 2024.", ["March 15, 2025"]), dates_equal("In March.", ["March 15"])
    (False, False)
    >>> dates_equal("Last Friday.", ["Friday"]) is None
    True
    """
    wanted = [found for gold in golds if (found := dates(gold))]
    said = dates(answer)
    return any(all(any(_states(one, gold) for one in said) for gold in found) for found in wanted) if wanted else None


def dates(text: str) -> set[Date]:
    """The dates a text states: ISO, with a named month, or a year alone. 3/4/2025 is not read: it may be either.

    >>> sorted(dates("From May 3 until 2025-06-01"))
    [Date(year=0, month=5, day=3), Date(year=2025, month=6, day=1)]
    >>> dates("They may march in 2024.")
    {Date(year=2024, month=0, day=0)}
    """
    return set(_dates(text))


def _dates(text: str) -> Iterator[Date]:
    for match in _DATE.finditer(text):
        if iso := match["iso"]:
            yield Date(*map(int, iso.split("-")))
        elif match["year"]:
            yield Date(int(match["year"]))
        else:
            day = _number(match["before"] or match["after"])
            # "may" and "march" are months without a day only with a capital.
            if day or match["month"][0].isupper():
                yield Date(_number(match["of"]), _month(match["month"]), day)


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if re.fullmatch(month, name.rstrip("."), re.IGNORECASE))


def _number(digits: str | None) -> int:
    return int(re.sub(r"\D", "", digits)) if digits else 0


def _states(said: Date, gold: Date) -> bool:
    """Whether a stated date has every part that the gold one has."""
    year = said.year == gold.year or not gold.year or (not said.year and gold.day > 0)
    return year and (not gold.month or said.month == gold.month) and (not gold.day or said.day == gold.day)
