"""Comparisons that the numbers of the quotes contradict: "hotter at Osk" where it was 36C, and 41C elsewhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import product
from typing import Final

from rag.checks.numbers.amounts import COUNT, Amount, amounts, comparable, is_year
from rag.checks.text.spelling import bases
from rag.terms import in_full, numbers

_MORE: Final = (
    "more higher longer larger bigger greater older hotter warmer heavier taller wider deeper further farther dearer"
    " costlier louder brighter"
).split()
_LESS: Final = (
    "less fewer lower shorter smaller younger colder cooler lighter cheaper shallower narrower milder".split()
)
_QUICK: Final = {"faster": -1, "quicker": -1, "slower": 1}
"""Which of two times it is; not told of speeds, of which the larger is the faster."""
_TIMES: Final = frozenset({"second", "minute", "hour", "day"})
_SIGNS: Final = dict.fromkeys(_MORE, 1) | dict.fromkeys(_LESS, -1) | _QUICK
_ABOVE: Final = {"above": 1, "below": -1, "beneath": -1}
_THAN = re.compile(rf"\b(?P<how>{'|'.join(_SIGNS)})\b(?P<mid>[^,;.]{{0,60}}?)\bthan\b", re.IGNORECASE)
_WHAT = r"(?:the|its|their|his|her|what|that|where)"
_OVER = re.compile(rf"\b(?P<how>{'|'.join(_ABOVE)})(?P<mid>)\b(?= {_WHAT}\b)", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not?|never|n['’]t|cannot|neither|hardly)\b(?:\W+\w+){0,3}\W*$|n['’]t\b(?:\W+\w+){0,3}\W*$")
_CLAUSE = re.compile(
    r"[;:]|,(?!\d)|\.(?!\d)|\b(?:and|but|while|whereas|against|compared (?:with|to)"
    r"|up from|down from|from|instead of|then)\b"
)
_END = re.compile(r"[;:]|,(?!\d)|\.(?!\d)|\b(?:but|while|whereas)\b")
_BEFORE = re.compile(
    r"^\s*(?:(?:it|they|he|she|that|those|the [\w-]+) )?(?:(?:had|has|have) been |was |were |did |used to be )?"
    r"(?:before|previously|earlier|until then|hitherto|(?:the|a) (?:year|month|week|quarter) (?:before|earlier)"
    r"|last (?:year|month|week))\b"
    r"|^\s*(?:it|they|he|she) (?:had|has|have) been\b|^\s*(?:it|they) (?:was|were|had) before\b",
    re.IGNORECASE,
)
_FROM_TO = re.compile(r"\bfrom (?P<old>[^,;]*?\d[^,;]*?) to ")
_REACH: Final = 6


def contradicted(sentence: str, quotes: Sequence[str]) -> str | None:
    """A comparison that the numbers of the two in the quotes contradict; None where there is none.

    >>> contradicted("It was hotter at Osk than at Varn.", ["Varn recorded 41.2C, while Osk had a milder 36C."])
    "'hotter than' contradicts 36 and 41.2 in the quotes"
    >>> contradicted("It was hotter at Varn than at Osk.", ["Varn recorded 41.2C, while Osk had a milder 36C."])
    >>> contradicted("It is dearer than before.", ["The fare was cut from €4 to €3."])
    "'dearer than' contradicts 3 and 4 in the quotes"
    >>> contradicted("The barn it sold is larger than the one it kept.", ["It sold a barn and kept the larger one."])
    "'larger' is told of the other in the quotes"
    """
    for match in (*_THAN.finditer(sentence), *_OVER.finditer(sentence)):
        before, after = sentence[: match.start()], _END.split(sentence[match.end() :])[0]
        if numbers(after) - {one.value for one in amounts(after) if is_year(one)} or _DENIED.search(before):
            continue
        sign = (_SIGNS | _ABOVE)[match["how"].casefold()]
        if match["how"].casefold() == "more" and re.match(r" (?:than|expensive|\w+ly)?", match["mid"]) is None:
            continue
        told = f"{match['how']} than" if match.re is _THAN else match["how"]
        ours, theirs = set(bases(f"{_END.split(before)[-1]} {match['mid']}")), set(bases(after))
        one, other = ours - theirs, theirs - ours
        found = list(_then_and_now(quotes)) if _BEFORE.match(after) else list(_sides(one, other, quotes))
        if match["how"] in _QUICK:
            found = [pair for pair in found if pair[0].measure in _TIMES]
        if found and all((left.value - right.value) * sign < 0 for left, right in found):
            return f"{told!r} contradicts {found[0][0].value:.12g} and {found[0][1].value:.12g} in the quotes"
        if match.re is _THAN and _attributed(match["how"], sign, one, other, quotes):
            return f"{match['how']!r} is told of the other in the quotes"
    return None


def _sides(one: Set[str], other: Set[str], quotes: Sequence[str]) -> Iterator[tuple[Amount, Amount]]:
    """The amounts that the quotes give of the two that are compared."""
    lefts: list[Amount] = []
    rights: list[Amount] = []
    for quote in quotes:
        text = in_full(quote)
        for amount in amounts(quote):
            if is_year(amount):
                continue
            start = max((match.end() for match in _CLAUSE.finditer(text, 0, amount.start)), default=0)
            end = next((match.start() for match in _CLAUSE.finditer(text, amount.end)), len(text))
            near = _nearness(text, start, end, amount)
            left = max((near[each] for each in one & near.keys()), default=0.0)
            right = max((near[each] for each in other & near.keys()), default=0.0)
            if left > right:
                lefts.append(amount)
            elif right > left:
                rights.append(amount)
    for first, second in product(lefts, rights):
        counted = COUNT in (first.measure, second.measure)
        if comparable(first, second) and first.value != second.value and (not counted or first.noun == second.noun):
            yield first, second


def _nearness(text: str, start: int, end: int, amount: Amount) -> dict[str, float]:
    """How near the telling words of a clause stand to an amount."""
    before, after = bases(text[start : amount.start]), bases(text[amount.end : end])
    near = {word: 1 / place for place, word in reversed([*enumerate(reversed(before), 1)]) if place <= _REACH}
    for place, word in enumerate(after, 1):
        if place <= _REACH:
            near[word] = max(near.get(word, 0.0), 1 / place)
    return near


def _then_and_now(quotes: Sequence[str]) -> Iterator[tuple[Amount, Amount]]:
    """What quotes give as it is now, each with what it was before: the first of "from 3 to 4"."""
    for quote in quotes:
        text, found = in_full(quote), [one for one in amounts(quote) if not is_year(one)]
        for match in _FROM_TO.finditer(text):
            old = [one for one in found if match.start("old") <= one.start < match.end("old")]
            if len(old) == 1:
                yield from ((new, old[0]) for new in found if new.start > match.end() and comparable(new, old[0]))


def _attributed(how: str, sign: int, one: Set[str], other: Set[str], quotes: Sequence[str]) -> bool:
    """Whether the quotes call the other "the larger one"."""
    alike = "|".join(word for word in _SIGNS if word == how.casefold() or _OPPOSED.get(word) == how.casefold())
    named = rf"\b(?:the|its|their|a) ({alike}) (?:one\b|[a-z]+)(?![^,;]*\bthan\b)"
    attributed = re.compile(named, re.IGNORECASE)
    for quote in quotes:
        for clause in _CLAUSE.split(quote):
            match = attributed.search(clause)
            if match is None:
                continue
            told = set(bases(clause))
            same = _SIGNS[match[1].casefold()] == sign
            if bool(told & one) != bool(told & other) and bool(told & one) != same:
                return True
    return False


_PAIRS: Final = (
    "higher lower|longer shorter|larger smaller|bigger smaller|greater smaller|older younger|hotter colder"
    "|warmer colder|warmer cooler|heavier lighter|taller shorter|wider narrower|deeper shallower|dearer cheaper"
    "|costlier cheaper|faster slower|quicker slower"
)
_OPPOSED: Final = dict(pair.split() for pair in _PAIRS.split("|")) | {
    less: more for more, less in (pair.split() for pair in _PAIRS.split("|"))
}
