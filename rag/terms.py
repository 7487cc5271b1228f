"""The words of a text that carry its meaning: terms, names, numbers and denials. Pure.

Everything compares what two texts say, so each function returns values that are equal when two
ways of writing are ("3,600" and "3600", "twelve" and "12", "killed" and "kills").
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import snowballstemmer

STOP_WORDS: Final = frozenset(
    (
        "a about all also am an and any are as at be been being between both but by can could did do does doing during "
        "each few for from further had has have having he her here hers him his how i if in into is it its just many "
        "me more most much my no nor not now of off on once only or other our out over own same she should so some "
        "such than that the their theirs them then there these they this those through to too under until up very was "
        "we were what when where which while who whom whose why will with would you your s t d ll m re ve"
    ).split()
)

Fact = float | str
"""What can be checked of a text: a number, or the stem of a word."""

FIRST_YEAR: Final = 1500
LAST_YEAR: Final = 2100
"""Between these, a number without a unit may be a year."""

MONTHS: Final = frozenset(
    "january february march april may june july august september october november december".split()
)
DAYS: Final = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
CALENDAR: Final = MONTHS | DAYS
MONTH_NAMES: Final = "|".join(month.capitalize() for month in sorted(MONTHS))
"""The months as texts write them, to stand in a pattern."""

_OPENERS: Final = frozenset(
    "across ago along alongside already although among amid around aside behind beside besides despite earlier either"
    " elsewhere even every everyone following given hundreds however instead last later like meanwhile minus nearly"
    " neither next nobody none nothing one only perhaps plus regarding several since still thanks though thousands"
    " today tomorrow tonight toward towards unlike unless upon via whereas whether within without yesterday yet".split()
)
"""What may open a sentence before a name and is none."""
_TITLE = re.compile(r"C[A-Z]O|[MV]Ps?|PM|TV|[AFUS]C|AG|[IVX]+")
"""Capitals that stand after a name, as "CEO" does in "Osk CEO Ada Lund"."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+|[;:,.]")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without|\w+n['’]t|denie[sd]|deny|denying|refuse[sd]?"
    r"|failed to|unable to)\b",
    re.IGNORECASE,
)
_COUNTING: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
} | {word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
ORDINALS: Final = tuple("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split())
_SMALL: Final = _COUNTING | {word: value for value, word in enumerate(ORDINALS, 1)}
_SCALES: Final = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 10**9,
    "trillion": 10**12,
}
CARDINAL: Final = "|".join([word for word in _COUNTING if word != "zero"])
"""A pattern for the words below a hundred that count."""
SCALE: Final = "|".join(_SCALES)
"""A pattern for "dozen" to "trillion"."""
_SCALED_RANGE = re.compile(
    rf"(?<![\d,.])(?!(?:1[5-9]|20)\d\d\b)(\d[\d,]*(?:\.\d+)?)(\s*(?:to|or|–|-)\s*)(?=\d[\d,]*(?:\.\d+)?\s+({SCALE})\b)",
    re.IGNORECASE,
)
_SHORT_SCALE = re.compile(
    r"(?P<figure>\d)\s?(?P<scale>bn|tn|mn)\b|(?P<sum>[$£€¥]\s?\d[\d,]*(?:\.\d+)?)\s?(?P<letter>[mk])\b", re.IGNORECASE
)
_SHORT_SCALES: Final = {"bn": "billion", "tn": "trillion", "mn": "million", "m": "million", "k": "thousand"}
_PARTS: Final = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_FRACTION = re.compile(
    rf"\b(an?|{CARDINAL})[\s-]({'|'.join(_PARTS)})s?\b(?= of\b|[.,;]|$| since| in| more| less| and)", re.IGNORECASE
)
_HALF_OF_SCALE = re.compile(
    rf"\b(?:(half|three[\s-]quarters|an?[\s-]quarter|one[\s-]quarter)[\s-](?:of[\s-])?(?:an?[\s-])|(half)[\s-])({SCALE})\b",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(
    rf"\b(\d+|{CARDINAL}|an?)[\s-](?:({SCALE})[\s-])?and[\s-]a[\s-](half|quarter)\b", re.IGNORECASE
)
_QUARTERS: Final = {"half": 0.5, "three": 0.75}
_A_SCALE = re.compile(rf"\ban?[\s-](?={SCALE}\b)", re.IGNORECASE)
_STEMMER = snowballstemmer.stemmer("english")


def words(text: str) -> list[str]:
    """The words of a text, as written, in order; a possessive ending is left off."""
    return [_POSSESSIVE.sub("", word) for word in _WORD.findall(text)]


def calendar(text: str) -> frozenset[str]:
    """The months and weekdays that a text names, in lower case.

    >>> sorted(calendar("They may march on Friday, 3 May."))
    ['friday', 'may']
    """
    return frozenset(word.casefold() for word in words(text) if word[:1].isupper()) & CALENDAR


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """What a word shares with its other forms (Porter2)."""
    return str(_STEMMER.stemWord(word.casefold()))


def stems(text: str) -> set[str]:
    """The stems of all words of a text, of those that say nothing too.

    >>> sorted(stems("The mill closed; mills close."))
    ['close', 'mill', 'the']
    """
    return set(map(stem, words(text)))


def terms(text: str) -> list[str]:
    """Stems of the words that say something, in order; of all words where none does."""
    found = words(text)
    telling = [word for word in found if word.casefold() not in STOP_WORDS]
    return [stem(word) for word in telling or found]


def worded(text: str) -> set[str]:
    """The terms of a text that are no numbers."""
    return {term for term in terms(text) if not term[0].isdigit()}


def term_weights(sought: Iterable[str], texts: Iterable[str]) -> dict[str, float]:
    """How much each sought term tells among these texts: its inverse document frequency, above 0.

    A term that no text has weighs the most, so that its absence counts (Robertson and Spärck Jones).
    """
    bags = [set(terms(text)) for text in texts]
    total = len(bags)
    weights = {}
    for term in sought:
        having = sum(term in bag for bag in bags)
        weights[term] = math.log(1 + (total - having + 0.5) / (having + 0.5))
    return weights


def coverage(weights: Mapping[str, float], found: Iterable[Fact]) -> float:
    """The share, in [0, 1], of the weight of terms that is among the found ones; 0 where nothing weighs."""
    total = sum(weights.values())
    present = set(found)
    return sum(weight for term, weight in weights.items() if term in present) / total if total else 0.0


def numbers(text: str) -> set[float]:
    """Every number a text states, in digits or in words: "3,600", "twelve", "3.6 to 4.3 million", "half a dozen".

    "one" and "second" are left out where they stand alone: they seldom state a number.
    """
    found: set[float] = set()
    run: list[str] = []
    text = _AND_A_HALF.sub(_with_half, in_full(text))
    text = _A_SCALE.sub("1 ", _HALF_OF_SCALE.sub(_of_scale, text))
    for token in [*_TOKEN.findall(_SCALED_RANGE.sub(r"\1 \3\2", text).replace("-", " ")), ""]:
        word = token.casefold()
        if run and not _continues(run[-1], word):
            found |= _value(run)
            run = []
        if run or word[:1].isdecimal() or word in _SMALL:
            run.append(word)
    return found


def may_be_year(value: float) -> bool:
    """Whether a number may be that of a year.

    >>> may_be_year(1987), may_be_year(1987.5), may_be_year(140)
    (True, False, False)
    """
    return FIRST_YEAR <= value <= LAST_YEAR and value == int(value)


def in_full(text: str) -> str:
    """A text with the scales of its sums as words.

    >>> in_full("It cost $4.5bn or €3m.")
    'It cost $4.5 billion or €3 million.'
    """
    return _SHORT_SCALE.sub(_in_full, text)


def _with_half(match: re.Match[str]) -> str:
    """ "Two and a half million" and "two million and a half" are 2.5, before what is counted."""
    whole = 1 if match[1].casefold() in ("a", "an") else _COUNTING.get(match[1].casefold()) or int(match[1])
    return f"{whole + (0.5 if match[3].casefold() == 'half' else 0.25)} {match[2] or ''}".rstrip()


def _of_scale(match: re.Match[str]) -> str:
    part = re.split(r"[\s-]", (match[1] or match[2]).casefold())
    return f"{_QUARTERS.get(part[0], 0.25)} {match[3]}"


def _in_full(match: re.Match[str]) -> str:
    """A sum with its scale as a word: "$4.5bn" is "$4.5 billion"."""
    scale = _SHORT_SCALES[(match["scale"] or match["letter"]).casefold()]
    return f"{match['figure'] or match['sum']} {scale}"


def _continues(before: str, word: str) -> bool:
    """Whether `word` goes on with the number whose last word is `before`."""
    if word in _SCALES:
        return before != "and"
    if word == "and":
        return before in _SCALES
    if word not in _SMALL:
        return False
    return before in _SCALES or before == "and" or (_SMALL.get(before, 0) >= 20 and _SMALL[word] < 10)


def _value(run: list[str]) -> set[float]:
    """What the words of one number come to: "two hundred and five" is 205."""
    while run and run[-1] == "and":
        run = run[:-1]
    if not run or run in (["one"], ["second"]):
        return set()
    total = part = 0.0
    for word in run:
        if word in _SCALES:
            part = (part or 1.0) * _SCALES[word]
            if _SCALES[word] > 100:
                total, part = total + part, 0.0
        elif word != "and":
            part += float(word.replace(",", "")) if word[0].isdecimal() else _SMALL[word]
    return {total + part}


def shares(text: str) -> set[float]:
    """The percentages that a text states as fractions, and rounded: "a fifth" is 20, "two thirds" 66, 66.7 and 67."""
    found: set[float] = set()
    for match in _FRACTION.finditer(text):
        percent = 100 * _SMALL.get(match[1].casefold(), 1) / _PARTS[match[2].casefold()]
        found |= {round(percent, 1), float(math.floor(percent)), float(round(percent))}
    return found


def names(text: str) -> list[str]:
    """Words written with a capital although no sentence begins with them, casefolded, in order.

    The first word counts too where it is not a common word with a lower-case form in the text.
    """
    found = []
    for match in _WORD.finditer(text):
        word = _POSSESSIVE.sub("", match.group())
        if not word[:1].isupper() or word.casefold() in STOP_WORDS:
            continue
        opening = not text[: match.start()].strip(" “\"'‘([") or text[: match.start()].rstrip()[-1:] in ".!?:"
        if not opening or _looks_like_a_name(word, text, match.end()):
            found.append(word.casefold())
    return found


def denials(text: str) -> list[str]:
    """The words of a text that turn its meaning round, casefolded, in order."""
    return [match.group().casefold() for match in _NEGATION.finditer(text)]


def _looks_like_a_name(word: str, text: str, end: int) -> bool:
    """An opening word that is all capitals, or is followed by another capitalised word.

    What counts or joins is none, nor is what stands before initials: "Fresh DNA tests".
    """
    if len(word) > 1 and word.isupper():
        return True
    following = _WORD.match(text, end + 1)
    if not following or word.casefold() in _OPENERS or word.casefold() in _COUNTING:
        return False
    after = following.group()
    return after[:1].isupper() and (not after.isupper() or len(after) == 1 or _TITLE.fullmatch(after) is not None)
