"""What a question asks for by a word that its quotes do not have, though they have another in its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.checks.text.slots import NAME
from rag.checks.text.spelling import abbreviated
from rag.checks.text.verbs import SAYING
from rag.kind import Kind, kind_of
from rag.terms import CALENDAR, ORDINALS, STOP_WORDS, names, numbers, stem, words

_ORDINAL = re.compile(rf"(?<!\d )\b({'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))[\s-]+([a-z]+)", re.IGNORECASE)
_QUOTATION = re.compile(r"[“\"]([^”“\"]+)[”\"]")
LEAST_QUOTED: Final = 3
BESIDE: Final = 40
"""Characters before or after words in quotation marks in which it is told that they were said."""
_LEFT_OUT = re.compile(r"\.\.\.|…|\[[^\]]*\]")
_WHICH = re.compile(r"\b(?:which|what) (?!kind|sort|type|form)([a-z]+)\b", re.IGNORECASE)
_IN_PLACE = re.compile(rf"\b(?:[Ii]n|[Aa]t|[Nn]ear) (?:the )?({NAME})")
_NO_LONGER = re.compile(r"\bno longer\b|\bnot? (?:\w+ )?any ?(?:more|longer)\b", re.IGNORECASE)


def other_ordinal(question: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """The first, second, ... of something that a question means, and the one that the quotes tell of instead.

    >>> other_ordinal("By how much did it pass its second reading?", ["It passed its first reading by 96 votes."])
    ('second reading', 'first reading')
    >>> other_ordinal("Who won the second round?", ["Osk won the first round and Lund the second round."])
    """
    told = [pair for quote in quotes for pair in _counted(quote)]
    named = {_in_words(word) for quote in quotes for word in words(quote)}
    for place, thing in _counted(question):
        others = [other for other, same in told if same == thing]
        if others and place not in named:
            return f"{place} {thing}", f"{others[0]} {thing}"
    return None


def elsewhere(sentence: str, quotes: Sequence[str], headed: str) -> tuple[str, str] | None:
    """A place in which a sentence says it was, which neither quotes nor headline name, and the one they have instead.

    >>> elsewhere("It was 39 degrees in Lund.", ["In Osk it was 39 degrees."], "Heat in the south")
    ('Lund', 'Osk')
    >>> elsewhere("It was 39 degrees in the United States.", ["In the US it was 39 degrees."], "")
    """
    known, said = words(" ".join([*quotes, headed])), _named(sentence)
    theirs = [place for quote in quotes for place in _places(quote) if not _named(place) & said]
    for place in _places(sentence):
        if theirs and not _named(place) & _named(" ".join(known)) and not abbreviated(place.split(), known):
            return place, theirs[0]
    return None


def misquoted(sentence: str, quotes: Sequence[str]) -> str | None:
    """Words that a sentence puts into somebody's mouth, in quotation marks, and that no quote has.

    >>> misquoted('Osk said "We will never sell it."', ["Osk said that it had been sold."])
    'We will never sell it.'
    >>> misquoted('Osk wrote "The Old Man and the Sea".', ["Osk wrote novels."])
    """
    read = [_run(quote) for quote in quotes]
    for match in _QUOTATION.finditer(sentence):
        said = words(match[1])
        title = sum(word[:1].isupper() for word in said) * 2 > len(said)
        beside = sentence[max(0, match.start() - BESIDE) : match.start()], sentence[match.end() :][:BESIDE]
        spoken = any(stem(word) in SAYING for word in words(" ".join(beside)))
        if len(said) < LEAST_QUOTED or title or not spoken:
            continue
        if not all(any(_run(part) in run for run in read) for part in _LEFT_OUT.split(match[1]) if words(part)):
            return match[1]
    return None


def unnamed(question: str, sentence: str) -> str | None:
    """What a question asks to be told which it is, where a sentence only calls one of them or denies one; else None.

    >>> unnamed("Which expert restores the file?", "An expert restores the file.")
    'expert'
    >>> unnamed("Which expert restores the file?", "An expert from Lund restores the file.")
    >>> unnamed("Who is the coach now?", "Ada Osk is no longer coach.")
    'who'
    """
    if kind_of(question) is Kind.NAME and _NO_LONGER.search(sentence) and not _NO_LONGER.search(question):
        return "who"
    if set(names(sentence)) - set(names(question)) - CALENDAR or numbers(sentence) - numbers(question):
        return None
    called = {stem(word) for word in re.findall(r"\b(?:an?|some|another) ([a-z]+)\b", sentence, re.IGNORECASE)}
    return next((match[1] for match in _WHICH.finditer(question) if stem(match[1]) in called), None)


def _counted(text: str) -> list[tuple[str, str]]:
    """The ordinals of a text, in words, with what they count: ("second", "reading")."""
    found = []
    for match in _ORDINAL.finditer(text):
        if match[2].casefold() not in STOP_WORDS:
            found.append((_in_words(match[1]), match[2].casefold()))
    return found


def _places(text: str) -> list[str]:
    """The names that follow "in", "at" or "near"."""
    return [match[1] for match in _IN_PLACE.finditer(text) if not _named(match[1]) & CALENDAR]


def _named(text: str) -> set[str]:
    return {word.casefold() for word in words(text)}


def _in_words(ordinal: str) -> str:
    """ "2nd" as "second"; any other word as it is, casefolded."""
    place = int(ordinal[:-2]) if ordinal[:-2].isdecimal() else 0
    return ORDINALS[place - 1] if 0 < place <= len(ORDINALS) else ordinal.casefold()


def _run(text: str) -> str:
    """The words of a text in a row, so that a run of them can be looked for."""
    said = words(text.casefold().replace("’", "'"))
    return f" {' '.join(said)} "
