"""What became of people: whether those a sentence counts as missing are the quotes' dead. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.checks.text.sentences import clauses
from rag.terms import numbers

_FATES: Final = {
    "dead": re.compile(
        r"\b(?:dead|die[ds]?|deaths?|kill(?:ed|s|ing)|los[te] (?:his|her|their) li(?:fe|ves)|fatalit\w+|drowned"
        r"|perished|bodies)\b",
        re.IGNORECASE,
    ),
    "missing": re.compile(r"\b(?:missing|unaccounted)\b", re.IGNORECASE),
    "injured": re.compile(r"\b(?:injur\w+|wounded|hurt)\b", re.IGNORECASE),
    "ill": re.compile(r"\b(?:ill|sick|sickened|infected|poisoned)\b", re.IGNORECASE),
    "rescued": re.compile(r"\b(?:rescued|saved|surviv\w+|alive)\b", re.IGNORECASE),
}


def misfated(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """What a sentence says became of so many, and what the quotes say of them instead; None where that is the same.

    >>> misfated("19 people were reported missing.", ["Nineteen people lost their lives."])
    ('missing', 'dead')
    >>> misfated("Ten are missing.", ["Ten people are still missing, and 129 have been rescued."])
    """
    told = [clause for quote in quotes for clause in clauses(quote)]
    for clause in clauses(sentence):
        ours = fates(clause)
        for number in numbers(clause) if len(ours) == 1 else ():
            theirs = {fate for each in told if number in numbers(each) for fate in fates(each)}
            if theirs and not ours & theirs:
                return min(ours), min(theirs)
    return None


def fates(text: str) -> set[str]:
    """What a text tells to have become of people: "dead", "missing", "injured", "ill", "rescued"."""
    return {fate for fate, pattern in _FATES.items() if pattern.search(text)}
