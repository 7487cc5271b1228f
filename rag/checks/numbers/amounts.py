"""The amounts of a text: each number with what it is a number of, and where it stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rag.checks.numbers.units import UNITS, measure
from rag.terms import CARDINAL, SCALE, STOP_WORDS, in_full, may_be_year, numbers

_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_ONE = rf"(?:{_DIGITS}|\b(?:{CARDINAL})\b)"
_MORE = rf"[\s-](?:and[\s-])?(?:(?:{CARDINAL}|{SCALE})\b|(?<=and[\s-])a[\s-](?:half|quarter)\b)"
_VALUE = rf"{_ONE}(?:{_MORE})*|\ban? (?:{SCALE})\b|\bhalf a (?:{SCALE})\b"
_AMOUNT = re.compile(
    rf"(?<![\d.:])(?P<sign>[$£€¥])?\s?(?P<value>{_VALUE})(?![\d:]|\.\d)(?:[\s-]?(?P<unit>{UNITS}))?"
    r"(?P<noun>[\s-](?:[a-z]+-)?[a-z]+)?",
    re.IGNORECASE,
)
_PART_OF_UNIT = re.compile(
    rf"\b(half|an? quarter|one quarter|three[\s-]quarters)(?: of)?[\s-](?:an?[\s-])?({UNITS})", re.IGNORECASE
)
_A_UNIT_AND_HALF = re.compile(rf"(?<![\d.])\b(an?|\d+|{CARDINAL})[\s-]({UNITS}) and a (half|quarter)\b", re.IGNORECASE)
_PARTS: Final = {"half": 0.5, "three": 0.75}
_PEOPLE = re.compile(r"men|women|people|children|mice|sheep|fish|\w+[^s]s|\w+sses", re.IGNORECASE)

_NO_NOUNS: Final = frozenset("versus plus minus across times unless whereas besides perhaps always".split())
"""What ends like a plural and counts nothing."""

COUNT: Final = "#"
"""The measure of a number with a noun that is no unit."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, what it is a number of ("" where nothing beside it tells), that word, and where it stands."""

    value: float
    measure: str
    noun: str
    start: int
    end: int


@lru_cache(maxsize=256)
def amounts(text: str) -> tuple[Amount, ...]:
    """The amounts of a text in order. The places are those in the text with its scales in full.

    >>> [(one.value, one.measure) for one in amounts("Nine men paid €2m, or half a million each, in 3.5 hours.")]
    [(9.0, '#'), (2000000.0, '€'), (500000.0, ''), (3.5, 'hour')]
    """
    text = in_full(text)
    found = []
    for match in _AMOUNT.finditer(text):
        values = numbers(match["value"]) or ({1.0} if match["value"].casefold() == "one" else set())
        if len(values) != 1:
            continue
        noun = (match["noun"] or "").strip(" -\n\t").casefold()
        unit = measure(match["sign"] or match["unit"] or "")
        if not unit and _PEOPLE.fullmatch(noun) and noun not in STOP_WORDS | _NO_NOUNS:
            unit = COUNT
        told = "" if noun in STOP_WORDS else noun
        found.append(Amount(min(values), unit, told, match.start("value"), match.end("value")))
    for match in _PART_OF_UNIT.finditer(text):
        value = _PARTS.get(re.split(r"[\s-]", match[1].casefold())[0], 0.25)
        found.append(Amount(value, measure(match[2]), "", match.start(), match.end()))
    for match in _A_UNIT_AND_HALF.finditer(text):
        whole = 1.0 if match[1].casefold() in ("a", "an", "one") else min(numbers(match[1]))
        part = _PARTS.get(match[3].casefold(), 0.25)
        found.append(Amount(whole + part, measure(match[2]), "", match.start(), match.end()))
    return tuple(sorted(found, key=lambda one: one.start))


def comparable(*found: Amount) -> bool:
    """Whether amounts are of one measure, as far as they tell theirs; years are dates and compared with none."""
    told = {one.measure for one in found} - {""}
    return len(told) <= 1 and not any(is_year(one) for one in found)


def is_year(one: Amount) -> bool:
    """Whether an amount may be a year, and is of nothing."""
    return one.measure == "" and may_be_year(one.value)


def pairs(found: Sequence[Amount]) -> list[tuple[Amount, Amount]]:
    """Amounts that can be compared, two by two, in their order."""
    return [(one, other) for place, one in enumerate(found) for other in found[place + 1 :] if comparable(one, other)]
