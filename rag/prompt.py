"""Evidence to messages. Pure.

The wording was chosen on development sets; docs/decisions tells what else was tried. Two things are
deliberate: the model is given no leave to refuse (whether to answer is decided by the engine, from what
it can measure), and everything up to the last line is the same in every message about one question, so
that the model server reads it only once.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.evidence import in_reading_order
from rag.seams import Message
from rag.tables import in_full
from rag.types import Document, Evidence, Question

SYSTEM = "You answer questions from news articles."
YES_OR_NO = ("yes", "no")
PASSAGE_GAP = 2
"""Most characters between two passages that follow each other."""


def draft(question: Question, evidence: Sequence[Evidence], length: str, *, dated: bool = True) -> list[Message]:
    """Messages whose reply is a drafted answer; `length` says how long, as "in one short sentence".

    Without `dated` neither the day nor the dates of articles are in them; nor is the day where no article has a date.
    """
    return _ask(question, evidence, f"Answer the question from the passages {length}.", dated)


def contained(question: Question, evidence: Sequence[Evidence], *, dated: bool = True) -> list[Message]:
    """Messages whose reply starts with one of `YES_OR_NO`: whether the evidence has the answer."""
    instruction = "Do the passages contain the answer to the question? Answer yes or no."
    return _ask(question, evidence, instruction, dated)


def _ask(question: Question, evidence: Sequence[Evidence], instruction: str, dated: bool) -> list[Message]:
    passages = "\n\n".join(_passage(run, dated) for run in in_reading_order(evidence))
    # the day says something beside the days of articles only; without them a small model takes it for an answer
    dated = dated and any(one.hit.document.published_at for one in evidence)
    today = f"Today is {question.as_of:%Y-%m-%d}.\n" if dated else ""
    asked = f"{passages}\n\n{today}Question: {question.text.strip()}\n{instruction}"
    return [Message("system", SYSTEM), Message("user", asked)]


def _passage(run: Sequence[Evidence], dated: bool) -> str:
    """The sentences of one article under what is known of it; "…" stands where some are left out."""
    parts: list[str] = []
    for before, one in zip([None, *run], run, strict=False):
        if before is not None and not _adjacent(before, one):
            parts.append("…")
        parts.append(in_full(one.hit.passage, one.sentence))
    heading = _heading(run[0].hit.document, dated)
    return (f"[{heading}]\n" if heading else "") + " ".join(parts)


def _heading(document: Document, dated: bool) -> str:
    date = f"{document.published_at:%Y-%m-%d}" if dated and document.published_at else ""
    return ", ".join(known for known in (document.title, document.source, date) if known)


def _adjacent(before: Evidence, after: Evidence) -> bool:
    """Whether only space stands between two sentences; between two passages, as little as can be."""
    passage = before.hit.passage
    if after.hit.passage.id != passage.id:
        return after.sentence.start - before.sentence.end <= PASSAGE_GAP
    return not passage.text[before.sentence.end - passage.start : after.sentence.start - passage.start].strip()
