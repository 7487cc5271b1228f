"""A question of several steps, put as at most three simple ones. Pure.

The model proposes the steps; they count only if they ask for nothing that the question does not. Each is then
asked on its own, with what the steps before it found, and all have to be answered before anything is said.
"""

from __future__ import annotations

import re

from rag.followup import refers
from rag.seams import Message
from rag.terms import Fact, names, numbers, stem, stems, terms
from rag.types import Question, Turn

MOST_STEPS = 3
MAX_TOKENS = 96
LEAST_STEPS = 2

_TWO_QUESTIONS = re.compile(r"[,;]? and (?:by )?(?:who|what|when|where|how|why|which|whom|whose)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:compar(?:e|es|ed|ing)|than|differ(?:s|ed|ence)?|both|or|between .+ and|more|fewer|less)\b", re.IGNORECASE
)
_ONE_THROUGH_ANOTHER = re.compile(r"\w \b(?:that|who|whom|whose|which|where)\b|[.!] \w", re.IGNORECASE)
_SUMS_UP = re.compile(
    r"\b(?:compar(?:e|es|ed|ing)|than|differ(?:s|ed|ence)?|both|each|between .+ and"
    r"|change[sd]?|increase[sd]?|decrease[sd]?)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.):])\s*")


def composite(question: str) -> bool:
    """Whether a question seems to ask for several facts, for a comparison, or for one fact through another.

    >>> composite("Who led the inquiry, and when did it end?"), composite("Was the flood of 2011 or of 2026 higher?")
    (True, True)
    >>> composite("How old is the mechanic of the boat that led the parade?"), composite("Who led the inquiry?")
    (True, False)
    """
    rest = question.strip().partition(" ")[2]
    return any(pattern.search(rest) for pattern in (_TWO_QUESTIONS, _COMPARES, _ONE_THROUGH_ANOTHER))


def messages(question: Question) -> list[Message]:
    """Messages whose reply is a list of simpler questions, one a line."""
    asked = (
        f"Question: {question.text.strip()}\n"
        "Split it into two or three short questions, each about one fact, in the order "
        "in which they have to be answered. Use the words of the question. One question a line, nothing else."
    )
    return [Message("system", "You split questions into simpler ones."), Message("user", asked)]


def steps(proposed: str, question: Question) -> list[str]:
    """The proposed questions, cleaned; none unless there are two or three honest ones.

    They may bring in no name, number or subject, must between them have all names and numbers of the question, and
    each must have one or refer to a step before it. One that only compares what the others find is left out.
    """
    lines = [_NUMBERED.sub("", line).strip() for line in proposed.splitlines()]
    asked = list(dict.fromkeys(line for line in lines if line.endswith("?")))
    simple = [step for step in asked if not _SUMS_UP.search(step)][:MOST_STEPS]
    known, given = stems(question.text), _facts(question.text)
    honest = all(
        _facts(step) <= given
        and len(set(terms(step)) - known) <= 1
        and len(set(terms(step))) < len(set(terms(question.text)))
        and (_facts(step) or (i and refers(step)))
        for i, step in enumerate(simple)
    )
    told = set().union(*map(_facts, simple))
    return simple if honest and len(simple) >= LEAST_STEPS and given <= told else []


def _facts(text: str) -> set[Fact]:
    """The stems of the names of a text, and its numbers."""
    return {*(stem(name) for name in names(text)), *numbers(text)}


def found(steps: list[tuple[str, str]]) -> tuple[Turn, ...]:
    """What the steps so far asked and found, as a history for the next."""
    return tuple(turn for asked, answer in steps for turn in (Turn("user", asked), Turn("assistant", answer)))
