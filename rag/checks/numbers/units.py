"""Units: whether a number is told in what was asked for. Pure.

"14 days" does not answer "how many years", though it is a number and stands in a quote; "18 months" may.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.terms import CARDINAL, SCALE, in_full, numbers

_LADDERS: Final = {
    "time": "second minute hour day=night week month year,season decade century",
    "length": "millimetre=mm,inch centimetre=cm,metre=m,foot=feet,yard kilometre=km=kph,mile=mph",
    "mass": "gram,ounce kilo=kilogram=kg tonne=ton",
    "volume": "millilitre litre,gallon,pint hectolitre,barrel",
    "power": "watt kilowatt megawatt gigawatt",
    "area": "acre,hectare",
    "share": "%=percent=per·cent=percentage percentage·point=point",
    "degree": "degree=c=f=°c=°f",
    "crown": "crown=krona=kronor=krone=kroner=koruna",
    "dollar": "cent $=dollar",
    "euro": "€=euro",
    "sterling": "£=sterling=pound",
    "yen": "¥=yen",
    "franc": "franc",
    "rupee": "rupee",
    "rouble": "rouble=ruble",
    "yuan": "yuan",
    "peso": "peso",
    "lira": "lira",
    "zloty": "zloty",
    "forint": "forint",
}
"""Units by dimension, from small to large; those with a comma between them are of like size, those with = the same.
Money is not converted."""
_AMERICAN: Final = {
    f"{size}{unit}er": f"{size}{unit}re"
    for unit, sizes in (("met", ("", "kilo", "centi", "milli")), ("lit", ("", "milli", "hecto")))
    for size in sizes
}
_SPELLED: Final = _AMERICAN | {"century": "century", "centuries": "century", "inches": "inch"}
_STEPS: Final = {
    unit.replace("·", " "): (dimension, step)
    for dimension, ladder in _LADDERS.items()
    for step, units in enumerate(ladder.split())
    for unit in re.split("[,=]", units)
}
_SAME: Final = {
    unit.replace("·", " "): units
    for ladder in _LADDERS.values()
    for units in re.split("[ ,]", ladder)
    for unit in units.split("=")
}
CURRENCIES: Final = frozenset("crown dollar euro sterling yen franc rupee rouble yuan peso lira zloty forint".split())
_UNIT = "|".join(sorted((re.escape(unit) for unit in [*_STEPS, *_SPELLED]), key=len, reverse=True))
UNITS = rf"(?:{_UNIT})(?:e?s)?(?![\w])"
"""A pattern for a unit, in the singular or the plural."""
_WORDS = rf"{CARDINAL}|{SCALE}|half|a|an"
_VALUE = rf"(?:\d[\d,]*(?:\.\d+)?|\b(?:{_WORDS})\b)(?:[\s-]+(?:and[\s-]+)?(?:{_WORDS})\b)*"
_CARRIED = re.compile(
    rf"(?P<sign>[$€£¥])\s?(?P<sum>{_VALUE})|(?P<value>{_VALUE})[\s-]*(?P<unit>{UNITS})", re.IGNORECASE
)
_ASKED = re.compile(
    rf"\bhow (?:many|much) (?:(?:more|fewer|full|million|billion|thousand) )?({UNITS})"
    rf"|\b(?:what|which) (percentage|per cent|percent|%)",
    re.IGNORECASE,
)


def wrong_unit(question: str, sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """The unit that a question asks for and the one that a sentence has instead; None where nothing is wrong.

    Numbers that the question gave do not count. A number without a unit has those it has in the quotes. Units next to
    each other are taken one for the other; a currency is not taken for another.

    >>> wrong_unit("How many years did he get?", "He got 14 days.", ["He got 14 days."])
    ('year', 'day')
    >>> wrong_unit("How many years did he get?", "He got 18 months.", ["He got 18 months."])
    >>> wrong_unit("How many metres long is it?", "It is 40 crowns long.", ["It cost 40 crowns."])
    ('metre', 'crown')
    """
    match = _ASKED.search(question)
    if match is None:
        return None
    asked, given = _unit(match[1] or match[2]), numbers(question)
    said = [(value, unit) for value, unit in carried(sentence) if value not in given]
    bare = numbers(sentence) - given - {value for value, _ in said}
    said += [(value, unit) for quote in quotes for value, unit in carried(quote) if value in bare]
    unsaid = bare - {value for value, _ in said}
    units = [unit for _, unit in said]
    if not units or unsaid or any(_alike(asked, unit) for unit in units):
        return None
    return asked, next((unit for unit in units if _comparable(asked, unit)), units[0])


def swapped_unit(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """The unit that a number of a sentence has, and the other one that the quotes give the same number; else None.

    >>> swapped_unit("It took 14 years.", ["It took 14 days."])
    ('year', 'day')
    >>> swapped_unit("It took 14 days, 3 of them in May.", ["It took 14 days in 14 years."])
    """
    theirs = [each for quote in quotes for each in carried(quote)]
    for value, unit in carried(sentence):
        units = [other for told, other in theirs if told == value and _comparable(unit, other)]
        if units and not any(_SAME.get(unit, unit) == _SAME.get(other, other) for other in units):
            return unit, units[0]
    return None


def carried(text: str) -> list[tuple[float, str]]:
    """The numbers of a text that have a unit, with it.

    >>> carried("It paid €1.4bn in 24 days.")
    [(1400000000.0, '€'), (24.0, 'day')]
    """
    found = []
    for match in _CARRIED.finditer(in_full(text)):
        told = match["sum"] or match["value"]
        unit = _unit(match["sign"] or match["unit"])
        found += [(value, unit) for value in numbers(told) or {1.0}]
    return found


def measure(text: str) -> str:
    """What a unit is one of, by which the same sums are known: "€" for "euros", "%" for "per cent".

    >>> measure("euros"), measure("per cent"), measure("clerks")
    ('€', '%', '')
    """
    return _SAME.get(_unit(text), "").replace("·", " ").split("=")[0]


def _unit(text: str) -> str:
    """A unit in the singular, as it stands in the ladders."""
    said = text.casefold()
    said = _SPELLED.get(said, said)
    singular = said if said in _STEPS else said.removesuffix("s")
    return _SPELLED.get(singular, singular)


def _alike(one: str, other: str) -> bool:
    (ours, low), (theirs, high) = _STEPS.get(one, (one, 0)), _STEPS.get(other, (other, 0))
    if "pound" in (one, other) and "mass" in (ours, theirs):
        return True
    return ours == theirs and abs(low - high) <= 1


def _comparable(one: str, other: str) -> bool:
    """Whether one unit said in place of another is a fault: of its dimension, or another currency."""
    ours, theirs = _STEPS.get(one, (one, 0))[0], _STEPS.get(other, (other, 0))[0]
    return ours == theirs or {ours, theirs} <= CURRENCIES
