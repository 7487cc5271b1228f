"""Whether the gold of a set can be right at all: its documents are there, and its quotes stand in them."""

from __future__ import annotations

from collections.abc import Sequence

from evals.measures import normalise
from evals.questions import GoldQuestion, QuestionSet
from rag.errors import InvalidInput

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


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return ", ".join(names[:MOST_SHOWN]) + more
