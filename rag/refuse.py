"""How a refusal is worded, from what was found and not from the model. Pure."""

from __future__ import annotations

import re

from rag.reading import Reading
from rag.terms import STOP_WORDS, stem, terms, words
from rag.types import Question, Status

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
    """Why there is no answer, and what the nearest articles do not even mention, in one or two sentences."""
    if not reading.candidates:
        return "No article that may be used for this question shares its subject."
    opening = (
        "Articles on the subject were found, but no drafted sentence could be supported by what they say."
        if status is Status.UNSUPPORTED
        else "No article in the collection was found to answer this."
    )
    missing = _unmentioned(question, reading)
    return f"{opening} The nearest ones do not mention {_listed(missing)}." if missing else opening


def _unmentioned(question: Question, reading: Reading) -> list[str]:
    """Words of the question, as asked, that no passage read has; at most three."""
    known = {
        term for candidate in reading.candidates for term in terms(f"{candidate.hit.document.title} {candidate.text}")
    }
    asked = dict.fromkeys(word for word in words(question.text) if word.casefold() not in STOP_WORDS)
    return [word for word in asked if stem(word) not in known][:3]


def _listed(found: list[str]) -> str:
    quoted = [f"“{word}”" for word in found]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
