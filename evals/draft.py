"""Questions proposed from articles, for a person to review: a model writes them, rules keep the checkable ones.

Which sentences are asked about is decided by rule, and the model decodes greedily, so the same articles and the same
model give the same proposals. Each is kept only if its answer stands in the sentence it was written from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evals.measures import contains, normalise
from evals.run import Progress, spread
from ingest.split import sentences
from rag.injected import gives_orders
from rag.seams import LanguageModel, Message
from rag.terms import names, numbers, terms, words
from rag.types import NewDocument

LONGEST_REPLY = 96
LONGEST_ANSWER = 8
FEWEST_WORDS, MOST_WORDS = 8, 45
SHARED_TERMS = 2

UNREADABLE = "the model wrote no question and answer"
TOO_LONG = f"the answer has more than {LONGEST_ANSWER} words"
NOT_HELD = "the answer is not in its sentence"
GIVEN_AWAY = "the question gives its answer away"
UNBOUND = "the question could be about anything"
AGAIN = "it was asked before"

_REPLY = re.compile(r"question\s*:\s*(?P<question>[^\n]+\?)\s*\n+\s*answer\s*:\s*(?P<answer>[^\n]+)", re.IGNORECASE)
_LEANS = frozenset("he she it they this that these those his her its their there here but and so we you i".split())
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence to ask about, verbatim, and the article it is in."""

    document: NewDocument
    sentence: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """Rows of a `questions.jsonl`, and how many proposals were dropped for which reason."""

    rows: tuple[dict[str, Any], ...]
    dropped: dict[str, int]


async def draft(model: LanguageModel, documents: Sequence[NewDocument], each: int, progress: Progress) -> Drafted:
    """At most `each` questions an article. Raises `Unavailable` where the model cannot be reached."""
    chosen = list(sources(documents, each))
    rows: dict[str, dict[str, Any]] = {}
    dropped: Counter[str] = Counter()
    for number, source in enumerate(chosen, 1):
        reply = "".join([piece async for piece in model.stream([_message(source)], LONGEST_REPLY)])
        row = proposal(source, reply)
        if isinstance(row, str):
            dropped[row] += 1
        elif (asked := normalise(row["question"])) in rows:
            dropped[AGAIN] += 1
        else:
            rows[asked] = row
        progress(number, len(chosen))
    return Drafted(tuple(rows.values()), dict(dropped))


def sources(documents: Sequence[NewDocument], each: int) -> Iterator[Source]:
    """At most `each` sentences of every article, spread over it; one that several articles print is in none."""
    told = [
        (document, [text for span in sentences(document.text) if telling(text := document.text[span.start : span.end])])
        for document in documents
    ]
    printed = Counter(normalise(text) for _, found in told for text in found)
    for document, found in told:
        own = [text for text in found if printed[normalise(text)] == 1]
        yield from (Source(document, own[place]) for place in spread(len(own), each))


def telling(sentence: str) -> bool:
    """Whether a sentence says something by itself: of middling length, with a name or number, leaning on none before.

    >>> telling("The bridge of Arle was opened on 3 May by its mayor.")
    True
    >>> telling("He said that it would cost 3 million crowns at the most.")
    False
    """
    said = words(sentence)
    return (
        FEWEST_WORDS <= len(said) <= MOST_WORDS
        and said[0].casefold() not in _LEANS
        and bool(names(sentence) or numbers(sentence))
        and sentence.rstrip("”\"'’ ")[-1:] in ".!"
        and not gives_orders(sentence)
    )


def proposal(source: Source, reply: str) -> dict[str, Any] | str:
    """The row of a question that passes every check, or why it was dropped."""
    found = _REPLY.search(reply)
    if not found:
        return UNREADABLE
    question, answer = found["question"].strip(), found["answer"].strip().rstrip(".").strip("\"'“”")
    if not normalise(answer):
        return UNREADABLE
    if len(answer.split()) > LONGEST_ANSWER:
        return TOO_LONG
    if not contains(source.sentence, [answer]):
        return NOT_HELD
    if contains(question, [answer]):
        return GIVEN_AWAY
    if len(set(terms(question)) & set(terms(f"{source.document.title} {source.sentence}"))) < SHARED_TERMS:
        return UNBOUND
    key = sha256("\0".join((source.document.id, source.sentence)).encode()).hexdigest()
    return {
        "id": f"draft-{key[:12]}",
        "question": question,
        "answerable": True,
        "answers": [answer],
        "evidence": [{"doc_id": source.document.id, "quote": source.sentence}],
        "type": _kind(answer),
        "reviewed": False,
    }


def _kind(answer: str) -> str:
    return "date" if _MONTH.search(answer) else "number" if numbers(answer) else "fact"


def _message(source: Source) -> Message:
    at = source.document.published_at
    heading = ", ".join(part for part in (source.document.title, f"{at:%Y-%m-%d}" if at else "") if part)
    return Message(
        "user",
        (f"[{heading}]\n" if heading else "") + f"{source.sentence}\n\n"
        "Write one question that this sentence answers. Name in it who or what it is about. "
        "Then give the answer in a few words, copied from the sentence.\n"
        "Write exactly two lines:\nQuestion: ...\nAnswer: ...",
    )
