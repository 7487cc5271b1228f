"""Where the sentences and clauses of a text end. Pure."""

from __future__ import annotations

import re

_AFTER_WORD = r"(?<=[a-z\d)”\"’][.!?])\s+"
_AFTER_SPEECH = r"(?<=[.!?][”\"])\s+"
_SENTENCES = re.compile(_AFTER_WORD)
_SPOKEN = re.compile(f"{_AFTER_WORD}|{_AFTER_SPEECH}")
_CLAUSE = re.compile(r"[,:](?!\d)|[;–—]|\b(?:and|but|who|which|because|after|before|while|as|if)\b")


def sentences(text: str, *, spoken: bool = False) -> list[str]:
    """The sentences of a text; initials end none. Where `spoken`, one may end within its quotation marks.

    >>> sentences("J. Osk left. She won.")
    ['J. Osk left.', 'She won.']
    >>> len(sentences("“It sank.” He left.")), len(sentences("“It sank.” He left.", spoken=True))
    (1, 2)
    """
    return (_SPOKEN if spoken else _SENTENCES).split(text)


def clauses(text: str) -> list[str]:
    """The parts of a sentence between commas and conjunctions.

    >>> clauses("It fell, and 1,200 people left before it burned.")
    ['It fell', ' 1,200 people left ', ' it burned.']
    """
    return [clause for clause in _CLAUSE.split(text) if clause.strip()]
