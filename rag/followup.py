"""A question that leans on the conversation before it, made to stand alone. Pure.

The model proposes a wording; it counts only if all it says was said by someone before. Nothing but the words
of the question can change: not its time, not its filters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.kind import Kind, kind_of
from rag.seams import Message
from rag.terms import denials, names, numbers, stem, terms, words
from rag.types import MAX_QUESTION_CHARS, Question, Turn

TURNS_READ = 4
TURN_CHARS = 600
LEAST_TERMS = 3
MAX_TOKENS = 64

_REFERS = re.compile(
    r"\b(?:he|she|it|they|him|her|hers|his|its|their|theirs|them|this|that|these|those|there|then|one|ones"
    r"|same|former|latter|else|another|other|also|too)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"^\W*(?:and|but|so|or|what about|how about|why not|since when)\b", re.IGNORECASE)
_MARKER = re.compile(r"\s*\[\d+\]")
_LABEL = re.compile(r"^(?:(?:rewritten|follow-?up|standalone|new)?\s*question\s*:)\s*", re.IGNORECASE)


def leans(question: str) -> bool:
    """Whether a question may mean something only said before: by what it refers to, or by how little it says.

    >>> leans("How old is he?"), leans("And in May?"), leans("Who?")
    (True, True, True)
    >>> leans("How many people died in the Tarn Bridge flood?")
    False
    """
    return refers(question) or _CONTINUES.search(question) is not None or len(set(terms(question))) < LEAST_TERMS


def refers(question: str) -> bool:
    """Whether a question has a word that stands for something said before."""
    return _REFERS.search(question) is not None


def messages(question: Question) -> list[Message]:
    """Messages whose reply is the question in words that can be understood without its history."""
    said = "\n".join(f"{turn.role.capitalize()}: {_shown(turn)}" for turn in _read(question.history))
    asked = (
        f"{said}\n\nFollow-up question: {question.text.strip()}\n"
        "Rewrite the follow-up question so that it can be understood without the conversation: "
        "put the names it refers to in place of words like “he”, “it” or “there”. Reply with the question only."
    )
    return [Message("system", "You rewrite questions."), Message("user", asked)]


def accepted(proposed: str, question: Question) -> str | None:
    """The proposed wording, cleaned, or None if it is no honest one of this question.

    It must keep the names, numbers, denials and the kind of the question, and may add only what was said before.
    """
    text = _LABEL.sub("", " ".join(proposed.split("\n")[0].split())).strip(' "“”')
    if not terms(text) or len(text) > MAX_QUESTION_CHARS:
        return None
    said = " ".join(map(_shown, _read(question.history)))
    known = {stem(word) for word in words(f"{said} {question.text}")}
    new_words = {stem(name) for name in names(text)} - known
    new_numbers = numbers(text) - numbers(f"{said} {question.text}")
    lost = set(names(question.text)) - set(names(text)) or numbers(question.text) - numbers(text)
    turned = bool(denials(text)) != bool(denials(question.text))
    kinds = {kind_of(question.text), kind_of(text)} - {Kind.OTHER}
    strange = len(set(terms(text)) - known) > 1
    return None if new_words or new_numbers or lost or turned or strange or len(kinds) > 1 else text


def _read(history: Sequence[Turn]) -> Sequence[Turn]:
    return history[-TURNS_READ:]


def _shown(turn: Turn) -> str:
    """What was said in a turn, on one line, without markers, the end left off where it is long."""
    return " ".join(_MARKER.sub("", turn.text).split())[:TURN_CHARS]
