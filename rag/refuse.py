"""How a refusal is worded, from what was found and not from the model. Pure."""

from __future__ import annotations

import re
from collections.abc import Set

from rag.checks.verify import heading
from rag.draft import SOURCES, without_pointing
from rag.followup import hangs
from rag.reading import Reading
from rag.terms import STOP_WORDS, stem, terms, words
from rag.types import Question, Status

MOST = 3

_NOT = r"(?: not|n['’]t)"
_SILENT = (
    rf"{SOURCES} (?:(?:do|does|did|are|is|was|were){_NOT} |(?:\w+ )?(?:no|nothing|only) "
    r"|(?:fail|lack)s? |(?:is|are) silent)"
    r"|(?:none of|nothing in|nowhere in|no \w+ in|not (?:\w+ ){1,3}(?:in|by|from)|un(?:clear|known) (?:from|in)) "
    rf"{SOURCES}"
    r"|(?:none|neither) of (?:the|these) (?:passages|articles)|no (?:passage|article)s?\b"
)
_LEAVES_OPEN = re.compile(
    rf"\b(?:{_SILENT})|\b(?:is|are|was|were){_NOT} (?:\w+ly )?(?:mentioned|stated|specified|provided|given)\b",
    re.IGNORECASE,
)
_GIVES_UP = re.compile(
    rf"\b(?:(?:do|does|did){_NOT} (?:\w+ly )?(?:mention|state|say|specify|provide|contain|indicate|give|tell|include"
    r"|answer|know)"
    rf"|(?:is|are|was|were){_NOT} (?:\w+ )?(?:mentioned|stated|specified|provided|given|known|clear|available|included)"
    r"|no (?:(?:specific|relevant|explicit|direct|further) )?(?:information|mention|answer)"
    r"|cannot be (?:determined|answered|found)|(?:not enough|insufficient) (?:information|context)"
    r"|(?:not possible|impossible) to (?:determine|answer|tell|know|ascertain)"
    r")\b"
    r"|^(?:I (?:cannot|can['’]t|could not|am (?:unable|sorry)|do not|don['’]t|apologi[sz]e)\b|I['’]m sorry\b"
    r"|not (?:mentioned|stated|specified|provided|given|found|available)\b|(?:unknown|unspecified|n/a)\W*$)"
    rf"|\b(?:{_SILENT})",
    re.IGNORECASE,
)
_TURNS = re.compile(r"(?:[,;] |; | (?=but ))(?:but|however|though|although|while|yet),? |, and (?=the passages?\b)|; ")
_CONCEDES = re.compile(r"^(?:while|although|though) ([^,]+), ", re.IGNORECASE)


def gives_up(sentence: str) -> bool:
    """Whether a drafted sentence only says that there is no answer."""
    return _GIVES_UP.search(sentence) is not None


def answering(sentence: str) -> str:
    """A drafted sentence without the half that only says what the passages leave open; "" where nothing else is said.

    >>> answering("The text does not say when, but it burned in May."), answering("It fell, but it is not stated when.")
    ('It burned in May.', 'It fell.')
    """
    if not gives_up(sentence):
        return sentence
    if (conceded := _CONCEDES.match(sentence)) and _LEAVES_OPEN.search(conceded[1]):
        rest = sentence[conceded.end() :]
        return answering(without_pointing(rest[:1].upper() + rest[1:], after_sources=True))
    halves = _TURNS.split(sentence, maxsplit=1)
    kept = [half for half in halves if not gives_up(half)]
    if not (kept and any(map(_LEAVES_OPEN.search, halves))):
        return ""
    half = kept[0].strip()
    text = without_pointing(half[:1].upper() + half[1:], after_sources=True)
    return text if text[-1:] in ".!?" else f"{text}."


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
