"""Numbers that no quote has, and that follow from those it has by one easy step. Pure.

A news reader is told "34 minutes quicker" for 41 and 75 minutes, and "260 of the 780" for a third of them. A step is
only taken between amounts of one measure, and where the sentence has a word for it, so that a wrong number is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import combinations
from typing import Final

from rag.checks.numbers.amounts import COUNT, Amount, amounts, comparable, is_year, pairs
from rag.checks.wording.opposites import directions
from rag.terms import CARDINAL, MONTH_NAMES, ORDINALS, in_full, numbers

_CLAUSE = re.compile(r"[;:]|,(?!\d)|\.(?!\d)|\b(?:and|but|while|whereas)\b")
_MORE = (
    r"(?:more|less|fewer|short(?:fall)? of|shy of|ahead|behind|adrift|clear|up|down|off|above|below|beyond|apart"
    r"|later|earlier|sooner|higher|lower|longer|shorter|older|younger|faster|quicker|slower|cheaper|dearer|larger"
    r"|smaller|bigger|greater|heavier|lighter|taller|wider|deeper|hotter|colder|warmer|cooler|better|worse|closer"
    r"|extra|[a-z]+er(?= than\b))\b"
)
_APART = re.compile(
    rf"\bby (?:about |around |some |nearly |almost |just |only )?[$£€¥]?$|\b{_MORE}|\b(?:lead|los(?:e|es|t|s)|gain\w*"
    r"|gap|difference|margin|additional|another|further|sav(?:e|es|ed|ing)|cut|change|swing|add(?:s|ed|ing)?|put on"
    r"|took|knock(?:s|ed)|outnumber\w*|exceed\w*|missed)\b",
    re.IGNORECASE,
)
"""Words that put two amounts apart."""
_MORE_AFTER = re.compile(rf"\s?(?:[a-zé%]+ ){{0,3}}?{_MORE}", re.IGNORECASE)
_LASTING = re.compile(r"\b(?:after|later|earlier|before|between|since|ago|for|in)\b")
_NOT_APART = re.compile(
    r"\b(?:to|at|from|of|in|is|are|was|were|reach(?:ed|es|ing)?|total(?:led|s|ing)?|costs?|now)\s+[$£€¥]?$",
    re.IGNORECASE,
)
"""What stands before an amount that is told as it is. "A rise of 6" is a difference all the same."""
_DIFFERENCE_OF = re.compile(
    r"\b(?:difference|gap|margin|lead|rise|fall|drop|gain|loss|increase|cut|saving)s? of ", re.IGNORECASE
)
_REST = re.compile(
    r"\b(?:others?|remaining|remainder|rest|left|not|\w+n['’]t|without|except|apart|only|against)\b", re.IGNORECASE
)
_TIMES: Final = (
    {"half": 2, "halve": 2, "halved": 2, "halving": 2, "halves": 2}
    | dict.fromkeys("twice double doubled doubling doubles".split(), 2)
    | dict.fromkeys("triple tripled tripling treble trebled".split(), 3)
    | dict.fromkeys("quadruple quadrupled".split(), 4)
)
_MULTIPLE = re.compile(
    rf"\b(?:(?P<word>{'|'.join(_TIMES)})|(?P<times>\d+|{CARDINAL}) times"
    r"|(?P<part>an?|one)[\s-](?P<of>third|quarter|fifth|tenth))\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"\b(?:total\w*|in all|altogether|together|combined|overall|between them|sum|or|both|each|joint\w*|and)\b",
    re.IGNORECASE,
)
_IN_ALL = re.compile(r"\b(?:in total|total\w*|in all|altogether|together|combined|between them|sum)\b", re.IGNORECASE)
_PERSONS: Final = frozenset("people persons passengers victims casualties lives others men residents children".split())
_JOINED = re.compile(
    r"(?:\s(?!and\b|or\b)[\w'’-]+){0,3}?(?:,| and| plus| as well as| along with)(?: and| another| also| an?)?\s*"
)
_LISTED = re.compile(r"(?:(?:and|plus|as well as|along with) )(an?|one) (?!half|quarter|third|few|lot|number)[a-z]+")
_HEDGE = re.compile(
    r"\b(?:(?P<about>about|around|roughly|some|approximately|circa|or so|close to|near)"
    r"|(?P<below>nearly|almost|just under|under|less than|fewer than|just short of|up to|not quite)"
    r"|(?P<above>more than|over|just over|well over|at least|upwards of|in excess of))\s+[$£€¥]?$",
    re.IGNORECASE,
)
_WHOLES: Final = r"(?:the |its |their |his |her |those |these |all )?(?:(?!the\b)[a-z]+(?:['’]s)? )?"
_PORTION = re.compile(
    rf"(?<![\d.])\b(?:(?P<share>\d+(?:\.\d+)?)(?:\s?%|\s?per ?cent\b)"
    rf"|(?P<part>\d[\d,]*|{CARDINAL}) (?:(?:out )?of|in) {_WHOLES}"
    rf"(?P<whole>\d[\d,]*|(?:{CARDINAL})(?:-(?:{CARDINAL}))?)\b(?!\.\d|%| per ?cent)"
    rf"|(?P<top>an?|{CARDINAL}|half)[\s-](?P<bottom>{'|'.join(ORDINALS[2:10])}|quarter)s?\b"
    rf"(?! (?:term|time|year|day|place|quarter|of (?:{MONTH_NAMES})))"
    rf"|(?P<half>half)\b)",
    re.IGNORECASE,
)
_OF_THOSE = re.compile(
    r"\b[Oo]f (?:the |its |their |some |about )?(?P<whole>\d[\d,]*) [^,.;]{2,80}, "
    r"(?:only |just |about |some )?(?P<part>\d[\d,]*)\b"
)
_EXACT = 0.0051
_ROUGH = 0.03
_LADDERS: Final = (
    {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0},
    {"month": 1.0, "year": 12.0, "decade": 120.0, "century": 1200.0},
    {"millimetre": 0.001, "centimetre": 0.01, "metre": 1.0, "kilometre": 1000.0, "foot": 0.3048, "mile": 1609.344},
    {"gram": 0.001, "kilo": 1.0, "tonne": 1000.0},
)


def derived(sentence: str, quotes: Sequence[str], question: str = "") -> set[float]:
    """The numbers of a sentence that follow from those of its quotes by one step that the sentence has a word for.

    >>> derived("By train it is 34 minutes quicker.", ["It takes 41 minutes, compared with 75 minutes by bus."])
    {34.0}
    >>> derived("By train it takes 34 minutes.", ["It takes 41 minutes, compared with 75 minutes by bus."])
    set()
    >>> derived("Some 20 ships are sold.", ["Of 60 ships, a third are sold."])
    {20.0}
    """
    known = set().union(*map(numbers, quotes))
    told = [amounts(quote) for quote in quotes]
    found = set(_portions_told(sentence, quotes)) if numbers(sentence) - known else set()
    whole = in_full(sentence)
    for one in amounts(sentence):
        if one.value in known and one.measure not in {
            other.measure for each in told for other in each if other.value == one.value
        } - {""}:
            continue
        clause = _clause(whole, one)
        if (
            _converted(one, told)
            or _rounded(one, whole, told)
            or _difference(one, whole, clause, told, question)
            or _share(one, whole, quotes, told)
            or _multiple(one, clause, sentence, quotes, told)
            or _sum(one, clause, quotes, told)
        ):
            found.add(one.value)
    return found


def differences(sentence: str, quotes: Sequence[str], question: str) -> set[float]:
    """The numbers of a sentence that are what two amounts of the quotes are apart."""
    told, whole = [amounts(quote) for quote in quotes], in_full(sentence)
    return {one.value for one in amounts(sentence) if _difference(one, whole, _clause(whole, one), told, question)}


def _clause(text: str, one: Amount) -> str:
    """The part of a sentence between marks and conjunctions in which an amount stands."""
    start = max((match.end() for match in _CLAUSE.finditer(text, 0, one.start)), default=0)
    after = _CLAUSE.search(text, one.end)
    return text[start : after.start() if after else len(text)]


def _near(one: float, other: float, share: float = 1e-9) -> bool:
    return abs(one - other) <= share * max(abs(one), abs(other), 1e-9)


def _rounds(value: float, exact: float) -> bool:
    """Whether a value is an exact one as far as it is written out."""
    step = next((10.0**-place for place in range(4) if _near(round(value, place), value)), 1e-4)
    return abs(value - exact) <= step / 2 + 1e-9 and exact > 0


def _all_pairs(told: Sequence[Sequence[Amount]]) -> Iterator[tuple[Amount, Amount]]:
    """What one quote tells, and what two tell in one measure."""
    for each in told:
        yield from pairs(each)
    for first, second in combinations(told, 2):
        yield from (
            (one, other)
            for one in first
            for other in second
            if one.measure == other.measure not in ("", COUNT) and comparable(one, other)
        )


def _difference(one: Amount, sentence: str, clause: str, told: Sequence[Sequence[Amount]], question: str) -> bool:
    if one.measure == "year" and _LASTING.search(clause):
        years = [other.value for each in told for other in each if is_year(other)]
        if any(_near(abs(a - b), one.value) for a in years for b in years if a != b):
            return True
    before, at = sentence[: one.start], sentence.find(clause)
    compared = _MORE_AFTER.match(sentence, one.end) or _DIFFERENCE_OF.search(before[-20:])
    if _NOT_APART.search(before) and not compared:
        return False
    signs = set(directions(clause))
    asked = re.search(r"\bby how|\bdifferen", question, re.IGNORECASE)
    if not (compared or signs or asked or _APART.search(before[at:]) or _APART.search(clause[max(0, one.end - at) :])):
        return False
    for first, second in _all_pairs(told):
        apart = abs(first.value - second.value)
        shares = "%" in (first.measure, second.measure)
        if (shares and one.measure not in ("percentage point", "")) or not apart:
            continue
        if (shares or comparable(one, first, second) or one.measure == COUNT) and _near(apart, one.value):
            return True
        if (
            one.measure == "%"
            and signs
            and not shares
            and _rounds(one.value, 100 * apart / _base(first, second, signs))
        ):
            return True
    return False


def _base(first: Amount, second: Amount, signs: Set[int]) -> float:
    """What a change is a share of: the smaller amount of a rise, the larger of a fall."""
    return (min if signs == {1} else max)(first.value, second.value) or 1.0


def _share(one: Amount, sentence: str, quotes: Sequence[str], told: Sequence[Sequence[Amount]]) -> bool:
    """So many "of the 780" for "a third of them", and the others for those that a quote leaves."""
    rest = bool(_REST.search(sentence))
    for quote, found in zip(quotes, told, strict=True):
        for portion, values in portions(quote):
            if len(values) == 2 and rest and _near(max(values) - min(values), one.value):
                return True
            if one.measure == "%":
                exact = [100 * portion, *([100 - 100 * portion] if rest else [])]
                if any(_rounds(one.value, each) for each in exact):
                    return True
            for whole in found:
                if whole.value in values or is_year(whole) or whole.measure == "%" or not comparable(one, whole):
                    continue
                shared = [portion * whole.value, *([(1 - portion) * whole.value] if rest else [])]
                of = re.compile(
                    rf"\s*(?:[\w-]+ )?(?:out )?of (?:the |its |their )?(?:{whole.value:.0f}|{whole.value:,.0f}|th)"
                )
                sharing = of.match(sentence, one.end) or (whole.noun and whole.noun == one.noun)
                unit = whole.measure not in ("", COUNT) and one.measure == whole.measure
                if (sharing or unit) and any(_rounds(one.value, each) or _near(one.value, each) for each in shared):
                    return True
    return False


def _multiple(one: Amount, clause: str, sentence: str, quotes: Sequence[str], told: Sequence[Sequence[Amount]]) -> bool:
    """Twice or half of what a quote gives as half or twice, where the sentence tells one of them as such."""
    if not (_MULTIPLE.search(sentence) or re.search(r"\bfrom\b", clause)):
        return False
    for quote, found in zip(quotes, told, strict=True):
        for match in _MULTIPLE.finditer(quote):
            times = float(_times(match))
            for other in found:
                if comparable(one, other) and any(
                    _near(one.value, each) for each in (other.value * times, other.value / times)
                ):
                    return True
    return False


def _times(match: re.Match[str]) -> float:
    if match["word"]:
        return _TIMES[match["word"].casefold()]
    if match["times"]:
        return min(numbers(match["times"]) or {1.0})
    return {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}[match["of"].casefold()]


def _sum(one: Amount, clause: str, quotes: Sequence[str], told: Sequence[Sequence[Amount]]) -> bool:
    """What parts come to that stand side by side in a quote, told of people or with a word that sums up."""
    summing = bool(_TOGETHER.search(clause)) or one.noun in _PERSONS
    if not summing:
        return False
    for quote, found in zip(quotes, told, strict=True):
        text = in_full(quote)
        together = _IN_ALL.search(clause)
        if together and any(
            comparable(one, *each) and _near(sum(part.value for part in each), one.value)
            for count in (2, 3)
            for each in combinations(found, count)
        ):
            return True
        parts = list(found)
        parts += [
            Amount(1.0, COUNT, "", match.start(1), match.end(1))
            for match in _LISTED.finditer(text)
            if not any(each.start == match.start(1) for each in found)
        ]
        parts.sort(key=lambda each: each.start)
        for place, first in enumerate(parts):
            total, last = first.value, first
            for other in parts[place + 1 :]:
                if not _JOINED.fullmatch(text[last.end : other.start]) or not comparable(one, last, other):
                    break
                total, last = total + other.value, other
                if _near(total, one.value):
                    return True
    return False


def _converted(one: Amount, told: Sequence[Sequence[Amount]]) -> bool:
    """The same in another unit: "18 months" for a year and a half, or what half a unit is."""
    for other in (other for each in told for other in each):
        if one.measure == other.measure and one.measure not in ("", COUNT) and _near(one.value, other.value):
            return True
        for ladder in _LADDERS:
            if one.measure in ladder and other.measure in ladder:
                exact = other.value * ladder[other.measure] / ladder[one.measure]
                metric = {one.measure, other.measure} & {"foot", "mile"}
                if _near(one.value, exact) or (metric and one.value >= 2 and _rounds(one.value, exact)):
                    return True
    return False


def _rounded(one: Amount, sentence: str, told: Sequence[Sequence[Amount]]) -> bool:
    """A rounder number that the sentence calls "about", "nearly" or "more than" what a quote gives."""
    hedge = _HEDGE.search(sentence[: one.start])
    if hedge is None or (one.value < 10 and one.value == int(one.value) and one.measure == COUNT):
        return False
    for other in (other for each in told for other in each if comparable(one, other)):
        rounder = len(f"{one.value:.12g}".rstrip("0")) < len(f"{other.value:.12g}".rstrip("0"))
        side = other.value >= one.value if hedge["above"] else other.value <= one.value if hedge["below"] else True
        if rounder and side and _near(one.value, other.value, 0.05):
            return True
    return False


def portions(text: str) -> list[tuple[float, frozenset[float]]]:
    """The shares that a text tells, each with the numbers it is told by."""
    return [(portion, values) for portion, values, _, _ in _portions_at(text)]


def _portions_at(text: str) -> Iterator[tuple[float, frozenset[float], int, int]]:
    for match in (*_PORTION.finditer(text), *_OF_THOSE.finditer(text)):
        groups = match.groupdict()
        values = numbers(match[0])
        if groups.get("whole"):
            part, whole = ((numbers(groups[each] or "") or {1.0}) for each in ("part", "whole"))
            if 0 < min(part) < min(whole):
                yield min(part) / min(whole), frozenset(values), match.start(), match.end()
        elif groups.get("share"):
            yield float(groups["share"]) / 100, frozenset(values), match.start(), match.end()
        elif groups.get("half"):
            yield 0.5, frozenset(), match.start(), match.end()
        elif groups.get("bottom") and groups["top"].casefold() != "half":
            bottom = 4 if groups["bottom"].casefold() == "quarter" else ORDINALS.index(groups["bottom"].casefold()) + 1
            top = min(numbers(groups["top"]) or {1.0})
            if top < bottom:
                yield top / bottom, frozenset(values), match.start(), match.end()


def _portions_told(sentence: str, quotes: Sequence[str]) -> Iterator[float]:
    """The numbers by which a sentence tells a share that a quote tells in other words: "one in five" for a fifth."""
    theirs = [portion for quote in quotes for portion, _ in portions(quote)]
    for portion, values, start, _ in _portions_at(sentence):
        hedged = re.search(r"\b(?:about|around|roughly|nearly|almost|over|than|some|under)\s+$", sentence[:start])
        if any(abs(portion - other) <= (_ROUGH if hedged else _EXACT) for other in theirs):
            yield from values
