"""Who did what to whom: whether it is told the other way round than in the quotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from itertools import combinations, pairwise
from typing import Final

from rag.checks.text.anchors import Token, tokens
from rag.checks.text.peoples import OF_PLACE
from rag.checks.text.slots import Slot, Value, known_names, named
from rag.checks.text.verbs import ACTS, SAYING, verbal, voice
from rag.terms import CALENDAR

BETWEEN = 5
"""How many telling words at most stand between who did something and to whom."""
FAR = 12
"""The same, in a quote, which may say more."""
SIDE = 3
"""How many telling words on either side of a verb are what it is told of."""

_PLACING: Final = frozenset("in at on during since".split())
_LATELY: Final = frozenset("today yesterday tomorrow tonight week month year day".split())
_HIM: Final = re.compile(r" (?:him|her|them|it)\b(?! \w+ed\b)")


def turned(sentence: str, quotes: Sequence[str], context: str = "") -> tuple[str, str, str] | None:
    """Who, did what, to whom: told the other way round than in the quotes; None where nothing is.

    >>> turned("Varn sued Osk.", ["In May Osk sued Varn."], "It is Varn and Osk.")
    ('varn', 'sued', 'osk')
    >>> turned("Varn was sued by Osk.", ["In May Osk sued Varn."], "It is Varn and Osk.")
    """
    return _turned_names(sentence, quotes, known_names([sentence, *quotes, context])) or _turned_words(sentence, quotes)


def _turned_names(sentence: str, quotes: Sequence[str], known: Set[str]) -> tuple[str, str, str] | None:
    ours = tokens(sentence)
    ours_named = list(named(sentence, ours, known))
    for quote in quotes:
        theirs = tokens(quote)
        told = list(named(quote, theirs, known))
        for one, other in combinations(ours_named, 2):
            for link in _links(sentence, ours, one.token, other.token, BETWEEN):
                found = set()
                for first, second in combinations(told, 2):
                    if {first.value, second.value} == {one.value, other.value}:
                        linked = _links(quote, theirs, first.token, second.token, FAR)
                        found |= {
                            told_so
                            for near in linked
                            if near.stem == link.stem and (told_so := _doing(first, near, second, quote))
                        }
                if found and (ours_told := _doing(one, link, other, sentence)) and ours_told not in found:
                    return str(one.value), link.word, str(other.value)
    return None


def _turned_words(sentence: str, quotes: Sequence[str]) -> tuple[str, str, str] | None:
    """A word that has on its left what the quotes have on its right, and the other way round, and nothing else."""
    ours = tokens(sentence)
    for quote in quotes:
        theirs = tokens(quote)
        for link in ours:
            others = [each for each in theirs if each.stem == link.stem]
            if not link.telling or not verbal(sentence, link) or link.stem in SAYING or len(others) != 1:
                continue
            if not verbal(quote, others[0]) or voice(sentence, link) != voice(quote, others[0]):
                continue
            if _heads_turned(link, ours, others[0], theirs):
                return _head(link, ours), link.word, _head(others[0], theirs)
            for most in (SIDE - 1, SIDE):
                (left, right), (before, after) = _sides(link, ours, most), _sides(others[0], theirs, most)
                if left & after and right & before and not left & before and not right & after:
                    return min(left & after), link.word, min(right & before)
                whom = next((near.stem for near in ours if near.telling and near.start > link.start), "")
                if left and whom in before and not left & before and _HIM.match(quote, others[0].end):
                    return min(left), link.word, whom
    return None


def _heads_turned(link: Token, ours: Sequence[Token], other: Token, theirs: Sequence[Token]) -> bool:
    """Whether what stands right before a verb in either text stands only after it in the other."""
    mine, told = _head(link, ours), _head(other, theirs)
    if not mine or not told or mine == told:
        return False
    mine_after = {each.stem for each in ours if each.start > link.start and each.clause == link.clause}
    told_after = {each.stem for each in theirs if each.start > other.start and each.clause == other.clause}
    before = {each.stem for each in theirs if each.start < other.start}
    return mine in told_after - before and told in mine_after and mine not in mine_after and told not in told_after


def _head(verb: Token, text: Sequence[Token]) -> str:
    """The last telling word before a verb in its clause, "" where there is none."""
    before = [each for each in text if each.telling and each.start < verb.start and each.clause == verb.clause]
    return before[-1].stem if before and before[-1].word[0].isalpha() else ""


def crossed(sentence: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """Two verbs of a sentence that have each other's object of the quotes; None where there are none.

    >>> crossed("It cuts payments and raises fees.", ["It cuts fees and raises payments."])
    ('cuts', 'payments')
    """
    ours = _objects(sentence)
    for quote in quotes:
        theirs = _objects(quote)
        for verb, (word, told) in ours.items():
            other = next((each for each in theirs if each != verb and theirs[each][1] == told), "")
            if verb not in theirs or other not in ours or theirs[verb][1] == told:
                continue
            if ours[other][1] == theirs[verb][1]:
                return word, next(each.word for each in tokens(sentence) if each.stem == told)
    return None


def _objects(text: str) -> dict[str, tuple[str, str]]:
    """The verbs of a text, by their stems, each with the telling word after it in its clause."""
    telling = [each for each in tokens(text) if each.telling]
    return {
        one.stem: (one.word, other.stem)
        for one, other in pairwise(telling)
        if one.clause == other.clause and verbal(text, one) and not voice(text, one)
    }


def _sides(token: Token, text: Sequence[Token], most: int) -> tuple[set[str], set[str]]:
    telling = [near for near in text if near.telling and near.word[0].isalpha() and near.word not in CALENDAR | _LATELY]
    before = [near.stem for near in telling if near.start < token.start and near.clause == token.clause]
    place = next((near.start for near in text if near.start > token.start and near.word in _PLACING), text[-1].end)
    after = [near.stem for near in telling if token.start < near.start < place and near.clause <= token.clause + 1]
    return set(before[-most:]), set(after[:most])


def _links(written: str, text: Sequence[Token], one: Token, other: Token, most: int) -> list[Token]:
    """The telling words between two names that may be what the one did to the other."""
    if other.place - one.place > most + 1 or re.search(r"[,;:–—]", written[one.end : other.start]):
        return []
    return [
        each
        for each in text
        if one.start < each.start < other.start
        and each.telling
        and each.word[0].isalpha()
        and (verbal(written, each) or each.word in ACTS)
        and each.stem not in SAYING
        and not (OF_PLACE.search(one.word) and not written[one.end : each.start].strip())
    ]


def _doing(one: Slot, link: Token, other: Slot, text: str) -> tuple[Value, Value] | None:
    """Who did it, and to whom; None where a passive does not tell by whom."""
    between = text[link.end : other.token.start]
    if voice(text, link) and not re.search(r"\b(?:by|with)\b", between):
        return None
    passive = voice(text, link) or between.startswith(" with ")
    return (other.value, one.value) if passive else (one.value, other.value)
