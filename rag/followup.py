"""A question that leans on the conversation before it, made to stand alone. Pure.

The model proposes a wording; it counts only if all it says was said by someone before. Nothing but the words
of the question can change: not its time, not its filters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.kind import Kind, kind_of
from rag.seams import Message
from rag.terms import CALENDAR, STOP_WORDS, denials, names, numbers, stem, stems, terms, words
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
_PRONOUN = re.compile(r"\b(?:he|she|they|him|her|his|hers|them|their|theirs|its|it)\b", re.IGNORECASE)
_HER_THING = re.compile(
    r"her (?!(?:about|after|and|at|before|by|for|from|in|on|or|to|when|with)\b)[a-z]", re.IGNORECASE
)
_OWNING = frozenset({"his", "hers", "their", "theirs", "its"})
_REFERRING = frozenset({"else", "another", "one", "ones", "former", "latter", "happened", "happen"})
_NAME = re.compile(r"\b[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)+|(?<=[a-z,] )[A-Z][\w’-]+")
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

    It must keep the words, names, numbers, denials and the kind of the question, and may add only what was said before.
    """
    text = _LABEL.sub("", " ".join(proposed.split("\n")[0].split())).strip(' "“”')
    if not text.endswith("?") or not terms(text) or len(text) > MAX_QUESTION_CHARS:
        return None
    said = " ".join(map(_shown, _read(question.history)))
    known = stems(f"{said} {question.text}")
    new_words = {stem(name) for name in names(text)} - known
    new_numbers = numbers(text) - numbers(f"{said} {question.text}")
    lost = set(names(question.text)) - set(names(text)) or numbers(question.text) - numbers(text)
    turned = bool(denials(text)) != bool(denials(question.text))
    kinds = {kind_of(question.text), kind_of(text)} - {Kind.OTHER}
    strange = len(set(terms(text)) - known) > 1 or not _own(question.text) <= set(terms(text))
    return None if new_words or new_numbers or lost or turned or strange or len(kinds) > 1 else text


def substituted(question: Question) -> str | None:
    """The question with the name spoken of last in place of its first pronoun; None where there is neither.

    For a history that ends in "Ilse Brandt is the harbour master", "How old is she?" is "How old is Ilse Brandt?".
    """
    pronoun = _PRONOUN.search(question.text)
    spoken = (_NAME.findall(_MARKER.sub("", turn.text)) for turn in reversed(_read(question.history)))
    found = next((name for run in spoken for name in run if _is_name(name)), None)
    if pronoun is None or found is None:
        return None
    owns = "'s" if pronoun[0].casefold() in _OWNING or _HER_THING.match(question.text, pronoun.start()) else ""
    return f"{question.text[: pronoun.start()]}{found}{owns}{question.text[pronoun.end() :]}"


def hangs(question: str) -> bool:
    """Whether a question does not say what it is about: it only refers to something.

    >>> hangs("How old is he?"), hangs("How old is he, the mechanic of the Marigold?"), hangs("Who?")
    (True, False, True)
    """
    bare = len(_own(question)) < LEAST_TERMS and not names(question) and not numbers(question)
    return bare and (_PRONOUN.search(question) is not None or not _own(question))


def _own(question: str) -> set[str]:
    """The terms of a question but those that only refer to something."""
    return {stem(word) for word in words(question) if word.casefold() not in STOP_WORDS | _REFERRING}


def _is_name(text: str) -> bool:
    return bool({name.casefold() for name in words(text)} - CALENDAR - STOP_WORDS)


def _read(history: Sequence[Turn]) -> Sequence[Turn]:
    return history[-TURNS_READ:]


def _shown(turn: Turn) -> str:
    """What was said in a turn, on one line, without markers, the end left off where it is long."""
    return " ".join(_MARKER.sub("", turn.text).split())[:TURN_CHARS]
