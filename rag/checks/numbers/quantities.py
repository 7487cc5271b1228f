"""Amounts that cannot be: of less from more, in each other's place, at most for at least, all for a third. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from rag.checks.wording.opposites import directions, winning
from rag.terms import CARDINAL, FIRST_YEAR, LAST_YEAR, SCALE, numbers, shares, stem

_SUM = rf"(?:[$£€]\s?)?\d[\d,]*(?:\.\d+)?(?:\s(?:{SCALE}|percent|per cent))?"
_FROM_TO = re.compile(rf"\bfrom (?:\w+ ){{0,3}}?({_SUM}).{{0,40}}?\bto (?:\w+ ){{0,3}}?({_SUM})")
_TO_FROM = re.compile(rf"\b(?:to|at) (?:\w+ ){{0,3}}?({_SUM}).{{0,60}}?\bfrom (?:\w+ ){{0,3}}?({_SUM})")
_AGAINST = re.compile(
    rf"({_SUM})[^.;\d]{{0,30}}?\b(above|more than|higher than|exceeding|below|less than|fewer than|lower than|short of)"
    rf" (?:[a-z]+ ){{0,3}}({_SUM})"
)
_SHARE = re.compile(
    r"(?<![$£€\d,.])\b(\d[\d,]*) of (?:the |its |their )?(\d[\d,]*)\b(?![.%]\d| (?:hundred|thousand|million|billion))"
)
_ABOVE = frozenset({"above", "more than", "higher than", "exceeding"})
_PAIR = re.compile(rf"({_SUM})(?: [a-z]+)?(?: to |\s?[-–—]\s?)({_SUM})(?![\w%]*[-–—])")
_AT_LEAST = r"at least|no fewer than|no less than|more than|over|upwards of|in excess of"
_AT_MOST = r"at most|no more than|not more than|up to|fewer than|less than|under|almost|nearly"
_BOUND = re.compile(rf"\b(?:(?P<least>{_AT_LEAST})|(?:{_AT_MOST}))\s({_SUM}|an? \w+|\w+)", re.IGNORECASE)
_WHOSE = r"(?:the |its |their |his |her |those |these )?(?:\d[\d,]* )?(?P<what>[a-z]+)"
_WHOLE = re.compile(rf"\b(?:all|every|each|none|both)(?: of)? {_WHOSE}", re.IGNORECASE)
_FRACTION = rf"(?:an?|{CARDINAL}) (?:third|quarter|fifth|tenth)s?"
_SHARE_OF = re.compile(rf"\b({_FRACTION}|half)(?: of)? {_WHOSE}", re.IGNORECASE)
_SINGLE = re.compile(r"\bonly one (\w+)", re.IGNORECASE)
_VOTED = re.compile(
    r"\bvot(?:ed?|es|ing)\b(?: (?!for\b|against\b|in\b)\w+| in [A-Z]\w+){0,4} (for|against|in favou?r of)\b"
)
_PART = re.compile(
    rf"\b(?:\d[\d,]*|{_FRACTION}|{CARDINAL}|half|most|some|many|several|few) (?:of|in) {_WHOSE}", re.IGNORECASE
)


def miscounted(sentence: str) -> str | None:
    """A rise to less or a fall to more, or a number called above another that is not; None where nothing is wrong.

    >>> miscounted("Sales rose to 14 from 45.")
    'from 45 to 14 is no rise'
    >>> miscounted("Sales were $1.5 billion, above the $1.4 billion expected.")
    """
    found = [(pair, match.start()) for match in _FROM_TO.finditer(sentence) if (pair := _pair(match[1], match[2]))]
    found += [(pair, match.start()) for match in _TO_FROM.finditer(sentence) if (pair := _pair(match[2], match[1]))]
    for (low, high), start in found:
        told = directions(sentence[:start])
        if told and (low < high) != (told[-1] > 0):
            return f"from {low:.12g} to {high:.12g} is no {'rise' if told[-1] > 0 else 'fall'}"
    for match in _SHARE.finditer(sentence):
        (part,), (whole,) = numbers(match[1]), numbers(match[2])
        if part > whole:
            return f"{part:.12g} cannot be of {whole:.12g}"
    for match in _AGAINST.finditer(sentence):
        pair = _pair(match[1], match[3])
        if pair and (pair[0] > pair[1]) != (match[2] in _ABOVE):
            return f"{pair[0]:.12g} is not {match[2]} {pair[1]:.12g}"
    return None


def exchanged(sentence: str, quotes: Sequence[str]) -> str | None:
    """Two numbers of a vote, a score or a change that stand in the other order; None where none do.

    Whoever lost is told the score the other way round.

    >>> exchanged("It passed by 46 to 54.", ["It passed by 54 votes to 46."])
    '46 to 54 is 54 to 46 in the quotes'
    >>> exchanged("Osk lost 1-3.", ["Varn beat Osk 3-1."])
    """
    told = [(pair, winning(quote)) for quote in quotes for pair in _pairs(quote)]
    for pair in _pairs(sentence):
        won = {how for other, how in told if other == pair[::-1]}
        if won and pair not in [other for other, _ in told] and winning(sentence) in won:
            return f"{pair[0]:.12g} to {pair[1]:.12g} is {pair[1]:.12g} to {pair[0]:.12g} in the quotes"
    return None


def mismeasured(sentence: str, quotes: Sequence[str]) -> str | None:
    """A number called the least that the quotes call the most, or all of what is a part of it there; else None.

    >>> mismeasured("At most 17 died.", ["At least 17 people died."])
    "'At most 17' is 'At least 17' in the quotes"
    >>> mismeasured("All of the homes burned.", ["Two thirds of the homes burned."])
    "'All of the homes' is 'Two thirds of the homes' in the quotes"
    """
    read = " ".join(quotes)
    ours, theirs = ({_side(match[1]) for match in _VOTED.finditer(text)} for text in (sentence, read))
    if ours and theirs and not ours & theirs:
        return f"the quotes tell of votes {'against' if 'for' in ours else 'for'}"
    for match in _BOUND.finditer(sentence):
        others = [other for other in _BOUND.finditer(read) if _bounded(other[2]) == _bounded(match[2])]
        if others and all((other["least"] is None) != (match["least"] is None) for other in others):
            return f"{match[0]!r} is {others[0][0]!r} in the quotes"
    for match in _SHARE_OF.finditer(sentence):
        told = [part for part in _SHARE_OF.finditer(read) if stem(part["what"]) == stem(match["what"])]
        if told and not any(shares(f"{part[1]} of") == shares(f"{match[1]} of") for part in told):
            return f"{match[0]!r} is {told[0][0]!r} in the quotes"
    if (single := _SINGLE.search(sentence)) and re.search(rf"\bboth {single[1]}", read) and single[1] + "s" in read:
        return f"{single[0]!r} is both in the quotes"
    whole = {stem(match["what"]) for match in _WHOLE.finditer(read)}
    for match in _WHOLE.finditer(sentence):
        for part in _PART.finditer(read):
            what = stem(match["what"])
            if what == stem(part["what"]) and what not in whole:
                return f"{match[0]!r} is {part[0]!r} in the quotes"
    return None


def _side(voted: str) -> str:
    return "against" if voted == "against" else "for"


def _bounded(what: str) -> Set[float] | str:
    """What a bound is put to: a number, or "a year"; its own text where it is neither."""
    return numbers(what) or what.casefold()


def _pairs(text: str) -> list[tuple[float, float]]:
    """The pairs of numbers in a text, in the order of "from" and "to"."""
    found = [(match[1], match[2]) for match in _PAIR.finditer(text)]
    found += [(match[2], match[1]) for match in _TO_FROM.finditer(text)]
    values = [(numbers(one), numbers(other)) for one, other in found]
    return [(min(one), min(other)) for one, other in values if one and other and one != other]


def _pair(one: str, other: str) -> tuple[float, float] | None:
    """Two sums that can be compared: with the same sign or scale, and not equal. Years are not compared."""
    first, second = numbers(one), numbers(other)
    alike = (one[:1] in "$£€" and one[:1] == other[:1]) or one.split()[1:] == other.split()[1:]
    if not alike or len(first) != 1 or len(second) != 1 or first == second:
        return None
    (low,), (high,) = first, second
    return None if FIRST_YEAR <= low <= LAST_YEAR and FIRST_YEAR <= high <= LAST_YEAR else (low, high)
