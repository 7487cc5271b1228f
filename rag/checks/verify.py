"""Whether a drafted sentence says what its quotes say: numbers, names, dates, denials, plans and speakers. Pure.

Each check can only find fault. A sentence without fault may still be about something else; how well it
fits is measured by `rag.support`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from datetime import date, timedelta

from rag.checks.antecedents import antecedents, named_in_full
from rag.checks.asked import elsewhere, misquoted, other_ordinal, unnamed
from rag.checks.bindings import misplaced_day, misplaced_name, misplaced_number
from rag.checks.called import identified, misnamed
from rag.checks.causes import turned_cause, turned_comparison
from rag.checks.columns import misplaced_cell
from rag.checks.deeds import misdone
from rag.checks.denied import denying, wrongly_affirmed, wrongly_denied
from rag.checks.fates import misfated
from rag.checks.modality import clauses, mistold
from rag.checks.opposites import misranked, opposite
from rag.checks.persons import put_together
from rag.checks.quantities import exchanged, miscounted, mismeasured
from rag.checks.roles import crossed, turned
from rag.checks.speakers import wrong_speaker
from rag.checks.spelling import abbreviated, is_short_for, spelled
from rag.checks.times import mistimed
from rag.checks.units import swapped_unit, wrong_unit
from rag.injection.injected import order_faults
from rag.kind import Kind, is_open, kind_of, lacks
from rag.terms import CALENDAR, DAYS, MONTH_NAMES, MONTHS, denials, names, numbers, shares, stem, terms, worded, words
from rag.types import Document, Fault
from rag.when import Span, moments

LEAST_ASKED = 0.3
"""Share of the question's terms that the article has to have."""
LEAST_NAMED = 0.6
"""Share of the question's names and years that the article has to have."""
NAME_STEM = 5

_WEEK = timedelta(days=7)

_WHEN = frozenset(map(stem, CALENDAR)) | {stem(word) for word in "last next year month week day today ago".split()}
"""Terms that answer neither who nor where."""

_REPLY = re.compile(r"^(?:Yes|No), ")
_YES_OR_NO = frozenset({"yes", "no"})

_YEAR_BEFORE = re.compile(r"\b(?:year before|year earlier|previous year)\b", re.IGNORECASE)
_YEAR_AFTER = re.compile(r"\b(?:year after|year later|following year)\b", re.IGNORECASE)
"""These count from a year that the text tells, and not only from the day it was written."""
_DIFFERENCE = re.compile(
    r"\bby how (?:much|many|far)\b"
    r"|\bhow (?:much|many|far)\b.*\b(?:differ|more|less|fewer|higher|lower|longer|shorter|older|younger)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:by|more|less|fewer|higher|lower|longer|shorter|older|younger|later|earlier|up|down|another|further"
    r"|ris(?:e|es|ing)|rose|f[ae]ll|falls|gr[eo]w|grown|increased?|decreased?|dropped|difference|extra|after|above|below)\b",
    re.IGNORECASE,
)
_MONTH_ALONE = re.compile(rf"(\d(?:st|nd|rd|th)? (?:of )?)?\b({MONTH_NAMES})\b(?!,? \d)")
_DAY_OF_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH_NAMES})\b|\b({MONTH_NAMES}) (\d{{1,2}})(?:st|nd|rd|th)?\b"
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
    headed = spelled(" ".join(map(heading, documents)))
    spans = _told_spans(quotes, documents)
    resolved = frozenset((str(one.first.day), f"{one.first:%B}".casefold()) for one in spans if one.first == one.last)
    meant = antecedents(quotes, context)
    read = " ".join([*quotes, headed, meant, *(f"on {day} {month.capitalize()}" for day, month in sorted(resolved))])
    given = numbers(question) - (_years(question) - numbers(context))
    years = _told_years(quotes, documents, spans)
    lasting = {one for one in spans if one.last - one.first > _WEEK}
    # "on Tuesday" tells the year of that Tuesday, and of nothing else
    meant_years = years if _days(sentence) & resolved else _told_years(quotes, documents, lasting)
    told = (_dates(question) & _dates(context)) | _told_months(quotes, spans)
    return [
        *order_faults(sentence),
        *_missing("number", sorted(numbers(sentence) - numbers(read) - shares(read) - given - years)),
        *_stray_numbers(sentence, quotes, question, numbers(f"{headed} {question}")),
        *_missing("date", sorted(_strange_years(sentence, quotes, f"{question} {context}", meant_years))),
        *_date_faults(sentence, " ".join(quotes), headed, told, resolved),
        *_missing("name", _unknown_names(sentence, f"{read} {question} {' '.join(told)}")),
        *([Fault("name", made)] if (made := put_together(sentence, [*quotes, headed, question])) else []),
        *_denial_faults(sentence, quotes, question),
        *([Fault("modality", wrong)] if (wrong := mistold(sentence, quotes, question)) else []),
        *([Fault("speaker", wrong)] if (wrong := wrong_speaker(sentence, quotes, f"{context} {read}")) else []),
        *_difference_faults(sentence, quotes, question),
        *([Fault("time", wrong)] if (wrong := mistimed(sentence, quotes, documents, question, asked)) else []),
        *([Fault("kind", f"the question asks for a {lacking}")] if (lacking := lacks(question, sentence)) else []),
        *_unit_faults(sentence, quotes, question),
        *_cell_faults(sentence, quotes, question),
        *_relation_faults(sentence, quotes, f"{context} {read} {question}"),
        *_subject_faults(sentence, question, read, f"{context} {read}"),
        *_other_faults(sentence, quotes, question, headed),
    ]


def _relation_faults(sentence: str, quotes: Sequence[str], context: str) -> list[Fault]:
    """What the quotes tell of something else, the other way round, or as the opposite."""
    found = []
    if words_apart := opposite(sentence, quotes):
        found.append(Fault("opposite", f"{words_apart[0]!r} is {words_apart[1]!r} in the quotes"))
    if wrong := miscounted(sentence) or exchanged(sentence, quotes) or mismeasured(sentence, quotes):
        found.append(Fault("opposite", wrong))
    misplaced = misplaced_number(sentence, quotes) or misplaced_day(sentence, quotes)
    if other := misplaced or misplaced_name(sentence, quotes, context):
        found.append(Fault("relation", f"{other[0]!r} stands where the quotes have {other[1]!r}"))
    if wrong := misranked(sentence, quotes):
        found.append(Fault("opposite", wrong))
    if cause := turned_cause(sentence, quotes):
        found.append(Fault("relation", f"{cause!r} tells as the cause what the quotes tell as the effect"))
    if more := turned_comparison(sentence, quotes):
        found.append(Fault("relation", f"what is {more!r} than the other is the other way round"))
    if fates := misfated(sentence, quotes):
        found.append(Fault("relation", f"who is {fates[0]} here is {fates[1]} in the quotes"))
    if post := misnamed(sentence, [*quotes, context]):
        found.append(Fault("relation", f"{post[1]!r} is not what the article calls {post[0]!r}"))
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


def _stray_numbers(sentence: str, quotes: Sequence[str], question: str, given: Set[float]) -> list[Fault]:
    """Numbers taken from a quote that has nothing else of the sentence: they count something else.

    A bare "12" is told of what the question asks.
    """
    said = worded(sentence) or worded(question)
    beside: set[float] = set().union(*(numbers(quote) for quote in quotes if said & set(terms(quote))))
    apart = set().union(*map(numbers, quotes)) - beside - given
    found = sorted(numbers(sentence) & apart)
    return [Fault("number", f"{value:.12g} stands in a sentence about something else") for value in found]


def _unknown_names(sentence: str, text: str) -> list[str]:
    """The names in a sentence of which no form is in the text, in order."""
    known = {stem(word) for word in words(text)}
    known |= {part for word in known for part in re.split(r"['’-]", word)}
    unknown = [name for name in dict.fromkeys(names(sentence)) if stem(name) not in known]
    if unknown:
        given = words(text)
        runs = _runs(sentence, set(unknown))
        short = [run for run in runs if abbreviated(run, given) or (len(run) == 1 and is_short_for(run[0], text))]
        unknown = [name for name in unknown if name not in {word.casefold() for run in short for word in run}]
    return unknown


def heading(document: Document) -> str:
    """What an article is read under: its headline, outlet and date."""
    date = f"{document.published_at:%A %d %B %Y}" if document.published_at else ""
    return f"{document.title} {document.source} {date}"


def _missing(check: str, found: Sequence[object]) -> list[Fault]:
    return [Fault(check, f"{value:.12g}" if isinstance(value, float) else str(value)) for value in found]


def _date_faults(
    sentence: str, quoted: str, headed: str, told: Set[str], resolved: Set[tuple[str, str]] = frozenset()
) -> list[Fault]:
    """Dates that the quotes do not have. What they leave open may come from the day of publication.

    A day of a month must be a day of that month there too, or one of those `resolved`, and the day of publication
    only where there are none; a month or weekday alone is
    looked for among theirs where they name any. `told` are months and weekdays that need none.
    """
    ours, theirs = _days(sentence) - resolved, _days(quoted)
    missing = sorted(
        f"{day} {month}"
        for day, month in ours - theirs - (set() if resolved else _days(headed))
        if month not in told and (theirs or not {day, month} <= {word.casefold() for word in words(quoted)})
    )
    alone = _dates(sentence) - {month for _, month in _days(sentence)} - told
    for family in (MONTHS, DAYS):
        missing += sorted(alone & family - (_dates(quoted) & family or _dates(headed)))
    return _missing("date", missing)


def _told_spans(quotes: Sequence[str], documents: Sequence[Document]) -> set[Span]:
    """What quotes mean by "Monday", "last month" or "April", from the day their article was published.

    A month is read as a time wherever it stands: "the April vote" was in April.
    """
    return {
        span
        for quote, document in zip(quotes, documents, strict=False)
        if document.published_at
        for one in moments(_MONTH_ALONE.sub(_in_month, quote), document.published_at.date())
        if one.relative
        for span in one.meant
    }


def _in_month(match: re.Match[str]) -> str:
    return match[0] if match[1] else f"in {match[2]}"


def _told_months(quotes: Sequence[str], spans: Set[Span]) -> set[str]:
    """The months that quotes mean by "last month" or "next month"."""
    whole = {f"{one.first:%B}".casefold() for one in spans if one.first.day == 1 and (one.last - one.first).days >= 27}
    return whole - _dates(" ".join(quotes))


def _told_years(quotes: Sequence[str], documents: Sequence[Document], spans: Set[Span]) -> set[float]:
    """The years of these spans, and those that quotes mean by "the year before"."""
    found = {float(one.first.year) for one in spans}
    for quote, document in zip(quotes, documents, strict=False):
        years = _years(quote) | ({float(document.published_at.year)} if document.published_at else set())
        for pattern, apart in ((_YEAR_BEFORE, -1), (_YEAR_AFTER, 1)):
            if pattern.search(quote):
                found |= {year + apart for year in years}
    return found


def _strange_years(sentence: str, quotes: Sequence[str], asked: str, told: Set[float]) -> set[float]:
    """The years of a sentence that only the day of publication has, where it has none of those that the quotes name."""
    ours, theirs = _years(sentence), _years(" ".join(quotes))
    return ours - _years(asked) - told if theirs and not ours & theirs else set()


def _days(text: str) -> set[tuple[str, str]]:
    """Days of months, as ("9", "february"), in either order of writing."""
    found = _DAY_OF_MONTH.finditer(text)
    return {(str(int(match[1] or match[4])), (match[2] or match[3]).casefold()) for match in found}


def _dates(text: str) -> set[str]:
    """Months and weekdays that a text names. "may" is one only with a capital and beside a number."""
    found = {word.casefold() for word in words(text) if word[:1].isupper()}
    if not re.search(r"\b(?:\d{1,2} May|May \d{1,4})\b", text):
        found.discard("may")
    return found & CALENDAR


def _denial_faults(sentence: str, quotes: Sequence[str], question: str) -> list[Fault]:
    """A denial on one side only, about words that both sides share; one may have been asked for."""
    sentence = _REPLY.sub("", sentence)
    ours = denials(sentence)
    if ours and not any(map(denying, [*quotes, question])):
        return [Fault("denial", f"{ours[0]!r} is not in the quotes")]
    if affirmed := wrongly_affirmed(sentence, quotes):
        return [Fault("denial", f"the quote denies {affirmed!r}")]
    if denied := wrongly_denied(sentence, quotes):
        return [Fault("denial", f"the quote does not deny {denied!r}")]
    return []


def _difference_faults(sentence: str, quotes: Sequence[str], question: str) -> list[Fault]:
    """A difference is told by the two values, or by a number that a quote itself gives as a difference."""
    brought = numbers(sentence) - numbers(question)
    if not _DIFFERENCE.search(question) or len(brought) != 1:
        return []
    telling = [clause for quote in quotes for clause in clauses(quote) if brought & numbers(clause)]
    if any(_COMPARED.search(clause) for clause in telling):
        return []
    return [Fault("kind", "the question asks for a difference, and no quote gives it")]


def _unit_faults(sentence: str, quotes: Sequence[str], question: str) -> list[Fault]:
    """A number told in years does not answer how many days, nor one in euros how many crowns."""
    if wrong := wrong_unit(question, sentence, quotes):
        return [Fault("unit", f"the question asks for {wrong[0]!r}, and this is in {wrong[1]!r}")]
    if other := swapped_unit(sentence, quotes):
        return [Fault("unit", f"{other[0]!r} is {other[1]!r} in the quotes")]
    return []


def _subject_faults(sentence: str, question: str, read: str, context: str) -> list[Fault]:
    """An article without the names or hardly a word of the question is about something else; an echo is no answer."""
    sought, said = set(terms(question)), set(terms(sentence))
    missing = sorted(sought - set(terms(context)))
    if len(sought) - len(missing) < LEAST_ASKED * len(sought):
        return [Fault("subject", f"nothing near the quotes speaks of {', '.join(missing[:3])}")]
    strangers = _strangers(question, context)
    if len(strangers) > (1 - LEAST_NAMED) * (len(set(names(question))) + len(_years(question))):
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


def _other_faults(sentence: str, quotes: Sequence[str], question: str, headed: str) -> list[Fault]:
    """What the quotes tell of another one than the question means, or do not have word for word."""
    if other := other_ordinal(question, quotes):
        return [Fault("subject", f"the question means the {other[0]}, the quotes tell of the {other[1]}")]
    if place := elsewhere(sentence, quotes, headed):
        return [Fault("subject", f"the quotes tell it of {place[1]}, not of {place[0]}")]
    if said := misquoted(sentence, quotes):
        return [Fault("subject" if said in question else "speaker", f"no quote has the words {said!r}")]
    return []


def _strangers(question: str, context: str) -> list[str]:
    """The names and years of a question that a text has in no form.

    "Iraqi" is a form of "Iraq", "US" one of "United States", and "Twigg" alone one of "Graham Twigg".
    """
    known = words(context)
    forms = {word.casefold()[:NAME_STEM] for word in known}
    named = set(names(question))
    strangers = []
    for run in _runs(question, named):
        missing = [
            word.casefold()
            for word in run
            if word.casefold()[:NAME_STEM] not in forms and not is_short_for(word, context)
        ]
        if missing and not abbreviated(run, known) and not _by_last_name(run, context):
            strangers += missing
    return [*dict.fromkeys(strangers), *(f"{year:.12g}" for year in sorted(_years(question) - numbers(context)))]


def _runs(text: str, named: Set[str]) -> list[list[str]]:
    """The names of a text as they stand: words of a name follow each other."""
    runs: list[list[str]] = [[]]
    for word in words(text):
        if word[:1].isupper() and word.casefold() in named:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _by_last_name(run: Sequence[str], context: str) -> bool:
    """Whether a text speaks of a person by the last name, and never gives that name another first name."""
    last = re.escape(run[-1])
    return (
        len(run) > 1
        and re.search(rf"\b{last}\b", context) is not None
        and re.search(rf"\b[A-Z][\w'’-]+ {last}\b", context) is None
    )


def _years(text: str) -> set[float]:
    return {number for number in numbers(text) if number == int(number) and 1500 <= number <= 2100}
