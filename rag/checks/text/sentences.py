"""Where the sentences and clauses of a text end. Pure."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[,:](?!\d)|[;–—]|\b(?:and|but|who|which|because|after|before|while|as|if)\b")


def clauses(text: str) -> list[str]:
    """The parts of a sentence between commas and conjunctions.

    >>> clauses("It fell, and 1,200 people left before it burned.")
    ['It fell', ' 1,200 people left ', ' it burned.']
    """
    return [clause for clause in _CLAUSE.split(text) if clause.strip()]
