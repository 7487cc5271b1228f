"""Numbers in other words: "12 months" for "a year", "50%" for "halved", "two goals" for "scored twice". Pure."""

from __future__ import annotations

import re
from typing import Final

_SAME: Final = (
    # what is told with the number, the number, and what a text says without it
    (
        r"12[\s-]months?|twelve[\s-]months?",
        12,
        r"\b(?:an?|one|the|per|each|last|past|previous|this|next) year|annual|yearly",
    ),
    (r"(?:7|seven)[\s-]days?", 7, r"\b(?:an?|one|the|per|each|last|past|previous|this|next) week|weekly"),
    (r"(?:24|twenty-four)[\s-]hours?", 24, r"\b(?:an?|one|per|each) day|\bdaily"),
    (r"(?:60|sixty)[\s-]minutes?", 60, r"\b(?:an?|one|per) hour"),
    (r"(?:52|fifty-two)[\s-]weeks?", 52, r"\b(?:an?|one) year"),
    (r"(?:14|fourteen)[\s-]days?|two[\s-]weeks?|2[\s-]weeks?", 14, r"\bfortnight|\btwo weeks"),
    (r"(?:10|ten)[\s-]years?", 10, r"\bdecades?"),
    (r"(?:100|hundred)[\s-]years?", 100, r"\bcentur"),
    (r"(?:50|fifty) ?(?:%|per ?cent)", 50, r"\bhal(?:f|v)"),
    (r"(?:100|hundred) ?(?:%|per ?cent)", 100, r"\bdoubl"),
    (r"(?:2|two|second|both|twice)\b", 2, r"\b(?:twice|double[sd]?|doubling|both|pair|couple|second|fortnight)"),
    (r"(?:3|three|third)\b", 3, r"\b(?:tripl|trebl|hat-trick|thrice|trio|third)"),
    (r"(?:4|four)\b", 4, r"\b(?:quadrupl|quartet|fourfold)"),
    (r"\b31(?:st)?\b", 31, r"\bend of (?:the|this|last|next) (?:year|month)|\byear[’']?s? end|\bend of \w+"),
    (r"\b30(?:th)?\b", 30, r"\bend of (?:the|this|last|next)? ?(?:month|April|June|September|November)"),
)
"""Two ways of saying one number. The second tells it only where the first stands in the sentence."""
_RULES: Final = tuple(
    (re.compile(said, re.IGNORECASE), float(value), re.compile(told, re.IGNORECASE)) for said, value, told in _SAME
)


def reworded(sentence: str, read: str) -> set[float]:
    """The numbers of a sentence that a text tells in other words.

    >>> sorted(reworded("In 12 months it fell by 50%.", "It halved in a year."))
    [12.0, 50.0]
    >>> reworded("It took 12 days.", "It took a year.")
    set()
    """
    return {value for said, value, told in _RULES if said.search(sentence) and told.search(read)}
