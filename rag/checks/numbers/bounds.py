""" "Up to 40" told as 40, and 40 told as "more than 40". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.checks.numbers.amounts import Amount, amounts, comparable
from rag.terms import in_full

_MOST = (
    r"up to|as (?:much|many) as|a maximum of|(?:no|not) more than|at (?:the )?most|fewer than|less than"
    r"|no (?:longer|higher) than"
)
_BEYOND = r"(?:well |far |just |slightly )?(?:more than|over|in excess of|upwards of|exceeding)"
_SHORT = r"(?:well |far |just |slightly )?(?:fewer than|less than|under|nearly|almost)"
_BEFORE = r"\s+(?:about |around |an? |the )?[$£€¥]?$"
_AT_MOST = re.compile(rf"\b(?:{_MOST}){_BEFORE}", re.IGNORECASE)
_MORE = re.compile(rf"\b{_BEYOND}\s+[$£€¥]?$", re.IGNORECASE)
_LESS = re.compile(rf"\b{_SHORT}\s+[$£€¥]?$", re.IGNORECASE)
_LEFT_OPEN = re.compile(
    r"\b(?:may|might|could|can|would|maximum|max|most|limit\w*|cap(?:s|ped)?|ceiling|top"
    r"|at worst|risk\w*|fac(?:e|es|ed|ing)|possibl[ey]|potential\w*|tops|within)\b"
    rf"|\b(?:{_MOST}|{_BEYOND}|{_SHORT}|about|around|roughly|some|approximately)\b",
    re.IGNORECASE,
)
_BOUNDED = re.compile(
    r"\b(?:more|less|fewer|over|under|above|below|least|most|up|many|much|nearly|almost|about|around|roughly|some"
    r"|approximately|beyond|excess|upwards|exceed\w*|past|top(?:s|ped)|pass(?:es|ed)"
    r"|maximum|minimum|plus|short|just|close|than|not)\b",
    re.IGNORECASE,
)
_BOUNDED_AFTER = re.compile(r"\W+(?:\w+ ){0,2}?(?:or (?:more|less|fewer|so|over)|plus|upwards)\b|\+")
_SPANS = frozenset("second minute hour day week night month year decade metre kilometre mile".split())
""""Over two days" is during them, and "under 40 metres" beneath them."""


def misbounded(sentence: str, quotes: Sequence[str]) -> str | None:
    """A number that stands as it is for one that the quotes only bound, or is bounded where they tell it as it is.

    >>> misbounded("He was fined 200 euros.", ["He was fined up to €200."])
    "'200' is only bounded in the quotes: 'up to'"
    >>> misbounded("More than 40 people died.", ["The fire killed 40 people."])
    "'More than 40' is just that in the quotes"
    >>> misbounded("More than 40 people died.", ["The fire killed more than 40 people."])
    >>> misbounded("It raised less than €4m.", ["It raised €3m; it had hoped for €4m."])
    """
    told = [(one, in_full(quote)) for quote in quotes for one in amounts(quote)]
    text = in_full(sentence)
    for one in amounts(sentence):
        same = [(other, quote) for other, quote in told if other.value == one.value and comparable(one, other)]
        if not same:
            continue
        limits = [_AT_MOST.search(quote[: other.start]) for other, quote in same]
        if all(limits) and not _LEFT_OPEN.search(text):
            return f"'{one.value:.12g}' is only bounded in the quotes: {_shown(limits[0])!r}"
        for pattern, sign in ((_MORE, 1), (_LESS, -1)):
            match = pattern.search(text[: one.start])
            if match is None or (one.measure in _SPANS and re.match("(?:over|under)", match[0], re.IGNORECASE)):
                continue
            beyond = any(comparable(one, other) and (other.value - one.value) * sign > 0 for other, _ in told)
            if not beyond and not any(_bounded(other, quote) for other, quote in same):
                return f"{match[0] + text[one.start : one.end]!r} is just that in the quotes"
    return None


def _shown(match: re.Match[str] | None) -> str:
    return match[0].strip(" $£€¥") if match else ""


def _bounded(one: Amount, text: str) -> bool:
    """Whether anything beside an amount bounds it."""
    near = " ".join(text[: one.start].split()[-4:])
    return _BOUNDED.search(near) is not None or _BOUNDED_AFTER.match(text, one.end) is not None
