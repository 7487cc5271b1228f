"""Where a word stands in a text: which telling words are near it. Pure.

The same word can stand in two texts and say different things of different things ("shares rose, sales fell"); so
before two words are compared, they are laid side by side by their neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from rag.checks.text.spelling import base
from rag.terms import STOP_WORDS

REACH = 4
"""How many telling words away a neighbour still counts."""
NUMBER_TELLS = 2.0
"""How much more a number tells as a neighbour than a word."""
ACROSS = 0.5
"""What a neighbour counts beyond the end of a clause."""

_PIECE = re.compile(r"[^\W_]+(?:[.,]\d+)*(?:['’][^\W_]+)?|[,;:–—()]")
_RELATIVE = re.compile(r", (who|which)\b")
"""A clause about what stands right before it, which stays in one clause with that."""
_COUNTS = frozenset(
    "hundred thousand million billion trillion bn tn percent per cent percentage"
    " crown crowns dollar dollars euro euros pound pounds yen franc francs".split()
)
_ENDS_CLAUSE = frozenset({"and", "but", "while", "whereas", "that", "because", ",", ";", ":", "–", "—"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: `place` counts the telling words before it, `clause` the clauses, `start` the characters."""

    word: str
    stem: str
    telling: bool
    capital: bool
    place: int
    clause: int
    start: int
    end: int


@lru_cache(maxsize=256)  # several checks read the same sentence and quotes
def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text in order, a possessive ending left off."""
    found: list[Token] = []
    place = clause = 0
    for match in _PIECE.finditer(_RELATIVE.sub(r"  \1", text)):
        written = re.sub(r"['’]s$", "", match.group())
        word = written.casefold()
        if word in _ENDS_CLAUSE:
            clause += 1
        if not word[0].isalnum():
            continue
        telling = word not in STOP_WORDS and word not in _COUNTS  # every sum has those
        found.append(
            Token(
                word,
                base(word),
                telling,
                written[:1].isupper(),
                place,
                clause,
                match.start(),
                match.start() + len(written),
            )
        )
        place += telling
    return tuple(found)


def likeness(
    one: Token,
    ours: Sequence[Token],
    other: Token,
    theirs: Sequence[Token],
    without: Set[str] = frozenset(),
    across: float = ACROSS,
) -> float:
    """How much the neighbourhood of a token is that of another in another text, 0 where they share no neighbour.

    Each telling word near both, except those `without`, counts by how near it is to each, and
    `across` the end of a clause by that share of it.
    """
    beside: dict[str, float] = {}
    for near, weight in _neighbours(other, theirs, across):
        beside[near.stem] = max(weight, beside.get(near.stem, 0.0))
    shared: dict[str, float] = {}
    for near, weight in _neighbours(one, ours, across):
        if near.stem in beside and near.stem not in without:
            weight *= NUMBER_TELLS if near.word[0].isdigit() else 1
            shared[near.stem] = max(weight * beside[near.stem], shared.get(near.stem, 0.0))
    return sum(shared.values())


def _neighbours(token: Token, text: Sequence[Token], across: float) -> Iterator[tuple[Token, float]]:
    for near in text:
        if near.telling and near.start != token.start:
            distance = abs(near.place - token.place)
            if near.place >= token.place and not token.telling:
                distance += 1  # the first telling word after a common one has its place
            if distance <= REACH:
                yield near, (1 - (distance - 1) / (REACH + 1)) * (1 if near.clause == token.clause else across)
