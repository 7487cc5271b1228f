"""What corrections and retractions do to an answer. Pure.

A notice is read before the article it is about. What a correction takes back is no evidence any more, and no draft
may say it; what an article says that was corrected elsewhere, or retracted, is told together with that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.evidence import Candidate
from rag.injection.injected import gives_orders
from rag.kind import Kind, kind_of
from rag.rivals import facts
from rag.terms import Fact, calendar, names, numbers, stem, stems, terms
from rag.types import Document, Fault, Hit, Notice, Passage, Sentence

RETRACTED_SCORE = 0.5
"""What is left of the score of a passage whose article was retracted."""
LEAST_ASKED = 0.5
"""Share of the question's terms that a correction has to have, to be about what was asked."""
LEAST_REPEATED = 0.7
"""Share of a statement's terms that repeat what a correction takes back."""
FEWEST_TERMS = 3

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_TOLD = re.compile(
    r"\b(?:we|it|articles?|reports?|story|item|headline|table|paper)\b(?: \w+){0,2}? "
    r"(?:wrote|said|reported|stated|gave|named|described|claimed|called)\b(?: that)?",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"(?:(?<=[,;–—] )|(?<=\band ))(?:and )?not\b([^,;.]*(?:[.,]\d[^,;.]*)*)|\b(?:instead of|rather than)\b([^,;]*)"
)
_NAME = re.compile(r"\b[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")
_RETRACTS = re.compile(r"\b(?:retract|withdr[ae]w)", re.IGNORECASE)
_CORRECTS = re.compile(
    r"\b(?:wrong(?:ly)?|incorrect(?:ly)?|errors?|mistakes?|misstated|in fact|correct(?:ed|ion)?|not|instead|wrote)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence that the engine says about a source, word for word the same each time, and the quote it rests on."""

    text: str
    quote: Candidate


def heeded(hits: Sequence[Hit], question: str, *, past: bool = False) -> list[Hit]:
    """The hits as they are to be read: notices before their articles, retracted articles at half their score, and
    without the sentences that a correction takes back, unless the `past` was asked for. No passage is there twice.
    """
    known = {hit.passage.id for hit in hits}
    read: list[Hit] = []
    for hit in hits:
        for notice in hit.notices:
            new = [passage for passage in notice.passages if passage.id not in known]
            known.update(passage.id for passage in new)
            read += [_hit(passage, notice.document, hit) for passage in new]
        if hit.notices and hit.notices[0].status == "retracted":
            hit = replace(hit, score=hit.score * RETRACTED_SCORE)
        read.append(hit if past else _without_what_was_wrong(hit, question))
    return read


def withdrawn(sentence: str, quotes: Iterable[Candidate], question: str, *, past: bool = False) -> list[Fault]:
    """Whether a draft says what a correction of one of its quotes, or a quote that is one, takes back.

    Where the `past` was asked for, an article may be quoted for what it said before it was corrected: `remarks` tells
    that it was. The correction may not: it says so on the day on which it no longer stood.
    """
    for quote in quotes:
        document = quote.hit.document
        own = [(document, [quote.hit.passage])] if document.corrects else []
        since = [(notice.document, list(notice.passages)) for notice in _corrections(quote.hit)]
        for corrected_by, passages in [*own, *(() if past else since)]:
            if takes_back(corrected_by, passages, sentence, question):
                return [Fault("correction", f"{corrected_by.title or corrected_by.id!r} takes it back")]
    return []


def remarks(quotes: Iterable[Candidate]) -> list[Remark]:
    """What is to be said of the articles quoted: that one was retracted or corrected, or is itself such a notice."""
    said: dict[str, Remark] = {}
    for quote in quotes:
        hit, document = quote.hit, quote.hit.document
        if hit.notices:
            notice = hit.notices[0]
            remark = Remark(f"This article was {notice.status}{_on(notice.document)}.", telling(notice, hit))
        elif document.retracts:
            remark = Remark(f"The article in question was retracted{_on(document)}.", telling(_as_notice(hit), hit))
        elif document.corrects:
            remark = Remark(f"This is from a correction{_of(document)}.", telling(_as_notice(hit), hit))
        else:
            continue
        said.setdefault(f"{remark.text} {remark.quote.hit.document.id}", remark)
    return list(said.values())


def telling(notice: Notice, about: Hit) -> Candidate:
    """The sentence in which a notice says best what it is: the first with a word for it, else its first."""
    pattern = _RETRACTS if notice.status == "retracted" else _CORRECTS
    found = [(passage, sentence) for passage in notice.passages for sentence in passage.sentences]
    plain = [one for one in found if not gives_orders(one[0].slice(one[1]))] or found
    best = next((one for one in plain if pattern.search(one[0].slice(one[1]))), plain[0])
    return Candidate(_hit(best[0], notice.document, about), best[1], 0.0, 0.0)


def takes_back(document: Document, passages: Iterable[Passage], text: str, question: str) -> bool:
    """Whether a correction that is about what was asked says of a text that it was wrong.

    That is where the text has a number, a date or a whole name, whichever is asked for, that the correction has only
    where it tells what was wrong and that the question did not give, or where it repeats most of that in its words.
    Where it is a number that was wrong, the names beside it were not. A correction that does not say what was wrong
    takes back what brings other facts than a sentence of it that has as many of the question's terms.
    """
    sentences = [passage.slice(sentence) for passage in passages for sentence in passage.sentences]
    sought = set(terms(question))
    if len(sought & set(terms(" ".join([document.title, *sentences])))) < LEAST_ASKED * len(sought):
        return False
    wrong, right = _told_apart(sentences)
    standing, kind = " ".join([document.title, *right]), kind_of(question)
    given = numbers(question) | stems(question)
    said = [term for term in dict.fromkeys(terms(text)) if not term[0].isdigit()]
    for statement in wrong:
        wrong_numbers = numbers(statement) - numbers(standing)
        if kind is not Kind.NAME and wrong_numbers & (numbers(text) - given):
            return True
        if kind in (Kind.TIME, Kind.OTHER) and (_days(statement) - _days(standing)) & (_days(text) - given):
            return True
        if kind in (Kind.NAME, Kind.OTHER) and not wrong_numbers:
            known, mine = stems(standing), stems(text)
            if any(not name <= known and name <= mine and not name <= given for name in _names(statement)):
                return True
        if wrong_numbers and not wrong_numbers & numbers(text):
            continue
        repeated = set(terms(statement))
        more = numbers(text) - numbers(statement) or _named(text) - _named(statement) - given
        if len(said) >= FEWEST_TERMS and not more and sum(t in repeated for t in said) >= LEAST_REPEATED * len(said):
            return True
    return kind is not Kind.OTHER and not wrong and _replaced(text, right, question)


def _replaced(text: str, right: Sequence[str], question: str) -> bool:
    """Whether a sentence of a correction answers with other facts, and none of it has those of the text."""
    sought, brought = set(terms(question)), facts(question, text)
    least = max(LEAST_ASKED * len(sought), len(sought & set(terms(text))))
    if not brought or brought & facts(question, " ".join(right)):
        return False
    return any(facts(question, each) and len(sought & set(terms(each))) >= least for each in right)


def _told_apart(sentences: Sequence[str]) -> tuple[list[str], list[str]]:
    """What a correction tells of what was wrong, statement by statement, and the rest of its sentences."""
    wrong: list[str] = []
    rest: list[str] = []
    for sentence in sentences:
        plain = _QUOTED.sub(" ", sentence)
        instead, told = _INSTEAD.findall(plain), _TOLD.search(plain)
        wrong += [one or other for one, other in instead]
        if told and not instead:
            wrong.append(plain[told.end() :])
        else:
            rest.append(_INSTEAD.sub(" ", plain))
    return [statement for statement in wrong if statement.strip()], rest


def _days(text: str) -> set[Fact]:
    return set(map(stem, calendar(text)))


def _names(text: str) -> list[set[str]]:
    """The names in a text, each as the stems of its words."""
    return [name for run in _NAME.findall(text) if (name := stems(run) - _days(run))]


def _named(text: str) -> frozenset[Fact]:
    return frozenset(map(stem, [*calendar(text), *names(text)]))


def _without_what_was_wrong(hit: Hit, question: str) -> Hit:
    corrections = _corrections(hit)
    if not corrections:
        return hit

    def stands(sentence: Sentence) -> bool:
        text = hit.passage.slice(sentence)
        return not any(takes_back(n.document, n.passages, text, question) for n in corrections)

    kept = tuple(sentence for sentence in hit.passage.sentences if stands(sentence))
    return replace(hit, passage=replace(hit.passage, sentences=kept))


def _corrections(hit: Hit) -> list[Notice]:
    return [notice for notice in hit.notices if notice.status == "corrected"]


def _hit(passage: Passage, document: Document, about: Hit) -> Hit:
    """A passage of a notice, as near to the question as the article it is about."""
    return Hit(passage, document, about.score, about.rank, about.similarity, document.id)


def _as_notice(hit: Hit) -> Notice:
    return Notice("retracted" if hit.document.retracts else "corrected", hit.document, (hit.passage,))


def _on(document: Document) -> str:
    return f" on {document.day}" if document.day else ""


def _of(document: Document) -> str:
    return f" of {document.day}" if document.day else ""
