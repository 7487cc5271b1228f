"""The numbers, names and days of a text, each where it stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final

from rag.checks.text.anchors import Token
from rag.terms import CALENDAR, CARDINAL, DAYS, SCALE, STOP_WORDS, may_be_year, names, numbers

_NUMBER = re.compile(
    rf"(?<!\d:)(?P<sign>[$£€¥])?\s?(?P<value>\d[\d,]*(?:\.\d+)?(?:[\s-]{SCALE}\b)?|\b(?:{CARDINAL})\b(?:[\s-](?:{CARDINAL}|{SCALE})\b)*)(?!:?\d)"
    r"(?P<share>\s?(?:%|per ?cent\b))?",
    re.IGNORECASE,
)
NAME: Final = r"[A-Z][\w’'-]*(?<!['’]s)(?: (?:(?:al|el|de|da|van|von|der|bin) )?[A-Z][\w’'-]*)*"
"""A pattern for words with a capital that follow each other."""
_PARTICLES: Final = frozenset("al el de da van von der bin".split())
_JOINS: Final = re.compile(r"\s*(?:-|(?:al|el)-|(?:de|da|van|von|der|bin|al|el)\s+)?", re.IGNORECASE)
_TITLE: Final = re.compile(r"[ivx]+|c[efot]o|mps?|vp|pm|tv")

_OWNS: Final = re.compile(r"['’]s\b(?! (?:is|are|was|were|has|had|will|would)\b)")

Value = float | str


@dataclass(frozen=True, slots=True)
class Slot:
    """A value, what kind of value it is, and where it stands."""

    value: Value
    kind: str
    token: Token
    head: str = ""
    role: str = ""
    parts: frozenset[str] = frozenset()


Slots = Callable[[str, Sequence[Token]], Iterable[Slot]]


def numbered(text: str, found: Sequence[Token]) -> Iterator[Slot]:
    for match in _NUMBER.finditer(text):
        values = numbers(match["value"])
        token = next((each for each in found if each.end > match.start("value")), None)
        if len(values) != 1 or token is None or token.start < match.start("value"):  # "Q1" counts nothing
            continue
        (value,) = values
        kind = match["sign"] or ("%" if match["share"] else "")
        if not kind:
            kind = "year" if may_be_year(value) else "count"
        after = [each for each in found if each.telling and each.start >= match.end() and each.word[0].isalpha()]
        head = after[0].stem if kind == "count" and after and after[0].clause == token.clause else ""
        right = (
            re.match(rf"\W+(?:\w+\s+)?{re.escape(after[0].word)}", text[match.end() :], re.IGNORECASE) if head else None
        )
        stops = right is not None and any(word in STOP_WORDS for word in right[0].casefold().split())
        yield Slot(value, kind, token, head, "counted" if right and not stops else "")


def named(text: str, found: Sequence[Token], known: Set[str]) -> Iterator[Slot]:
    """Runs of capitalised words that are names, each at its last word and by that."""
    run: Token | None = None
    role, parts = "", set[str]()
    for token in found:
        if run is not None and token.word in _PARTICLES and not token.capital:
            continue
        named = token.capital and token.word in known and not _TITLE.fullmatch(token.word)
        if run is not None and not (named and _JOINS.fullmatch(text[run.end : token.start])):
            yield Slot(run.stem, "name", run, "", role, frozenset(parts))
            run = None
        if named:
            role = _role(text[: token.start]) if run is None else role
            role = "of" if _OWNS.match(text, token.end) else role
            parts = {token.stem, *(parts if run is not None else ())}
            run = token
    if run is not None:
        yield Slot(run.stem, "name", run, "", role, frozenset(parts))


def known_names(texts: Sequence[str]) -> frozenset[str]:
    """The names of these texts: what is written with a capital where no sentence begins."""
    return frozenset(name for text in texts for name in names(text)) - CALENDAR


def dated(found: Sequence[Token]) -> Iterator[Slot]:
    for token in found:
        if token.capital and token.word in CALENDAR:
            yield Slot(token.word, "day" if token.word in DAYS else "month", token)


def _role(before: str) -> str:
    """The preposition that stands before a name, "" where none does."""
    match = re.search(
        r"\b(of|from|in|at|on|to|for|with|by|near|into|over|under|against)(?: the)?\s+(?:[a-z-]+ )?$", before
    )
    return match[1] if match else ""
