"""A figure's history: what was told of it before, and what later. Pure.

"How did the death toll change?" is answered best by asking each report, from the first to the last, what the toll
was. So the question is put for the figure alone, each article is read by itself, and what they say is told in the
order of the days.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from rag.kind import Kind, kind_of
from rag.reading import Reading
from rag.rivals import REPLACED, UPDATE, V, Version, facts
from rag.terms import MONTH_NAMES, Fact

MOST_READ: Final = 4
"""Articles read for a history: the first, the last, and what lies between them."""
PASSAGES: Final = 10
"""What is searched for them."""
NEARNESS: Final = 0.65
"""How near (by cosine) an article's best sentence with a figure must be to the question, beside the best of all. By
meaning alone: what was a "death toll" in one headline are "seven dead" in another."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)

_COUNT = r"(?:tolls?|numbers?|tall(?:y|ies)|counts?|totals?)"
_GUESS = r"(?:figures?|estimates?)"
_NUMBER = rf"(?:{_COUNT}|{_GUESS}|costs?|prices?|sums?|amounts?|damage|forecasts?|shares?|percentages?)"
_FIGURE = rf"(?:{_NUMBER}|names?|dates?|deadlines?)"
_REPORTED = (
    r"(?:reported|said|told|given|announced|estimated|stated|named|counted|put|published|thought|believed|feared"
    r"|listed|presumed|assumed)"
)
_CHANGED = (
    r"(?:change[ds]?|develop(?:ed|s)?|evolve[ds]?|revised|corrected|updated|adjusted|risen?|rose|grow[ns]?|grew"
    r"|fall(?:en)?|fell|climb(?:ed)?|increased?|decreased?|drop(?:ped)?)\b"
    r"(?: over (?:time|the (?:days|weeks|months|years))| since then| from day to day| so far)?"
)
_BEFORE = r"(?:initial|original|earlier|earliest|previous|preliminary)"
_HOW = r"^\W*(?:(?:please|can|could|you|tell|show|me|us|say|explain|describe) )*how"
_WHAT = rf"(?P<what>(?:the|its?) [^,;?]*?\b{_FIGURE}\b[^,;?]*?)"
_PASSIVE = r"^(?=.*\b(?:was|were|been)\b)"
_RULES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), rewritten)
    for pattern, rewritten in (
        (rf"{_HOW} (?:have|were) {_WHAT} (?:been )?{_CHANGED}", r"What were \g<what>"),
        (
            rf"{_HOW} (?:(?:did|do|does|has|had|was) )?{_WHAT} (?:ha[sd] |have )?(?:been )?{_CHANGED}",
            r"What was \g<what>",
        ),
        (
            rf"^\W*what (?:was|were|had been) (?:at first|initially|originally|first) {_REPORTED} "
            rf"(?:about|of|on|as|for) (?=(?:the )?(?:\w+ )?{_FIGURE}\b)",
            "What was ",
        ),
        (rf"{_PASSIVE}(?P<asked>.*?) first(?= {_REPORTED}\b)", r"\g<asked>"),
        (rf"{_PASSIVE}(?=.*\b{_REPORTED}\b)(?P<asked>.*?)(?:^|\s)(?:initially|originally)\b,?", r"\g<asked>"),
        (rf"{_PASSIVE}(?=.*\b(?:{_REPORTED}|{_FIGURE})\b)(?P<asked>.*?)(?:^|\s)at first\b,?", r"\g<asked>"),
        (r",? before (?:it|they|this|that|the \w+) (?:was|were|got|had been) (?:corrected|revised|updated)\b", ""),
        (r",? before the (?:correction|revision|update)\b", ""),
        (rf"\b(?:first|{_BEFORE}) (?=(?:{_GUESS}|death toll)\b)", ""),
        (rf"\b{_BEFORE} (?=(?:death )?{_COUNT}\b)", ""),
        (r"\b(?:earlier|first|previous) (?=reports (?:said|say|put|gave|give|of)\b)", ""),
    )
)
_COUNTED = re.compile(rf"\b{_NUMBER}\b", re.IGNORECASE)
_AND_LATER = re.compile(
    r",? and (?:(?:how (?:many|much)|what(?: was (?:it|reported))?) )?(?:later|now|afterwards|in the end|finally|then)"
    r"(?: on)?(?=\W*$)",
    re.IGNORECASE,
)
_SOMETHING_ELSE = re.compile(
    r"^\W*(?:when|where)\b|\bbetween\b|\b(?:and|or) (?:why|who|when|where|what|how|by)\b", re.IGNORECASE
)
_MOVED = re.compile(
    r"\bfrom\b[^.;]*\bto\b|\b(?:lowered|raised|rose|risen|fell|fallen|climbed|grew|grown|increased|reduced|revised)\b",
    re.IGNORECASE,
)
"""How a sentence that repeats an earlier figure says that it has another one now; `REPLACED` has what else."""
_DAY = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTH_NAMES})\b(?: \d{{4}}\b)?"
    rf"|\b(?:{MONTH_NAMES}) \d{{1,2}}\b(?:,? \d{{4}}\b)?|\b(?:{MONTH_NAMES}|in) (?:19|20)\d\d\b"
)


def figure(question: str) -> str | None:
    """The question for the thing itself, where its history is asked for; None where it is not.

    >>> figure("How did the death toll of the Halcyon change?")
    'What was the death toll of the Halcyon?'
    >>> figure("How many were reported missing at first, and later?")
    'How many were reported missing?'
    >>> figure("How did the harbour change?"), figure("Who first reported the find?")
    (None, None)
    """
    alone = _AND_LATER.sub("", question.strip())
    if _SOMETHING_ELSE.search(alone):
        return None
    for pattern, rewritten in _RULES:
        if pattern.search(alone):
            asked = " ".join(pattern.sub(rewritten, alone, count=1).split()).rstrip(" .?!")
            return f"{asked[:1].upper()}{asked[1:]}?"
    return None


def reports(question: str, reading: Reading) -> list[Reading]:
    """What to read of each article that may answer, by itself: the first and the last one, then the nearest between.

    At most four, and none unless two of them were published on different days and bring different figures. An
    article may answer that has a sentence with a fact of the kind asked for nearly as near to the question as any has.
    """
    found = [(one, brought) for one in reading.candidates if (brought := figures(question, one.told))]
    best = max((candidate.similarity for candidate, _ in found), default=0.0)
    said: dict[str, frozenset[Fact]] = {}
    near: dict[str, float] = {}
    when: dict[str, datetime] = {}
    for candidate, brought in found:
        document = candidate.hit.document
        said[document.id] = said.get(document.id, frozenset()) | brought
        if document.published_at and candidate.similarity >= NEARNESS * best:
            near[document.id] = max(near.get(document.id, 0.0), candidate.similarity)
            when[document.id] = document.published_at
    ordered = sorted(when, key=lambda key: when[key])
    if len({said[key] for key in ordered}) < 2 or when[ordered[-1]] - when[ordered[0]] < UPDATE:
        return []
    ends = [ordered[0], ordered[-1]]
    known = said[ends[0]] | said[ends[1]]
    between = sorted(ordered[1:-1], key=lambda key: (said[key] <= known, -near[key]))
    return [_of(reading, key) for key in [*ends, *between][:MOST_READ]]


def versions(question: str, told: Sequence[V]) -> list[V]:
    """What was told, each time it was something else, in the order of the days; nothing where it never changed.

    A report is left out where it says what the one before it said, or another one of its own day.
    """
    kept: list[V] = []
    for version in sorted(told, key=_day):
        beside = [other for other in kept if _day(version) - _day(other) < UPDATE]
        if not any(_same(question, other, version) for other in [*beside, *kept[-1:]]):
            kept.append(version)
    return kept if len(kept) > 1 else []


def figures(question: str, text: str) -> frozenset[Fact]:
    """What a text brings of the kind asked for; numbers only, where that is something that is counted.

    >>> sorted(figures("What was the toll?", "On 3 May Ilse Brandt spoke of nine dead."))
    [9.0]
    >>> figures("What was the toll?", "Ilse Brandt spoke."), figures("What was its name?", "It is the Tern.")
    (frozenset(), frozenset({'tern'}))
    """
    brought = facts(question, text if kind_of(question) is Kind.TIME else _DAY.sub(" ", text))
    return frozenset(fact for fact in brought if isinstance(fact, float)) if _COUNTED.search(question) else brought


def _same(question: str, earlier: Version, later: Version) -> bool:
    """Whether of two answers one has all figures of the other; but not where the later one tells them as replaced."""
    ours, theirs = figures(question, earlier.text), figures(question, later.text)
    if ours < theirs:
        return not (REPLACED.search(later.text) or _MOVED.search(later.text))
    return theirs <= ours


def _day(version: Version) -> datetime:
    return version.document.published_at or _NEVER


def _of(reading: Reading, document_id: str) -> Reading:
    return reading.only(lambda candidate: candidate.hit.document.id == document_id)
