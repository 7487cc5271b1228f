"""Numbers of a table's row: whether one is told under a column that it does not stand in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from rag.terms import numbers, terms

_CELL = re.compile(r"([^:;]+): ([^;]*)")
_ROW = re.compile(rf"(?:[^:;]+; )?{_CELL.pattern}(?:; {_CELL.pattern})+")
"""One that has no column for its name begins with the name alone."""


def misplaced_cell(sentence: str, quotes: Sequence[str], question: str) -> tuple[str, str] | None:
    """A column that is spoken of, and the one in which the number stands that is told of it; None if none is.

    Rows are read as `rag.tables.in_full` tells them. A column is spoken of by the words that not all columns have: by
    the sentence, or by the question where the sentence names none.

    >>> misplaced_cell("Revenue was 44 crowns.", ["Quarter: Q1; Revenue: 412 crowns; Profit: 44 crowns"], "")
    ('Revenue', 'Profit')
    >>> misplaced_cell("A profit of 44 crowns.", ["Quarter: Q1; Revenue: 412 crowns; Profit: 44 crowns"], "")
    """
    brought = numbers(sentence) - numbers(question)
    for quote in quotes:
        if not _ROW.fullmatch(quote):
            continue
        cells = [(match[1].strip(), numbers(match[2])) for match in _CELL.finditer(quote)]
        columns = cells if "; " in quote.partition(":")[0] else cells[1:]  # the first names the row, if nothing else
        shared = set.intersection(*(set(terms(name)) for name, _ in columns))
        telling = {name: set(terms(name)) - shared for name, _ in columns}
        spoken = _named(sentence, telling) or _named(question, telling)
        holding = {name for name, values in columns if values & brought}
        hinted = any(telling[name] & set(terms(sentence)) for name in holding)
        if holding and spoken and not hinted and not spoken & holding:
            return min(spoken), min(holding)
    return None


def _named(text: str, telling: Mapping[str, Set[str]]) -> set[str]:
    """The columns all of whose telling words a text has."""
    said = set(terms(text))
    return {name for name, words in telling.items() if words and words <= said}
