"""What is told to be the cause of what: whether it is the other way round in the quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.checks.text.spelling import bases
from rag.terms import CARDINAL, stem

_FROM = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|thanks to|as a result of|following"
    rf"|after(?! (?:[\w-]+ )?(?:\d+|{CARDINAL}|an?|several|many) (?:more )?"
    r"(?:minute|hour|day|week|month|year|decade)s?\b))\b",
    re.IGNORECASE,
)
"""What stands before these is the effect, or the later, and what stands after them the cause."""
_TO = re.compile(
    r"\b(?:led to|leads to|caus(?:ed|es)|prompt(?:ed|s)|result(?:ed|s) in|so that|before)\b", re.IGNORECASE
)

_BECAUSE = re.compile(r"\b(?:because(?: of)?|due to|owing to) (?P<reason>[^,;.]+)", re.IGNORECASE)
SAME_EFFECT = 0.6
"""Share of the words of an effect that another one has to have to be the same."""
LEAST_TOLD = 2
"""Terms of a reason; of a single one a synonym is too likely."""

_MORE_THAN = re.compile(
    r"\b(?:as )?(more|less|fewer|\w+er|(?<=as )\w+) (?:than|as)"
    r"(?= (?:by )?(?:those|that|people|the|an? (?!hour|minute|day|week|month|year)|[A-Z]))"
)


def turned_cause(sentence: str, quotes: Sequence[str]) -> str | None:
    """The word by which a sentence tells as a cause what the quotes tell as its effect; None where there is none.

    >>> turned_cause("The dam broke because the town was flooded.", ["The town was flooded after the dam broke."])
    'because'
    """
    told = [each for quote in quotes for each in _causes(quote)]
    for link, cause, effect in _causes(sentence):
        straight = max((len(cause & theirs) + len(effect & follows) for _, theirs, follows in told), default=0)
        crossed = [
            len(cause & follows) + len(effect & theirs)
            for _, theirs, follows in told
            if cause & follows and effect & theirs
        ]
        if max(crossed, default=0) > straight:
            return link
    return None


def other_cause(sentence: str, quotes: Sequence[str]) -> str | None:
    """A reason that a sentence gives for what the quotes give another one for; None where there is none.

    >>> other_cause("The school shut because of a strike.", ["The school shut because of a flood."])
    'strike'
    """
    told = [
        (_bases(match["reason"]), _bases(quote[: match.start()]))
        for quote in quotes
        for match in _BECAUSE.finditer(quote)
    ]
    for match in _BECAUSE.finditer(sentence):
        reason, effect = _bases(match["reason"]), _bases(sentence[: match.start()])
        same = [theirs for theirs, follows in told if len(effect & follows) >= SAME_EFFECT * len(effect)]
        if reason and same and not any(reason & theirs for theirs in same):
            return min(reason)
    return None


def unfounded_cause(sentence: str, read: str, question: str = "") -> str | None:
    """A reason of which the quotes have no word, and that the question did not give; None where there is none.

    >>> unfounded_cause("It shut because sales collapsed.", "It shut since the roof leaked.")
    'sales collapsed'
    >>> unfounded_cause("Osk left because of the strike of 2026.", "Osk left.", "Who left because of the 2026 strike?")
    """
    for match in _BECAUSE.finditer(sentence):
        told = _bases(match["reason"])
        if len(told) >= LEAST_TOLD and not told & _bases(f"{read} {question}"):
            return match["reason"].strip()
    return None


def turned_comparison(sentence: str, quotes: Sequence[str]) -> str | None:
    """The word by which a sentence puts the one above the other that the quotes put below it; None where there is none.

    >>> turned_comparison("Cats sleep longer than those dogs do.", ["Dogs sleep longer than a cat."])
    'longer'
    """
    for ours in _MORE_THAN.finditer(sentence):
        one, other = _compared(ours, sentence)
        for theirs in (match for quote in quotes for match in _MORE_THAN.finditer(quote)):
            first, second = _compared(theirs, theirs.string)
            crossed = other & first and second & one
            if stem(ours[1]) == stem(theirs[1]) and crossed and not other & second:
                return ours[1]
    return None


def _compared(link: re.Match[str], text: str) -> tuple[frozenset[str], frozenset[str]]:
    """What only stands before a comparison, and what only stands after it, up to the end of its clause."""
    before, after = _bases(text[: link.start()]), _bases(re.split(r"[,;.]", text[link.end() :])[0])
    return before - after, after - before


def _causes(text: str) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """The linking words of a text, each with the words of the cause and of the effect that the other has not."""
    for pattern in (_FROM, _TO):
        for match in pattern.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            if not before.strip() and "," in after:
                after, before = after.split(",", 1)
            first, second = _bases(before), _bases(after)
            cause, effect = (second, first) if pattern is _FROM else (first, second)
            yield match[0], cause - effect, effect - cause


def _bases(text: str) -> frozenset[str]:
    return frozenset(bases(text))
