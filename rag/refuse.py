"""How a refusal is worded, from what was found and not from the model. Pure."""

from __future__ import annotations

import re
from collections.abc import Set

from rag.checks.verify import heading
from rag.followup import hangs
from rag.reading import Reading
from rag.terms import STOP_WORDS, stem, terms, words
from rag.types import Question, Status

MOST = 3

_NOT = r"(?: not|n['’]t)"
_GIVES_UP = re.compile(
    rf"\b(?:(?:do|does|did){_NOT} (?:mention|state|say|specify|provide|contain|indicate|give|tell|include|answer|know)"
    rf"|(?:is|are|was|were){_NOT} (?:\w+ )?(?:mentioned|stated|specified|provided|given|known|clear|available|included)"
    r"|no (?:information|mention|answer)|cannot be (?:determined|answered|found)|not enough information)\b",
    re.IGNORECASE,
)


def gives_up(sentence: str) -> bool:
    """Whether a drafted sentence only says that there is no answer."""
    return _GIVES_UP.search(sentence) is not None


def reason(status: Status, question: Question, reading: Reading) -> str:
    """Why there is no answer, and what the nearest article mentions of the question and what not."""
    if hangs(question.text):
        return "The question only refers to something and does not say what; name it, or send the history it refers to."
    if not reading.candidates:
        return "No article that may be used for this question shares its subject."
    opening = (
        "Articles on the subject were found, but no drafted sentence could be supported by what they say."
        if status is Status.UNSUPPORTED
        else "No article in the collection was found to answer this."
    )
    return f"{opening} {_offer(question.text, reading)}"


def _offer(question: str, reading: Reading) -> str:
    """What is nearest: "The nearest is “Title” (Outlet, day). It mentions “this” but not “that”."."""
    document = max(reading.candidates, key=lambda candidate: (candidate.overlap, candidate.similarity)).hit.document
    name = f"“{document.title}”" if document.title else "an article without a headline"
    nearest = f"The nearest is {name}{f' ({document.byline})' if document.byline else ''}."
    mentioned, missing = _phrases(question, set(terms(f"{heading(document)} {reading.around([document])}")))
    if not mentioned:
        return f"{nearest} It does not mention {_listed(missing, 'or')}."
    but = f" but not {_listed(missing, 'or')}" if missing else ""
    return f"{nearest} It mentions {_listed(mentioned, 'and')}{but}."


def _phrases(question: str, known: Set[str]) -> tuple[list[str], list[str]]:
    """What of a question an article has and has not, in runs of the question's own words; at most three of each."""
    runs: list[tuple[bool, int, int]] = []
    for match in re.finditer(r"[^\W_]+(?:['’-][^\W_]+)*", question):
        if match[0].casefold() in STOP_WORDS:
            continue
        there = any(stem(word) in known for word in words(match[0]))
        if runs and runs[-1][0] == there:
            runs[-1] = (there, runs[-1][1], match.end())
        else:
            runs.append((there, match.start(), match.end()))
    found = [(there, question[start:end]) for there, start, end in runs]
    return [text for there, text in found if there][:MOST], [text for there, text in found if not there][:MOST]


def _listed(found: list[str], last: str) -> str:
    quoted = [f"“{phrase}”" for phrase in found]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
