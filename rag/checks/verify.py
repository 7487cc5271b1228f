"""Whether a drafted sentence says what its quotes say: numbers, names, dates, denials, plans and speakers. Pure.

Each check can only find fault. A sentence without fault may still be about something else; how well it
fits is measured by `rag.support`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from datetime import date, timedelta

from rag.checks.numbers.bounds import misbounded
from rag.checks.numbers.compared import contradicted
from rag.checks.numbers.derived import derived, differences
from rag.checks.numbers.money import miscalled
from rag.checks.numbers.parts import misweighed, overstated
from rag.checks.numbers.quantities import exchanged, miscounted, mismeasured
from rag.checks.numbers.reworded import reworded
from rag.checks.numbers.units import swapped_unit, wrong_unit
from rag.checks.people.antecedents import antecedents, named_in_full
from rag.checks.people.called import identified, misnamed
from rag.checks.people.fates import misfated
from rag.checks.people.names import strange_names, unknown_names
from rag.checks.people.persons import put_together
from rag.checks.people.relatives import other_person
from rag.checks.people.speakers import wrong_speaker
from rag.checks.people.titles import other_body, other_post
from rag.checks.question.answers import unanswered
from rag.checks.question.asked import elsewhere, misquoted, other_ordinal, unnamed
from rag.checks.question.choices import one_sided, other_option
from rag.checks.question.replies import statement, unproven
from rag.checks.relations.bindings import misplaced_day, misplaced_name, misplaced_number
from rag.checks.relations.columns import misplaced_cell
from rag.checks.relations.deeds import misdone
from rag.checks.relations.owners import anothers
from rag.checks.relations.places import misplaced_deed, misplaced_value
from rag.checks.relations.roles import crossed, turned
from rag.checks.text.sentences import clauses
from rag.checks.text.spelling import spelled
from rag.checks.times.dates import (
    dates,
    days_of_months,
    strange_dates,
    strange_years,
    told_months,
    told_spans,
    told_years,
    years,
)
from rag.checks.times.days import impossible_day, misdated
from rag.checks.times.times import mistimed
from rag.checks.wording.causes import other_cause, turned_cause, turned_comparison, unfounded_cause
from rag.checks.wording.denied import denied_beside, denying, wanting, wrong_verdict, wrongly_affirmed, wrongly_denied
from rag.checks.wording.modality import mistold
from rag.checks.wording.opposites import misranked, opposite
from rag.injection.injected import order_faults
from rag.kind import Kind, is_open, kind_of, lacks
from rag.terms import CALENDAR, denials, names, numbers, shares, stem, terms, worded
from rag.types import Document, Fault

LEAST_ASKED = 0.3
"""Share of the question's terms that the article has to have."""
LEAST_NAMED = 0.6
"""Share of the question's names and years that the article has to have."""
OPENING = 2
"""Sentences of an article that tell what it is about."""

_WEEK = timedelta(days=7)

_WHEN = frozenset(map(stem, CALENDAR)) | {stem(word) for word in "last next year month week day today ago".split()}
"""Terms that answer neither who nor where."""

_LEANS = re.compile(r"\W*(?:the|it|this|that|these|those|he|she|they|his|her|its|their)\b", re.IGNORECASE)
_ENDS = re.compile(r"(?<=[.!?])[”\"']?\s+")
_AT_MOST = re.compile(r"\bno (?:later|earlier|sooner|more|less|fewer) than\b", re.IGNORECASE)
"""A bound, and no denial."""
_YES_OR_NO = frozenset({"yes", "no"})

_DIFFERENCE = re.compile(
    r"\bby how (?:much|many|far)\b"
    r"|\bhow (?:much|many|far)\b.*\b(?:differ|more|less|fewer|higher|lower|longer|shorter|older|younger)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:by|more|less|fewer|higher|lower|longer|shorter|older|younger|later|earlier|up|down|another|further"
    r"|margin|majority|gap|ahead|behind|lead|led|ris(?:e|es|ing)|rose|f[ae]ll|falls|gr[eo]w|grown|increased?|decreased?"
    r"|dropped|difference|extra|after|above|below)\b",
    re.IGNORECASE,
)


def faults(
    sentence: str,
    quotes: Sequence[str],
    documents: Sequence[Document],
    question: str,
    context: str = "",
    asked: date | None = None,
) -> list[Fault]:
    """Every fault of a sentence against its quotes, read under the headline and date of their articles.

    A name that the question gave is not held against the sentence (it is the asker's, and how far the article
    speaks of it is part of support), nor is a number, nor a year or date that is also in the `context`: the text
    around the quotes, in which a speaker may be named too. `asked` is the day from which "last week" in the question
    counts, None where it tells nothing.
    """
    sentence, question, context = spelled(sentence), spelled(question), spelled(context)
    quotes = named_in_full([spelled(quote) for quote in quotes], context)
    leaned = [leaning(quote, context) for quote in quotes]
    opening = " ".join(_ENDS.split(context, maxsplit=OPENING)[:OPENING])
    headed = spelled(" ".join(map(heading, documents)))
    spans = told_spans(quotes, documents)
    resolved = frozenset((str(one.first.day), f"{one.first:%B}".casefold()) for one in spans if one.first == one.last)
    meant = antecedents(quotes, context)
    read = " ".join([*quotes, headed, meant, *(f"on {day} {month.capitalize()}" for day, month in sorted(resolved))])
    given = numbers(question) - (years(question) - numbers(context))
    meant_by = told_years(quotes, documents, spans)
    known = numbers(read) | shares(read) | derived(sentence, quotes, question) | reworded(sentence, read)
    lasting = {one for one in spans if one.last - one.first > _WEEK}
    # "on Tuesday" tells the year of that Tuesday, and of nothing else
    meant_years = meant_by if days_of_months(sentence) & resolved else told_years(quotes, documents, lasting)
    allowed = (dates(question) & dates(context)) | told_months(quotes, spans)
    return [
        *order_faults(sentence),
        *_missing("number", sorted(numbers(sentence) - known - given - meant_by)),
        *_stray_numbers(sentence, quotes, leaned, question, numbers(f"{headed} {question}")),
        *_missing("date", sorted(strange_years(sentence, quotes, f"{question} {context}", meant_years))),
        *_missing("date", strange_dates(sentence, " ".join(quotes), headed, allowed, resolved)),
        *_missing("name", unknown_names(sentence, f"{read} {question} {' '.join(allowed)}")),
        *([Fault("name", made)] if (made := put_together(sentence, [*quotes, headed, question])) else []),
        *_denial_faults(sentence, quotes, question),
        *([Fault("modality", wrong)] if (wrong := mistold(sentence, quotes, question)) else []),
        *([Fault("speaker", wrong)] if (wrong := wrong_speaker(sentence, quotes, f"{context} {read}")) else []),
        *_difference_faults(sentence, quotes, question),
        *([Fault("time", wrong)] if (wrong := mistimed(sentence, quotes, documents, question, asked, context)) else []),
        *([Fault("date", f"{day!r} is no such day")] if (day := impossible_day(sentence)) else []),
        *(
            [Fault("date", f"{told[0]!r} is {told[1]!r} in the quotes")]
            if (told := misdated(sentence, quotes, documents, question))
            else []
        ),
        *([Fault("kind", f"the question asks for a {lacking}")] if (lacking := lacks(question, sentence)) else []),
        *_unit_faults(sentence, quotes, question),
        *_cell_faults(sentence, quotes, question),
        *_relation_faults(sentence, quotes, question, f"{context} {read} {question}"),
        *_subject_faults(sentence, question, read, f"{context} {read}"),
        *_other_faults(sentence, quotes, question, headed, " ".join([headed, opening, *leaned])),
    ]


def _relation_faults(sentence: str, quotes: Sequence[str], question: str, context: str) -> list[Fault]:
    """What the quotes tell of something else, the other way round, or as the opposite."""
    found, sentence = [], statement(sentence)
    if words_apart := opposite(sentence, quotes):
        found.append(Fault("opposite", f"{words_apart[0]!r} is {words_apart[1]!r} in the quotes"))
    measured = (exchanged, mismeasured, misbounded, overstated, misweighed, contradicted)
    if wrong := next(filter(None, (miscounted(sentence), *(check(sentence, quotes) for check in measured))), None):
        found.append(Fault("opposite", wrong))
    misplaced = misplaced_number(sentence, quotes) or misplaced_day(sentence, quotes)
    if other := misplaced or anothers(sentence, quotes, context) or misplaced_name(sentence, quotes, context):
        found.append(Fault("relation", f"{other[0]!r} stands where the quotes have {other[1]!r}"))
    if wrong := misranked(sentence, quotes):
        found.append(Fault("opposite", wrong))
    if cause := turned_cause(sentence, quotes):
        found.append(Fault("relation", f"{cause!r} tells as the cause what the quotes tell as the effect"))
    if reason := unfounded_cause(sentence, " ".join(quotes), question):
        found.append(Fault("relation", f"the quotes tell nothing of {reason!r}"))
    if reason := other_cause(sentence, quotes):
        found.append(Fault("relation", f"the quotes give another cause than {reason!r}"))
    if more := turned_comparison(sentence, quotes):
        found.append(Fault("relation", f"what is {more!r} than the other is the other way round"))
    if fates := misfated(sentence, quotes):
        found.append(Fault("relation", f"who is {fates[0]} here is {fates[1]} in the quotes"))
    if post := misnamed(sentence, [*quotes, context]):
        found.append(Fault("relation", f"{post[1]!r} is not what the article calls {post[0]!r}"))
    named = [*quotes, context]
    if held := other_post(sentence, named) or other_body(sentence, quotes, context):
        found.append(Fault("relation", f"the article does not tell of {held[0]!r} what {held[1]!r} says"))
    if where := misplaced_deed(sentence, quotes, context) or misplaced_value(sentence, quotes):
        found.append(Fault("relation", f"the quotes tell of {where[1]!r}, not of {where[0]!r}"))
    if kin := other_person(sentence, quotes, context):
        found.append(Fault("relation", f"{kin[0]!r} is {kin[1]!r} in the quotes"))
    if name := identified(sentence, quotes, context):
        found.append(Fault("relation", f"no quote says that this is {name!r}"))
    if deed := misdone(sentence, quotes, context):
        found.append(Fault("relation", f"{deed[1]!r} is not what the quotes tell of {deed[0]!r}"))
    if cross := crossed(sentence, quotes):
        found.append(Fault("relation", f"{cross[0]!r} is told of something other than {cross[1]!r} in the quotes"))
    if turn := turned(sentence, quotes, context):
        found.append(Fault("relation", f"who did it to whom is the other way round: {' '.join(turn)!r}"))
    return found


def _cell_faults(sentence: str, quotes: Sequence[str], question: str) -> list[Fault]:
    if cell := misplaced_cell(sentence, quotes, question):
        return [Fault("relation", f"the number stands under {cell[1]!r}, not {cell[0]!r}")]
    return []


def _stray_numbers(
    sentence: str, quotes: Sequence[str], leaned: Sequence[str], question: str, given: Set[float]
) -> list[Fault]:
    """Numbers taken from a quote that has nothing else of the sentence: they count something else.

    A bare "12" is told of what the question asks; "The fee rises to 12" of what the sentence before it speaks of.
    """
    said = worded(sentence) or worded(question)
    telling = [quote for quote, near in zip(quotes, leaned, strict=True) if said & set(terms(near))]
    beside: set[float] = set().union(*map(numbers, telling))
    apart = set().union(*map(numbers, quotes)) - beside - given
    found = sorted(numbers(sentence) & apart)
    return [Fault("number", f"{value:.12g} stands in a sentence about something else") for value in found]


def leaning(quote: str, context: str) -> str:
    """A quote that begins with "the" or "it", with the sentence before it."""
    place = context.find(quote) if _LEANS.match(quote) else -1
    return f"{_ENDS.split(context[:place].rstrip())[-1]} {quote}" if place > 0 else quote


def heading(document: Document) -> str:
    """What an article is read under: its headline, outlet and date."""
    date = f"{document.published_at:%A %d %B %Y}" if document.published_at else ""
    return f"{document.title} {document.source} {date}"


def _missing(check: str, found: Sequence[object]) -> list[Fault]:
    return [Fault(check, f"{value:.12g}" if isinstance(value, float) else str(value)) for value in found]


def _denial_faults(sentence: str, quotes: Sequence[str], question: str) -> list[Fault]:
    """A denial on one side only, about words that both sides share; one may have been asked for."""
    sentence = _AT_MOST.sub("by", statement(sentence))
    ours = denials(sentence)
    if ours and not any(map(denying, [*quotes, question])) and not wanting(sentence, quotes):
        return [Fault("denial", f"{ours[0]!r} is not in the quotes")]
    if affirmed := wrongly_affirmed(sentence, quotes):
        return [Fault("denial", f"the quote denies {affirmed!r}")]
    if beside := denied_beside(sentence, quotes):
        return [Fault("denial", f"the quote denies it of {beside!r}")]
    if charge := wrong_verdict(sentence, quotes):
        return [Fault("denial", f"the verdict on {charge!r} is the other way round")]
    if denied := wrongly_denied(sentence, quotes):
        return [Fault("denial", f"the quote does not deny {denied!r}")]
    return []


def _difference_faults(sentence: str, quotes: Sequence[str], question: str) -> list[Fault]:
    """A difference is told by the two values, or by a number that a quote itself gives as a difference."""
    brought = numbers(sentence) - numbers(question)
    if not _DIFFERENCE.search(question) or len(brought) != 1:
        return []
    telling = [clause for quote in quotes for clause in clauses(quote) if brought & numbers(clause)]
    if any(_COMPARED.search(clause) for clause in telling) or brought <= differences(sentence, quotes, question):
        return []
    return [Fault("kind", "the question asks for a difference, and no quote gives it")]


def _unit_faults(sentence: str, quotes: Sequence[str], question: str) -> list[Fault]:
    """A number told in years does not answer how many days, nor one in euros how many crowns."""
    if wrong := wrong_unit(question, sentence, quotes):
        return [Fault("unit", f"the question asks for {wrong[0]!r}, and this is in {wrong[1]!r}")]
    if other := swapped_unit(sentence, quotes) or miscalled(sentence, quotes, question):
        return [Fault("unit", f"{other[0]!r} is {other[1]!r} in the quotes")]
    return []


def _subject_faults(sentence: str, question: str, read: str, context: str) -> list[Fault]:
    """An article without the names or hardly a word of the question is about something else; an echo is no answer."""
    sought, said = set(terms(question)), set(terms(sentence))
    missing = sorted(sought - set(terms(context)))
    if len(sought) - len(missing) < LEAST_ASKED * len(sought):
        return [Fault("subject", f"nothing near the quotes speaks of {', '.join(missing[:3])}")]
    missing_years = (f"{year:.12g}" for year in sorted(years(question) - numbers(context)))
    strangers = [*strange_names(question, context), *missing_years]
    if len(strangers) > (1 - LEAST_NAMED) * (len(set(names(question))) + len(years(question))):
        return [Fault("subject", f"the article does not name {', '.join(strangers[:3])}")]
    brought = said - sought
    founded = brought & (set(terms(read)) | _YES_OR_NO) or numbers(sentence) & numbers(read)
    if is_open(question) and brought and not founded:
        return [Fault("subject", f"the quotes have none of {', '.join(sorted(brought)[:3])}")]
    if kind_of(question) is Kind.NAME:
        brought = {term for term in brought if not term[0].isdigit() and term not in _WHEN}
    if is_open(question) and not brought:
        return [Fault("echo", "it only says what the question says")]
    if which := unnamed(question, sentence):
        return [Fault("echo", f"it does not say which {which}" if which != "who" else "it says who it is no longer")]
    return []


def _other_faults(sentence: str, quotes: Sequence[str], question: str, headed: str, near: str) -> list[Fault]:
    """What the quotes tell of another one than the question means, or do not have word for word."""
    if wanting := unanswered(question, sentence, quotes, near):
        return [Fault("kind", wanting)]
    if unproven(question, sentence, [*quotes, " ".join(names(headed))]):
        return [Fault("subject", "no quote says all that the question asks")]
    if chosen := other_option(question, sentence, quotes):
        return [Fault("relation", f"the quotes tell it of {chosen[1]!r}, not of {chosen[0]!r}")]
    if untold := one_sided(question, quotes, near):
        return [Fault("kind", f"no quote tells of {untold!r}, which is to be compared")]
    if other := other_ordinal(question, quotes):
        return [Fault("subject", f"the question means the {other[0]}, the quotes tell of the {other[1]}")]
    if place := elsewhere(sentence, quotes, headed):
        return [Fault("subject", f"the quotes tell it of {place[1]}, not of {place[0]}")]
    if said := misquoted(sentence, quotes):
        return [Fault("subject" if said in question else "speaker", f"no quote has the words {said!r}")]
    return []
