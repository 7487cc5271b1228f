"""Replies as the HTTP contract shapes them, made by hand so that the ruler can be held against known lengths."""

from __future__ import annotations

from typing import Any

from evals.client import Reply
from evals.outcomes import Outcome, judge
from evals.questions import Evidence, GoldQuestion

TEXT = "It rained in Arle. The mayor, Ana Bo, said so on May 3. Nobody was hurt."
QUOTE = "The mayor, Ana Bo, said so on May 3."

WHEN = GoldQuestion(
    "when", "When?", True, answers=("May 3",), evidence=(Evidence("d", QUOTE),), type="date", part="test"
)
WHY = GoldQuestion("why", "Why?", False, type="unanswerable_close", part="test")


def text_of(document_id: str, version: int) -> str:
    return TEXT if (document_id, version) == ("d", 1) else ""


def citation(quote: str = QUOTE, shift: int = 0, marker: int = 1, document: str = "d") -> dict[str, Any]:
    start = TEXT.index(quote) + shift
    return {
        "marker": marker,
        "document_id": document,
        "version": 1,
        "quote": quote,
        "start": start,
        "end": start + len(quote),
    }


def answered(text: str = "She said so on May 3.", **changed: Any) -> dict[str, Any]:
    body = {
        "id": "ans_1",
        "status": "answered",
        "answer": f"{text} [1]",
        "sentences": [{"text": text, "citations": [1], "support": 0.9}],
        "citations": [citation()],
        "passages": [],
        "reason": None,
        "model": "scripted",
        "timings_ms": {"total": 5},
    }
    return body | changed


def refused(**changed: Any) -> dict[str, Any]:
    body = {
        "id": "ans_2",
        "status": "not_found",
        "answer": "",
        "sentences": [],
        "citations": [],
        "passages": [],
        "reason": "Nothing in the collection answers it.",
        "model": "scripted",
        "timings_ms": {"total": 3},
    }
    return body | changed


def draft(text: str = "She said so on May 3.", support: float = 0.9, **changed: Any) -> dict[str, Any]:
    drafted = {"text": text, "quotes": [QUOTE], "faults": [], "signals": {"meaning": 0.8}, "support": support}
    return drafted | {"released": support >= 0.5} | changed


def passage(text: str = TEXT, document: str = "d") -> dict[str, Any]:
    return {"document_id": document, "version": 1, "start": 0, "end": len(text), "text": text, "score": 1.0, "rank": 1}


def judged(
    question: GoldQuestion, body: dict[str, Any], *passages: dict[str, Any], error: str | None = None
) -> Outcome:
    return judge(question, Reply(body, 0.5, error), passages, text_of)
