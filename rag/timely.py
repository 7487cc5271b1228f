"""Which passages are of the time that a question asks about. Pure.

"What did the council decide last week?" wants this year's decision, which neither meaning nor words can tell from
that of any other year. What is of the time asked about gains in the ranking and nothing else loses: a time
that was resolved wrongly must not hide the answer. What narrows are the filters of a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from rag.types import Document, Passage, Question
from rag.when import Span, moments

PRINTED: Final = 0.7
"""What a passage gains, on the scale of `min_max_sum` ([0, 2]), if its article is from the time asked about."""
NAMED: Final = 0.2
"""What it gains if its text names a day of that time."""
DAYS_AFTER: Final = 3
"""News is printed on its day or soon after: so long, gaining less each day."""
WEEK: Final = 7
MONTH: Final = 31
MOST_TIMES: Final = 4
"""Each is looked for by itself, so that a question which lists a hundred days must not cost a hundred searches."""
READ: Final = 50
OF_A_MONTH: Final = 0.5
"""A month tells less than a day or a week; a year, which all of a collection may be from, tells nothing."""


def asked_about(question: Question) -> list[Span]:
    """The first few days, weeks and months that a question names, resolved from its `as_of`, each once, in order.

    >>> from datetime import UTC, datetime
    >>> [str(span.first) for span in asked_about(Question("What burned on Monday?", datetime(2026, 4, 17, tzinfo=UTC)))]
    ['2026-04-13']
    >>> asked_about(Question("How long was the strike of 2026?"))
    []
    """
    found = (moment.span for moment in moments(question.text, question.as_of.date()))
    return [span for span in dict.fromkeys(found) if _days(span) <= MONTH][:MOST_TIMES]


def windows(question: Question, spans: Sequence[Span]) -> list[Question]:
    """The question, narrowed to what was published in or soon after each of these times as far as its filters allow.

    The best few of all years may have none of the week that is asked about.
    """
    found = []
    for span in spans:
        first = datetime.combine(span.first, time.min, UTC)
        last = datetime.combine(span.last, time.max, UTC) + timedelta(days=DAYS_AFTER)
        filters = question.filters
        after = max(first, filters.published_after or first)
        before = min(last, filters.published_before or last)
        if after <= before and first <= question.as_of:
            filters = replace(filters, published_after=after, published_before=before)
            found.append(replace(question, filters=filters))
    return found


def printed(spans: Sequence[Span], document: Document) -> float:
    """What an article gains by its day of publication, in [0, PRINTED]: the most that any of these times gives.

    It is of a time if it was published in it, or up to three days after it. An undated one is of none.
    """
    if document.published_at is None:
        return 0.0
    published = document.published_at.date()
    late = [(span, max(0, (published - span.last).days)) for span in spans if span.first <= published]
    return max((PRINTED * max(0.0, 1 - days / (DAYS_AFTER + 1)) * _telling(span) for span, days in late), default=0.0)


def named(spans: Sequence[Span], passage: Passage, document: Document) -> float:
    """What a passage gains by naming days in one of these times, in [0, NAMED].

    They are resolved from the day of publication; of an undated article those count that it gives in full.
    """
    published = document.published_at.date() if document.published_at else None
    told = [moment.span for moment in moments(passage.text, published)]
    within = [span for span in spans if any(span.first <= one.first and one.last <= span.last for one in told)]
    return max((NAMED * _telling(span) for span in within), default=0.0)


def gains(
    spans: Sequence[Span], ranked: Sequence[tuple[str, float]], seen: Mapping[str, tuple[Passage, Document]]
) -> dict[str, float]:
    """What each of a ranking gains by these times: by its article's day or by the days it names, whichever is more.

    Only the first fifty are read for the days they name, which takes about a millisecond each.
    """
    found = {key: printed(spans, seen[key][1]) for key, _ in ranked} if spans else {}
    for key in [key for key, _ in ranked][: READ if spans else 0]:
        if found[key] < NAMED:
            found[key] = max(found[key], named(spans, *seen[key]))
    return found


def raised(ranked: Sequence[tuple[str, float]], gains: Mapping[str, float]) -> list[tuple[str, float]]:
    """A ranking with what its members gain, best first, equal scores in the order of ids; the same where none gains."""
    if not any(gains.values()):
        return list(ranked)
    scored = [(key, score + gains.get(key, 0.0)) for key, score in ranked]
    return sorted(scored, key=lambda item: (-item[1], item[0]))


def _telling(span: Span) -> float:
    return 1.0 if _days(span) <= WEEK else OF_A_MONTH


def _days(span: Span) -> int:
    return (span.last - span.first).days + 1
