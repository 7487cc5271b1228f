"""What kind of thing a question asks for, and whether a text brings one. Pure.

An answer to "how many" without a number is a statement about something else, however well its quotes support
it. One to "who" without a name need not be: it may have been "a roofer".
"""

from __future__ import annotations

import re
from enum import StrEnum

from rag.terms import CALENDAR, CARDINAL, STOP_WORDS, numbers, words

_THING = r"(?:what|which)(?: (?:is|was|are|were) the)?(?: \w+)?? "
_COUNTED = "many|much|old|long|far|tall|big|large|high|hot|cold|often|fast|deep|heavy|wide|late|early"
_MEASURED = "number|percentage|per cent|percent|share|price|sum|amount|age|turnout"
_NAMED = (
    "person|man|woman|city|town|country|province|state|company|firm|paper|newspaper|outlet|player|striker|minister"
    "|party|team|club|building|street"
)


class Kind(StrEnum):
    """`OTHER` is whatever cannot be told from its words."""

    TIME = "time"
    NUMBER = "number"
    NAME = "name"
    OTHER = "other"


_ASKS = (
    (Kind.TIME, re.compile(rf"when\b|{_THING}(?:year|date|day|month|time|century|weekday)\b", re.IGNORECASE)),
    (Kind.NUMBER, re.compile(rf"how (?:{_COUNTED})\b|number of\b|{_THING}(?:{_MEASURED})\b", re.IGNORECASE)),
    (Kind.NAME, re.compile(rf"(?:who|whom|whose|where)\b|{_THING}(?:{_NAMED})\b", re.IGNORECASE)),
)
_SEASON = re.compile(
    r"\b(?:spring|summer|autumn|winter|morning|noon|evening|night|today|yesterday|ago|week|month|year|decade|century)\b",
    re.IGNORECASE,
)
_NAME_OF = re.compile(r"\bwhat(?:['’]s| (?:is|was|are|were)) the names? of\b", re.IGNORECASE)
_WHETHER = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b", re.IGNORECASE
)
CHOICE = re.compile(r"\bor\b(?! (?:more|less|fewer|so|later|earlier|not)\b)", re.IGNORECASE)
"""What stands between two to choose from, and not in "3 or more"."""
_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
_GRADED = (
    "(?:old|young|big|larg|great|small|high|low|long|short|tall|deep|wid|fast|slow|quick|soon|lat|earl|cheap|dear|heav"
    "|light|strong|weak|near|clos|hot|warm|cold|wet|dr|rich|poor|bus|saf|hard|new|costl|dead)[igt]?e"
)
_MORE = re.compile(rf"\b(?:more|less|fewer|better|worse|{_GRADED}r)\b", re.IGNORECASE)
_MOST = re.compile(rf"\b(?:most|least|fewest|best|worst|first|last|ahead|{_GRADED}st)\b", re.IGNORECASE)
_BROAD = re.compile(
    rf"^\s*(?:why|how(?! (?:{_COUNTED})\b)|explain|describe|list|summari[sz]e|tell)\b"
    r"|\bwhat (?:happened|led to|are the (?:reasons|causes|differences|effects))\b",
    re.IGNORECASE,
)
_ASKING = re.compile(r"\b(?:who|whom|whose|where|when|how|what|which|why)\b|^\W*number of\b", re.IGNORECASE)
_COUNT_WORDS = re.compile(
    r"\b(?:no|none|nobody|one|single|half|twice|several|few|dozens?|hundreds|thousands|both|all|life|indefinitely)\b",
    re.IGNORECASE,
)


def is_open(question: str) -> bool:
    """Whether it asks for more than yes or no.

    >>> is_open("Which bridge fell?"), is_open("Did the bridge fall?")
    (True, False)
    """
    return _ASKING.search(question) is not None


def is_closed(question: str) -> bool:
    """Whether it wants a yes or a no.

    >>> is_closed("Has the bridge fallen?"), is_closed("did it fall or was it torn down"), is_closed("Who fell?")
    (True, False, False)
    """
    return _WHETHER.match(question) is not None and not CHOICE.search(question)


def compares(question: str) -> bool:
    """Whether it asks which of two has more of something, or whether the one has more than the other.

    >>> compares("Which is older, the mill or the bridge?"), compares("Is the mill older than the bridge?")
    (True, True)
    >>> compares("Did the mill or the bridge burn first?"), compares("Was it the mill or the bridge?")
    (True, False)
    >>> compares("What are numbers called that are greater than 3 or more others?")
    False
    """
    if CHOICE.search(question):
        return tells_more(question) or bool(_WHETHER.match(question) and _MOST.search(question))
    return bool(is_closed(question) and _THAN.search(question)) and tells_more(question)


def tells_more(text: str) -> bool:
    """Whether a text compares two: "older", "more".

    >>> tells_more("The mill is older."), tells_more("The mill is 90 years old.")
    (True, False)
    """
    return _MORE.search(text) is not None


def is_broad(question: str) -> bool:
    """Whether it asks for more than one fact: for reasons, a course of events, a list.

    >>> is_broad("How did the bridge fall?"), is_broad("How late was the ferry?")
    (True, False)
    """
    return _BROAD.search(question) is not None


def kind_of(question: str) -> Kind:
    """What the first question word asks for; one further on seldom asks ("what happened when").

    >>> kind_of("When did the ferry sink?"), kind_of("How many were saved?"), kind_of("Why did it sink?")
    (<Kind.TIME: 'time'>, <Kind.NUMBER: 'number'>, <Kind.OTHER: 'other'>)
    """
    asking = _ASKING.search(question)
    if asking is None or _WHETHER.match(question):
        return Kind.OTHER
    rest = question[asking.start() :].lstrip()
    return next((kind for kind, pattern in _ASKS if pattern.match(rest)), Kind.OTHER)


def lacks(question: str, text: str) -> Kind | None:
    """The number, the time or the name that a question asks for and a text does not bring; None if nothing lacks.

    A name is missed only where the question says that it wants one.

    >>> lacks("How heavy were the anchors?", "The anchors were heavy.")
    <Kind.NUMBER: 'number'>
    >>> lacks("How heavy were the anchors?", "They weighed two tonnes."), lacks("Why did it sink?", "It sank.")
    (None, None)
    """
    if _NAME_OF.search(question):
        given = {word.casefold() for word in words(question)} | STOP_WORDS | set(CARDINAL.split("|"))
        named = {word.casefold() for word in words(text) if word[0].isupper()}
        return None if named - given - CALENDAR else Kind.NAME
    kind = kind_of(question)
    if kind not in (Kind.NUMBER, Kind.TIME) or numbers(text) - numbers(question):
        return None
    if kind is Kind.TIME:
        known = {word.casefold() for word in words(text)} & CALENDAR or _SEASON.search(text)
    else:
        known = _COUNT_WORDS.search(text)
    return None if known else kind
