"""Questions proposed from articles, for a person to review: a model writes them, rules keep the checkable ones.

Which sentences are asked about is decided by rule, and the model decodes greedily, so the same articles and the same
model give the same proposals. Each is kept only if its answer stands in the sentence it was written from.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from evals.measures import contains, normalise
from evals.mutations import STRANGER
from evals.mutations import name as of_a_stranger
from evals.run import Progress, spread
from ingest.split import sentences
from rag.injection.injected import gives_orders
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
    """A sentence to ask about, verbatim, and the article it is in; `start` is its place in the article's text."""

    document: NewDocument
    sentence: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class Drafted:
    """Rows of a `questions.jsonl`, and how many proposals were dropped for which reason.

    `unanswerable` of the rows are, and `taken_up` replies of the model were there from a run that was broken off.
    """

    rows: tuple[dict[str, Any], ...]
    dropped: dict[str, int]
    taken_up: int = 0

    @property
    def unanswerable(self) -> int:
        return sum(not row["answerable"] for row in self.rows)


class Journal:
    """What the model has written, a line each in the file at `path`: a run that is broken off goes on from there.

    A reply is known by the model and what it was asked. A line that was cut off is passed over. A file that cannot be
    written raises `OSError`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = {}

    def __enter__(self) -> Self:
        for line in self._path.read_bytes().split(b"\n") if self._path.exists() else ():
            try:
                row = json.loads(line)
                self._known[row["asked"]] = row["reply"]
            except (ValueError, TypeError, KeyError):
                continue
        self._file = self._path.open("a", encoding="utf-8")
        if self._known:
            self._file.write("\n")  # the last line may have been cut off
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def reply(self, model: str, message: Message) -> str | None:
        return self._known.get(_asked(model, message))

    def keep(self, model: str, message: Message, reply: str) -> None:
        row = {"asked": _asked(model, message), "reply": reply}
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._file.flush()

    def done(self) -> None:
        """Nothing is to be taken up any more."""
        self._file.close()
        self._path.unlink()


async def draft(
    model: LanguageModel,
    documents: Sequence[NewDocument],
    each: int,
    progress: Progress,
    journal: Journal | None = None,
) -> Drafted:
    """At most `each` questions an article, and one that none answers. Raises `Unavailable` where no model answers."""
    chosen = list(sources(documents, each))
    collection = " ".join(f"{document.title} {document.text}" for document in documents)
    rows: dict[str, dict[str, Any]] = {}
    stranger: dict[str, dict[str, Any]] = {}
    dropped: Counter[str] = Counter()
    taken_up = 0
    for number, source in enumerate(chosen, 1):
        message = _message(source)
        reply = journal.reply(model.name, message) if journal else None
        taken_up += reply is not None
        if reply is None:
            reply = "".join([piece async for piece in model.stream([message], LONGEST_REPLY)])
            if journal:
                journal.keep(model.name, message, reply)
        row = proposal(source, reply)
        if isinstance(row, str):
            dropped[row] += 1
        elif (asked := normalise(row["question"])) in rows:
            dropped[AGAIN] += 1
        else:
            rows[asked] = row
            if source.document.id not in stranger and (other := unanswerable(row, collection)):
                stranger[source.document.id] = other
        progress(number, len(chosen))
    return Drafted((*rows.values(), *stranger.values()), dict(dropped), taken_up)


def unanswerable(row: dict[str, Any], collection: str) -> dict[str, Any] | None:
    """The same question about somebody or something that no article names; None where the question names nothing.

    It is close to one that is answered, so that only reading tells that it is not. `made_from` tells a reviewer which.
    """
    question = of_a_stranger(row["question"])
    if question is None or STRANGER.casefold() in collection.casefold():
        return None
    return {
        "id": f"{row['id']}-none",
        "question": question,
        "answerable": False,
        "type": "unanswerable_close",
        "made_from": row["question"],
        "reviewed": False,
    }


def sources(documents: Sequence[NewDocument], each: int) -> Iterator[Source]:
    """At most `each` sentences of every article, spread over it; one that several articles print is in none."""
    told = [
        (
            document,
            [
                Source(document, text, span.start)
                for span in sentences(document.text)
                if telling(text := document.text[span.start : span.end])
            ],
        )
        for document in documents
    ]
    printed = Counter(normalise(source.sentence) for _, found in told for source in found)
    for _, found in told:
        own = [source for source in found if printed[normalise(source.sentence)] == 1]
        yield from (own[place] for place in spread(len(own), each))


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
        "evidence": [_evidence(source)],
        "type": _kind(answer),
        "reviewed": False,
    }


def _evidence(source: Source) -> dict[str, Any]:
    """The sentence and where it stands, in code points of the article as it is stored."""
    end = source.start + len(source.sentence)
    return {"doc_id": source.document.id, "quote": source.sentence, "start": source.start, "end": end}


def _asked(model: str, message: Message) -> str:
    return sha256("\0".join((model, message.content)).encode()).hexdigest()


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
