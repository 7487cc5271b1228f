"""Names that a text does not have, in no form: "Iraqi" is a form of "Iraq", "US" one of "United States". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Final

from rag.checks.people.posts import akin
from rag.checks.text.spelling import abbreviated, is_short_for
from rag.terms import names, stem, stems, words

NAME_STEM: Final = 5
"""Letters by which a name of the question is known, whatever follows."""


def unknown_names(sentence: str, text: str) -> list[str]:
    """The names in a sentence of which no form is in the text, in order.

    >>> unknown_names("In May the FTC sued Ada Osk.", "Osk left the Federal Trade Commission in May.")
    ['ada']
    """
    known = stems(text)
    known |= {part for word in known for part in re.split(r"['’-]", word)}
    unknown = [name for name in dict.fromkeys(names(sentence)) if not akin(stem(name)) & known]
    if unknown:
        given = words(text)
        runs = _runs(sentence, set(unknown))
        short = [run for run in runs if abbreviated(run, given) or (len(run) == 1 and is_short_for(run[0], text))]
        unknown = [name for name in unknown if name not in {word.casefold() for run in short for word in run}]
    return unknown


def strange_names(question: str, context: str) -> list[str]:
    """The names of a question that a text has in no form.

    "Iraqi" is a form of "Iraq", "US" one of "United States", and "Twigg" alone one of "Graham Twigg".

    >>> strange_names("Did Iraqi Graham Twigg meet Osk?", "Twigg flew to Iraq.")
    ['osk']
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
    return list(dict.fromkeys(strangers))


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
