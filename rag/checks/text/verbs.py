"""Which words of a text are verbs, and whether they are told of who did it or of whom it was done to. Pure."""

from __future__ import annotations

import re
from typing import Final

from rag.checks.text.anchors import Token
from rag.checks.text.spelling import PAST_FORMS
from rag.terms import stem

SAYING: Final = frozenset(
    map(
        stem,
        "say said tell told state argue claim explain add write announce warn deny insist ask report wrote"
        " according".split(),
    )
)
"""Verbs of speech."""
ACTS: Final = PAST_FORMS | {
    "beat",
    "fell",
    "left",
    "shot",
    "hit",
    *"attack defeat ouster sue replace lead follow trail".split(),
}
"""Forms of verbs, and words for acts, that do not look like a verb."""
_AUXILIARY: Final = frozenset("will would may might can could shall should must to did does do not also".split())
_DETERMINERS: Final = frozenset("the a an its his her their this these those that of in".split())


def voice(text: str, token: Token) -> bool:
    """Whether a word is told of whom it was done to."""
    if re.match(r"\W+by\b", text[token.end :]):
        return True
    if token.word.endswith("ing"):
        return False
    return re.search(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?$", text[: token.start]) is not None


def verbal(text: str, token: Token) -> bool:
    """Whether a word looks like a verb where it stands."""
    if token.word in PAST_FORMS and not token.capital:
        return True
    if token.capital or not token.word[0].isalpha() or re.search(r"(?:or|er|ors|ers|ion|ions|ment|ments)$", token.word):
        return False
    if re.search(r"(?:ed|ing)$", token.word):
        return True
    before = text[: token.start].split()[-1:] or [""]
    return before[0].casefold() in _AUXILIARY or (
        re.search(r"[^su]s$", token.word) is not None and before[0].casefold() not in _DETERMINERS
    )
