"""Whether the gold of a set can be right at all: its documents are there, and its quotes stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from evals.measures import normalise
from evals.questions import GoldQuestion, QuestionSet
from rag.errors import InvalidInput

MEASURED = frozenset({"number", "date"})
"""Types with a measure of their own; every other one is a label for the table."""
MOST_SHOWN = 5
SHOWN_CHARACTERS = 60


def check_gold(found: QuestionSet, asked: Sequence[GoldQuestion]) -> None:
    """Raises `InvalidInput` naming the questions whose evidence is in no document of the set, or not in it verbatim.

    Case, punctuation and spaces do not count, as nowhere where quotes are compared. A set that brings no documents
    asks about a collection that is not known here, and passes.
    """
    if not found.documents:
        return
    texts = {str(document["id"]): str(document["text"]) for document in found.documents}
    pieces = [(question.id, piece) for question in asked for piece in question.evidence]
    if missing := sorted({piece.document_id for _, piece in pieces} - texts.keys()):
        raise InvalidInput(f"questions are about articles that are not there: {_some(missing)}", "evidence")
    plain = {document: normalise(texts[document]) for document in {piece.document_id for _, piece in pieces}}
    absent = [
        f"{question}: {piece.quote[:SHOWN_CHARACTERS]!r} in {piece.document_id}"
        for question, piece in pieces
        if piece.quote and normalise(piece.quote) not in plain[piece.document_id]
    ]
    if absent:
        raise InvalidInput(f"evidence that does not stand in its article word for word: {_some(absent)}", "evidence")


def doubts(asked: Sequence[GoldQuestion]) -> list[str]:
    """What is no error and still may not be meant, each in a sentence: it is told beside the figures."""
    found = []
    without = [one.id for one in asked if one.answerable and not (one.answers or one.long or one.retrieval_only)]
    if without:
        found.append(f"answerable without answers, so that only refusals and citations count: {_some(without)}")
    for kind in sorted({one.type for one in asked} - MEASURED):
        if close := get_close_matches(kind, MEASURED, 1, 0.8):
            found.append(f"type {kind!r} is a label of its own; measured as such is {close[0]!r}")
    return found


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return ", ".join(names[:MOST_SHOWN]) + more
