"""Sums told as counts, shares told as counts, and one currency told for another. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.checks.numbers.amounts import COUNT, Amount, amounts
from rag.checks.numbers.units import CURRENCIES, measure

_MONEY: Final = {measure(currency) for currency in CURRENCIES}
_CURRENCY = re.compile(
    r"(?<![\w-])(?P<sign>[$€£¥])|\b(?P<word>dollars?|euros?|sterling|yen|francs?|rupees?|roubles?|rubles?|yuan|zlot(?:y|ys)|forints?"
    r"|kron(?:a|or|e|er)|crowns)\b",
    re.IGNORECASE,
)


def miscalled(sentence: str, quotes: Sequence[str], question: str = "") -> tuple[str, str] | None:
    """What a sentence counts and the unit that its number has in the quotes, or the other way; None where none is.

    >>> miscalled("It lost 5 million patients.", ["It paid a ransom of $5m."])
    ('patients', '$')
    >>> miscalled("The krona fell against the dollar.", ["The krona fell against the euro."])
    ('$', '€')
    >>> miscalled("It paid 5 million.", ["It paid a ransom of $5m."])
    """
    theirs = [one for quote in quotes for one in amounts(quote)]
    for one in amounts(sentence):
        others = [other for other in theirs if other.value == one.value]
        if others and (wrong := _other_kind(one, others)):
            return wrong
    ours, told = _currencies(sentence), _currencies(" ".join(quotes))
    strange = ours - told - _currencies(question)
    if strange and told - ours:
        return min(strange), min(told - ours)
    return None


def _other_kind(one: Amount, others: Sequence[Amount]) -> tuple[str, str] | None:
    units = {other.measure for other in others}
    if one.measure == COUNT and "" not in units and COUNT not in units:
        return one.noun, min(units)
    if one.measure in {*_MONEY, "%"} and units == {COUNT}:
        return one.measure, others[0].noun
    return None


def _currencies(text: str) -> set[str]:
    """The currencies that a text names."""
    return {measure(match[0]) for match in _CURRENCY.finditer(text)}
