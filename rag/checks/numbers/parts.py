"""All told of what the quotes tell of a part, and a part of what they tell of all. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rag.checks.numbers.derived import portions
from rag.checks.text.spelling import PAST_FORMS, base
from rag.terms import CARDINAL, STOP_WORDS, numbers, words

_MARK = re.compile(r"[;:.](?!\d)|,(?!\d)|\b(?:and|but|while|whereas|although|though)\b")
_MANY = rf"\d[\d,]*|{CARDINAL}"
_DETERMINER = r"(?:(?:the|its|their|his|her|our|these|those)\b|[A-Z][\w-]+['’]s?)"
_STOP = re.compile(r"[;:.](?!\d)|,(?!\d)|\b(?:but|while|whereas|although|though)\b")
_WORD = r"(?!(?:is|are|was|were|has|have|had|will|would|all|both|each|of)\b)[\w’'-]+"
_ALL = re.compile(
    rf"(?<!\bat )(?<!\bof )(?<!\bin )(?<!\bafter )(?<!\babove )\b(?:all|both|each|every|none)\b(?!-)"
    rf"(?! (?:but|time|day|night|year|other|along|over|sides)\b)(?: of)?(?: {_DETERMINER})?"
    rf"(?: (?P<count>{_MANY}))?(?: (?P<noun>{_WORD}(?: {_WORD})?))?"
    rf"|\b{_DETERMINER} (?:(?P<many>{_MANY}) )?(?P<plural>{_WORD}(?: {_WORD})?)"
    r" (?:were |are |have |had )?(?:all|both|each)\b"
    r"|\b(?P<body>everyone|everybody|nobody|no one)\b",
    re.IGNORECASE,
)
_MANY_OF = re.compile(r"\w+[^s]s|people|children|m[ei]n|wom[ae]n", re.IGNORECASE)
_ASIDE = re.compile(r"^\s*,[^,.;]{1,40},")
_ALMOST = re.compile(r"\b(?:nearly|almost|virtually|practically|not|not quite|by no means)\s+$", re.IGNORECASE)
_SOME = re.compile(
    rf"\b(?P<how>(?:{_MANY}) (?:out )?of|(?:an?|one|two|three)[\s-](?:third|quarter|fifth|tenth)s? of"
    r"|half(?: of)?|most(?: of)?|some(?: of)?|many(?: of)?|several(?: of)?|(?:a )?few(?: of)?"
    r"|(?:a|the) (?:majority|minority|bulk) of|(?:more|less|fewer) than half(?: of)?|part of|not all(?: of)?"
    r"|(?:nearly|almost|virtually) (?:all|every|everyone|everybody)(?: of)?"
    rf"|\d+(?:\.\d+)?(?:%| per ?cent) of|only (?:{_MANY})(?! (?:out )?of\b))\b"
    rf"(?: {_DETERMINER})?(?: [A-Z][\w-]+['’]s)?(?: (?:{_MANY}))?(?: (?P<noun>{_WORD}(?: {_WORD})?))?",
    re.IGNORECASE,
)
_PAST = re.compile(r"\w+(?:ed|ing)", re.IGNORECASE)
_MOST = re.compile(r"(?:most|(?:the|a) (?:majority|bulk)|more than half)\b", re.IGNORECASE)
_LEAST = re.compile(r"(?:(?:the|a) minority|(?:less|fewer) than half)\b", re.IGNORECASE)
_THEM: Final = frozenset("them whom these those which".split())
_ENTIRE = re.compile(
    r"\b(?:the|its|their|his|her|an?) (?:whole|entire|complete|full) (?P<noun>[a-z]+)|\bin (?:full|its entirety)\b",
    re.IGNORECASE,
)
_LACKING = re.compile(
    r"\b(?:part(?:s|ly|ial|ially)?|half|most of|some of|missing|lost|incomplete|except|apart from|all but|without"
    r"|excluding|third|quarter|fragments?|sections? of|stretch of|portion)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"(?<!\bthe )(?<!\bthese )(?<!\bthose )(?<!\ball )\b(?P<count>{_MANY})"
    r"(?! (?:percent|per cent|hundred|thousand|million|billion))"
    r" (?P<noun>(?:[a-z-]+ )?[a-z]+s|people|men|women|children)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of all or of a part: of whom (stems), what (stems), and in which words."""

    of: frozenset[str]
    what: frozenset[str]
    text: str
    count: float | None = None


def overstated(sentence: str, quotes: Sequence[str]) -> str | None:
    """All of what the quotes tell of a part, which is told the same thing; None where none is.

    >>> overstated("All the workers get new posts.", ["780 workers leave; a third of them will get new posts."])
    "'All the workers' is 'a third of them' in the quotes"
    >>> overstated("Both of her sons sing.", ["She has two sons, one of whom sings."])
    "'Both of her sons' is 'one of whom' in the quotes"
    >>> overstated("Both of her sons sang.", ["Both her sons sang, and one of whom danced."])
    """
    read = " ".join(quotes)
    told = [each for quote in quotes for each in _parts(quote)]
    wholes = [each for quote in quotes for each in _wholes(quote)]
    for ours in _wholes(sentence):
        if any(_same(ours, theirs) for theirs in wholes if ours.of & theirs.of or not ours.of or not theirs.of):
            continue
        for part in told:
            if (ours.of & part.of or not ours.of) and _same(ours, part):
                return f"{ours.text!r} is {part.text!r} in the quotes"
        if wrong := _of_fewer(ours, quotes, bool(wholes)):
            return f"{ours.text!r} is {wrong!r} in the quotes"
    for match in _ENTIRE.finditer(sentence):
        lacking = _LACKING.search(read)
        if lacking and not _ENTIRE.search(read) and not _LACKING.search(sentence):
            return f"{match[0]!r} is told with {lacking[0]!r} in the quotes"
    return None


def misweighed(sentence: str, quotes: Sequence[str]) -> str | None:
    """Most of what the quotes tell of less than half, or a minority of what they tell of more; None where none is.

    >>> misweighed("Most of the pupils passed.", ["A third of the pupils passed."])
    "'Most of the pupils' is 'A third of the pupils' in the quotes"
    >>> misweighed("Most of the pupils passed.", ["Nine of the 12 pupils passed."])
    """
    told = [each for quote in quotes for each in _parts(quote)]
    for ours in _parts(sentence):
        most, least = _MOST.match(ours.text), _LEAST.match(ours.text)
        if not most and not least:
            continue
        alike = [part for part in told if ours.of & part.of and _same(ours, part)]
        weights = [(weight, part) for part in alike for weight, _ in portions(part.text)]
        if weights and all(weight <= 0.5 if most else weight >= 0.5 for weight, _ in weights):
            return f"{ours.text!r} is {weights[0][1].text!r} in the quotes"
    return None


def _same(one: _Told, other: _Told) -> bool:
    """Whether the same thing is told: the first word is the same, or most of the others."""
    shared = one.what & other.what
    return bool(shared) and 2 * len(shared) >= min(len(one.what), len(other.what))


def _of_fewer(ours: _Told, quotes: Sequence[str], whole: bool) -> str | None:
    """So many of whom the quotes tell it, without "all": fewer than the sentence has, or where all do another thing."""
    for quote in quotes:
        for clause in _STOP.split(quote):
            for match in _COUNTED.finditer(clause):
                of, counted = _stems(match["noun"]), numbers(match["count"])
                if not ours.what & _stems(clause) - of or len(counted) != 1:
                    continue
                fewer = ours.count is not None and min(counted) < ours.count and of & ours.of
                if fewer or (ours.count is None and whole and match.start() <= 2):
                    return match[0]
    return None


def _wholes(text: str) -> Iterator[_Told]:
    for match in _ALL.finditer(text):
        if _ALMOST.search(text[: match.start()]):
            continue
        count = numbers(match["count"] or match["many"] or "")
        pair = 2.0 if match[0].casefold().startswith("both") else None
        noun, what = _noun(match["noun"] or match["plural"] or ""), _rest(text, match)
        yield _Told(_stems(noun), what, _shown(match, noun), min(count) if count else pair)


def _parts(text: str) -> Iterator[_Told]:
    for match in _SOME.finditer(text):
        noun = _noun(match["noun"] or "")
        # "a third of them": of whoever stands before that in the quote
        of = _stems(text[: match.start()]) if not noun or noun.casefold() in _THEM else _stems(noun)
        if re.search(r"\bin $", text[: match.start()]):  # "schools in three of the districts"
            of |= _stems(_MARK.split(text[: match.start()])[-1])
        yield _Told(of, _rest(text, match), _shown(match, noun))


def _noun(found: str) -> str:
    """One or two words without the second where that is a verb: "workers left". What follows a plural mostly is one."""
    if not found:
        return ""
    first, *second = found.split()
    pronoun = first.casefold() in _THEM
    verb = second and (_MANY_OF.fullmatch(first) or second[0] in PAST_FORMS or _PAST.fullmatch(second[0]))
    return first if pronoun or not second or verb else found


def _shown(match: re.Match[str], noun: str) -> str:
    found = match["noun"] if "noun" in match.re.groupindex else None
    return (match[0].removesuffix(found) + noun).strip() if found else match[0]


def _rest(text: str, match: re.Match[str]) -> frozenset[str]:
    """What is told of it: the words up to the end of the clause, and those before it where it ends one."""
    after = _MARK.split(_ASIDE.sub("", text[match.end() :]))[0]
    before = _MARK.split(text[: match.start()])[-1]
    verb = (match["noun"] or "").removeprefix(_noun(match["noun"] or ""))
    return _stems(f"{verb} {after}") or _stems(before) or _stems(text[: match.start()])


def _stems(text: str) -> frozenset[str]:
    return frozenset(base(word) for word in words(text) if word.casefold() not in STOP_WORDS and not numbers(word))
