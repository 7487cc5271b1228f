"""Other sources that may answer otherwise, and which of several answers stands. Pure.

What makes two answers different is the kind of thing that was asked for: the numbers of a "how many", the
names of a "who". A later report of a figure replaces an earlier one; reports of one day, or undated ones,
stand side by side as a conflict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from rag.evidence import Candidate
from rag.kind import Kind, kind_of
from rag.reading import Reading
from rag.sources import source_of
from rag.terms import CALENDAR, CARDINAL, Fact, calendar, names, numbers, stem, stems, terms
from rag.types import Document

MOST_RIVALS = 2
LEAST_ASKED = 0.5
ASKED_RATIO, UNDATED_RATIO = 0.8, 0.65
"""How much of the question the sentence of another source has, beside what the quotes have of it. Less will do where
neither has a date; news beside an undated text mostly tells of something else."""
LEAST_RESTATED = 0.5
"""How much of the question another source's answer has to tell of, beside what the first answer does."""
UPDATE = timedelta(hours=20)
_SUM = rf"(?:[$£€¥]\s?)?(?:\d[\d.,]*|(?:{CARDINAL})\b)"
REPLACED = re.compile(
    rf"\bfrom {_SUM}(?: [^\W\d]+){{0,3}} to {_SUM}"
    r"|\b(?:up|down|raised|lowered|revised|corrected|increased|reduced|cut|changed) from\b"
    r"|\b(?:instead of|rather than|not|no longer|so far)\b"
    r"|\b(?:earlier|previous(?:ly)?|initial(?:ly)?|original(?:ly)?|first|preliminary|provisional(?:ly)?)\b"
    r"|\bhad (?:been |first )*(?:put|given|named|said|reported|stated|announced|counted|estimated|planned|expected)\b",
    re.IGNORECASE,
)


class Version(Protocol):
    """An answer as one source gives it."""

    @property
    def text(self) -> str: ...
    @property
    def document(self) -> Document: ...


V = TypeVar("V", bound=Version)


@dataclass(frozen=True, slots=True)
class _Told:
    text: str
    document: Document


def facts(question: str, text: str) -> frozenset[Fact]:
    """What a text brings of the kind that the question asks for and did not give itself."""
    kind = kind_of(question)
    found: set[Fact] = set()
    if kind is not Kind.NAME:
        found |= numbers(text) - numbers(question)
    if kind is Kind.TIME:
        found |= calendar(text)
    if kind in (Kind.NAME, Kind.OTHER):
        given = stems(question)
        found |= {stem(name) for name in names(text) if name not in CALENDAR} - given
    return frozenset(found)


def differ(question: str, one: str, other: str) -> bool:
    """Whether two answers bring facts of which neither has all of the other's."""
    ours, theirs = facts(question, one), facts(question, other)
    return bool(ours and theirs) and not ours <= theirs and not theirs <= ours


def rivals(question: str, answer: str, quotes: Sequence[Candidate], reading: Reading) -> list[Reading]:
    """What there is to read of each other source that may answer otherwise, the most promising first; at most two.

    Such a source has a sentence with nearly as many of the question's words as the quotes have, brings facts of
    the kind asked for, and has those of the answer nowhere, or, in a later article, beside what took their place.
    """
    brought, sought = facts(question, answer), frozenset(terms(question))
    if not brought:
        return []
    own, told = {source_of(quote.hit) for quote in quotes}, _Told(answer, quotes[0].hit.document)
    most = max(_asked(sought, quote) for quote in quotes)
    promise: dict[str, tuple[float, float]] = {}
    for source in dict.fromkeys(source_of(candidate.hit) for candidate in reading.candidates):
        if source in own:
            continue
        theirs = _from(reading, source).candidates
        nearest = max((_asked(sought, candidate), candidate.similarity) for candidate in theirs)
        said = facts(question, " ".join(candidate.told for candidate in theirs))
        dated = told.document.published_at or theirs[0].hit.document.published_at
        least = max(LEAST_ASKED, (ASKED_RATIO if dated else UNDATED_RATIO) * most)
        if nearest[0] >= least - 1e-9 and said and (not brought <= said or _revised(question, told, theirs)):
            promise[source] = nearest
    best = sorted(promise, key=lambda source: promise[source], reverse=True)[:MOST_RIVALS]
    return [_from(reading, source) for source in best]


def to_the_point(question: str, version: Version, first: Version) -> bool:
    """Whether another source's answer speaks of what was asked at least half as much as the first one does.

    The model is never told that it may have nothing to say: from an article that does not answer, it tells something
    else, and what is later would then take the place of what is right.
    """
    sought = frozenset(terms(question))
    return _restated(sought, version) >= LEAST_RESTATED * _restated(sought, first)


def standing(question: str, versions: Sequence[V]) -> list[V]:
    """The answers that stand: of those that differ, only the latest where one is later by most of a day, else all.

    The first is the one that was found first; answers that say the same as one before them are left out, and so are
    those that a later one tells as what had been said before.
    """
    different: list[V] = []
    for version in versions:
        if any(_revises(question, later, version) for later in versions):
            continue
        if all(differ(question, version.text, other.text) for other in different):
            different.append(version)
    dates = [date for version in different if (date := version.document.published_at)]
    if not dates or len(dates) < len(different):
        return different
    return [version for version, date in zip(different, dates, strict=True) if max(dates) - date < UPDATE]


def _revised(question: str, answer: Version, theirs: Sequence[Candidate]) -> bool:
    """Whether one of these sentences takes an answer back."""
    return any(_revises(question, _Told(one.told, one.hit.document), answer) for one in theirs)


def _revises(question: str, later: Version, earlier: Version) -> bool:
    """Whether a later text tells an answer as what had been said before: "212,000, up from the 180,000 named first"."""
    dates = later.document.published_at, earlier.document.published_at
    if dates[0] is None or dates[1] is None or dates[0] <= dates[1] or not REPLACED.search(later.text):
        return False
    return facts(question, earlier.text) < facts(question, later.text)


def _asked(sought: frozenset[str], candidate: Candidate) -> float:
    """The share of the question's terms in a sentence and its headline. Plain: what all hits share counts too."""
    return _share(sought, f"{candidate.hit.document.title} {candidate.told}")


def _restated(sought: frozenset[str], version: Version) -> float:
    """The share of the question's terms in an answer itself: an article has its headline for every sentence of it."""
    return _share(sought, version.text)


def _share(sought: frozenset[str], text: str) -> float:
    return len(sought & set(terms(text))) / len(sought) if sought else 0.0


def _from(reading: Reading, source: str) -> Reading:
    return reading.only(lambda candidate: source_of(candidate.hit) == source)
