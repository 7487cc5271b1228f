"""Whom "he", "she" and "the 34-year-old" of a quote mean: who the sentence before it begins with. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.checks.text.anchors import tokens
from rag.checks.text.sentences import sentences
from rag.checks.text.slots import NAME
from rag.checks.text.verbs import verbal
from rag.terms import CALENDAR, STOP_WORDS, names, stem, words

_SHE = re.compile(r"\b(?:[Hh]e|[Ss]he)\b|\b[Tt]he \d+-year-old\b")
_OPENS = re.compile(
    r"(?:(?:In|On|At|After|Before|Since|Last|Then|But|And) (?:[^\s,]+ ){0,3}(?:[^\s,]+,? )?)?|[“\"].*[”\"],? ",
    re.DOTALL,
)
"""What may stand before a pronoun that means somebody whom the sentence before names."""
_THEIRS: Final = frozenset("he she him her his hers".split())
_NAMED = re.compile(rf"\b{NAME}")
_GOVERNED = re.compile(r"\b(?:of|from|in|at|on|for|with|by|near|to|under|after|before)\b")


def named_in_full(quotes: Sequence[str], context: str) -> list[str]:
    """Quotes with the name of whom their "he" means, where the sentence before them in the context begins with one.

    >>> named_in_full(["He won by 48 seconds."], "Ada's rider Luc Osk rode ahead of Jan Lund. He won by 48 seconds.")
    ['Luc Osk won by 48 seconds.']
    """
    return [_with_name(quote, context) for quote in quotes]


def antecedents(quotes: Sequence[str], context: str) -> str:
    """The names that pronouns of the quotes may mean, as one text."""
    meant = [quote for quote in quotes if _THEIRS & {word.casefold() for word in words(quote)}]
    return " ".join(filter(None, (before(quote, context) for quote in meant)))


def _with_name(quote: str, context: str) -> str:
    match = _SHE.search(quote)
    if match is None or not _OPENS.fullmatch(quote[: match.start()]) or not (name := before(quote, context)):
        return quote
    named = f"{match[0]} {name}" if match[0].endswith("old") else name
    return quote[: match.start()] + named + quote[match.end() :]


def before(quote: str, context: str) -> str:
    """Who the nearest sentence before a quote that begins with a name, and all between with a pronoun, begins with."""
    place = context.find(quote)
    for sentence in reversed(sentences(context[: max(place, 0)].strip(), spoken=True)):
        if name := subject(sentence, context):
            return name
        if not _SHE.match(sentence.lstrip("“\"'")):
            break
    return ""


def subject(sentence: str, context: str = "") -> str:
    """The name that a sentence begins with, "" where it tells of something else first.

    >>> subject("The governor, Anton Osk, blamed Varn."), subject("A mayor of Varn blamed Anton Osk.")
    ('Anton Osk', '')
    """
    known = {stem(name) for name in (*names(sentence), *names(context))} - CALENDAR
    for match in _NAMED.finditer(sentence):
        written = match[0].split()
        if written[0].casefold() in STOP_WORDS:
            written = written[1:]
        before = sentence[: match.start()]
        if _GOVERNED.search(before) or any(verbal(sentence, each) for each in tokens(before)):
            return ""
        if {stem(word) for word in written} & known:
            return " ".join(written)
    return ""
