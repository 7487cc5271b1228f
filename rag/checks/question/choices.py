"""What a question lets one choose between: "the mill or the bridge". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.kind import CHOICE, compares, tells_more
from rag.terms import terms

_ENDS = re.compile(r"[?.!;,]")


@dataclass(frozen=True, slots=True)
class Option:
    """One of two, as the question has it, and the terms that the other has not."""

    text: str
    own: frozenset[str]

    def named(self, found: frozenset[str], *, mostly: bool = False) -> bool:
        """Whether terms have any of its own, or `mostly` them: where it ends, a verb of the question may stand."""
        return 2 * len(self.own & found) > (len(self.own) if mostly else 0)


def options(question: str) -> tuple[Option, Option] | None:
    """The two that a question names; None where it names none, or nothing tells them apart.

    >>> [option.text for option in options("Which is older, the mill or the old bridge?")]
    ['the mill', 'the old bridge']
    >>> [option.text for option in options("Did more people come in May or in June?")]
    ['in May', 'in June']
    """
    match = CHOICE.search(question)
    if match is None:
        return None
    other = _ENDS.split(question[match.end() :], maxsplit=1)[0].strip()
    before = question[: match.start()].strip()
    listed = before.rpartition(",")
    one = listed[2].strip() if listed[1] else " ".join(before.split()[-len(other.split()) :])
    ours, theirs = frozenset(terms(one)), frozenset(terms(other))
    return (Option(one, ours - theirs), Option(other, theirs - ours)) if ours - theirs and theirs - ours else None


def other_option(question: str, sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """The one that a sentence chooses and the quotes do not name, and the other, which they do; else None.

    >>> other_option("Did the mill or the bridge burn?", "The mill burned.", ["The bridge burned down."])
    ('Did the mill', 'the bridge burn')
    """
    if not (found := options(question)):
        return None
    said, read = frozenset(terms(sentence)), frozenset(terms(" ".join(quotes)))
    for ours, theirs in (found, found[::-1]):
        if ours.named(said) and not theirs.named(said, mostly=True) and theirs.named(read) and not ours.named(read):
            return ours.text, theirs.text
    return None


def one_sided(question: str, quotes: Sequence[str], near: str) -> str | None:
    """The one of two compared of which neither quotes nor what is near them speak, unless a quote compares itself.

    >>> one_sided("Which is longer, the Orla or the Sule?", ["The Orla is 40 km long."], "")
    'the Sule'
    """
    if not compares(question) or tells_more(" ".join(quotes)) or not (found := options(question)):
        return None
    read = frozenset(terms(" ".join([*quotes, near])))
    return next((option.text for option in found if not option.named(read)), None)
