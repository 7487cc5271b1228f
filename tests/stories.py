"""Stories made from a number, and what becomes of a story on its way through other papers."""

from __future__ import annotations

import random

_NAMES = "Varn Osk Tarn Lund Brenta Kolm Aster Pell Drava Isk Morva Quell Sarn Toll Ulm Vesk".split()
_NOUNS = (
    "harbour bridge council ferry mayor theatre tunnel orchard library museum tram school engine factory choir "
    "market hospital reservoir stadium archive bakery vineyard quarry lighthouse festival"
).split()
_VERBS = (
    "closed opened repaired visited praised rebuilt sold inspected flooded moved renamed painted guarded funded "
    "searched cleaned measured photographed"
).split()
_WHEN = "on Monday|last week|in the spring|before dawn|after the storm|in silence|for the third time|at noon".split("|")


def story(number: int, sentences: int = 12) -> list[str]:
    """The sentences of a story; other numbers are other stories that share words and no sentence."""
    draw = random.Random(number)
    return [
        f"{draw.choice(_NAMES)} {draw.choice(_VERBS)} the {draw.choice(_NOUNS)} of {draw.choice(_NAMES)} "
        f"{draw.choice(_WHEN)}, and {draw.randrange(2, 90)} people from the {draw.choice(_NOUNS)} "
        f"{draw.choice(_VERBS)} a {draw.choice(_NOUNS)} near {draw.choice(_NAMES)}."
        for _ in range(sentences)
    ]


def text(sentences: list[str]) -> str:
    return " ".join(sentences)


def corrected(sentences: list[str]) -> list[str]:
    """With another number in one sentence."""
    return [sentences[0].replace(" people", "00 people"), *sentences[1:]]


def updated(sentences: list[str]) -> list[str]:
    """With news before and after it."""
    return [*story(990_001, 2), *sentences, *story(990_002, 1)]


def trimmed(sentences: list[str]) -> list[str]:
    """The first half."""
    return sentences[: (len(sentences) + 1) // 2]
