"""Tables as texts have them, a line a row with "|" between cells: what each row says under its columns. Pure.

A row alone says nothing: "Q1 2026 | 431 | 44" is a statement only with the names and units of its columns, which
stand in another line, or in the one that introduces the table. Nothing is told of a table without such a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rag.checks.numbers.units import UNITS
from rag.injection.injected import evidence_in
from rag.terms import SCALE
from rag.types import Passage, Sentence

_RULE = re.compile(r"[\s|:+=-]+")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_PLAIN = re.compile(r"[+−–-]?\d[\d,]*(?:\.\d+)?")
_SCALED = rf"(?:{SCALE})s?"
_UNIT = rf"(?:{_SCALED}(?: of)? (?:{UNITS})|{UNITS}|{_SCALED})"
_IN_BRACKETS = re.compile(rf"\s*\((?:in )?(?P<unit>{_UNIT})\)$", re.IGNORECASE)
_SUMS = re.compile(r"\s*\((?P<sign>[$€£¥])\s?(?P<scale>bn|m|k)?\)$", re.IGNORECASE)
_CAPTION = re.compile(rf"\bin (?P<unit>{_UNIT})\W*$", re.IGNORECASE)
_SCALE_OF = re.compile(rf"\b({SCALE})s(?: of)?\b", re.IGNORECASE)
LEAST_COLUMNS: Final = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what it says in full, and the line that names its columns."""

    told: str
    header: Sentence


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    before: str = ""
    after: str = ""

    def tell(self, cell: str) -> str:
        """A cell under its column, with the unit that a plain number lacks."""
        value = f"{self.before}{cell}{self.after}" if _PLAIN.fullmatch(cell) else cell
        return f"{self.name}: {value}" if self.name else value


@lru_cache(maxsize=5_000)
def rows(passage: Passage) -> Mapping[Sentence, Row]:
    """The rows of the tables of a passage that have a line with the names of their columns."""
    found: dict[Sentence, Row] = {}
    for caption, block in _blocks(passage):
        header, body = block[0], block[1:]
        cells = {row: _cells(passage.slice(row)) for row in block}
        columns = _columns(cells[header], caption)
        for row in body:
            named = columns
            if len(named) + 1 == len(cells[row]):  # nothing stands above the names of the rows
                named = [_Column(""), *named]
            if len(named) == len(cells[row]) >= LEAST_COLUMNS:
                told = [column.tell(cell) for column, cell in zip(named, cells[row], strict=True) if cell]
                found[row] = Row("; ".join(told), header)
    return found


def headers(passage: Passage) -> frozenset[Sentence]:
    """The lines of a passage that only name the columns of the rows below."""
    return frozenset(row.header for row in rows(passage).values())


def in_full(passage: Passage, sentence: Sentence) -> str:
    """What a sentence says: a row of a table with the names and units of its columns, any other as it stands."""
    row = rows(passage).get(sentence)
    return row.told if row else passage.slice(sentence)


def _blocks(passage: Passage) -> Iterator[tuple[str, Sequence[Sentence]]]:
    """Lines of cells that follow each other, the first of which names columns, with the line before them."""
    before, block = "", list[Sentence]()
    for sentence in [*evidence_in(passage), None]:
        text = passage.slice(sentence) if sentence else ""
        if sentence and "|" in text:
            if not _RULE.fullmatch(text):
                block.append(sentence)
            continue
        if len(block) > 1 and _names_columns(_cells(passage.slice(block[0]))):
            yield before, block
        before, block = text, []


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [" ".join(cell.split()) for cell in inner.split("|")]


def _names_columns(cells: Sequence[str]) -> bool:
    """Whether cells are names and no values: none below the first is a number, years apart."""
    return all(_YEAR.fullmatch(cell) or not cell[:1].isdigit() for cell in cells[1:]) and any(cells[1:])


def _columns(cells: Sequence[str], caption: str) -> list[_Column]:
    match = _CAPTION.search(caption)
    common = _unit(match["unit"]) if match else ""
    return [_column(cell, common if at else "") for at, cell in enumerate(cells)]


def _column(cell: str, common: str) -> _Column:
    """A column by its heading, which may give a unit in brackets: "Revenue (million crowns)", "Profit (£m)"."""
    if match := _SUMS.search(cell):
        return _Column(cell[: match.start()], match["sign"], match["scale"] or "")
    if match := _IN_BRACKETS.search(cell):
        return _Column(cell[: match.start()], after=_unit(match["unit"]))
    return _Column(cell, after=common)


def _unit(said: str) -> str:
    """A unit as it follows a number: "billions of crowns" is " billion crowns"."""
    return " " + _SCALE_OF.sub(r"\1", said)
