"""What a load run says became of the questions."""

from __future__ import annotations

from typing import Any

from evals.load import kinds, questions


def asked(seconds: float, whole: float, again: int = 0, **more: Any) -> dict[str, Any]:
    return {"kind": "ask", "seconds": seconds, "whole": whole, "again": again, "busy": again > 0} | more


NOTES = [
    asked(4.0, 4.0),
    asked(0.1, 0.1, again=30),
    asked(0.2, 31.0, again=20),
    asked(8.0, 60.0),
    asked(0.1, 0.1, again=40),
    asked(9.0, 9.0, wrong="broken"),
    {"kind": "search", "seconds": 0.1, "busy": False},
]


def test_a_question_counts_once_and_from_when_it_was_first_asked_however_often_it_was_told_to_return() -> None:
    told = questions(NOTES)
    assert (told["asked"], told["answered"], told["at_first"]) == (4, 2, 1)
    assert (told["whole_p50"], told["whole_p95"]) == (4.0, 60.0)
    assert (told["told_p95"], told["again_p50"], told["again_p95"]) == (0.2, 30, 40)
    assert kinds(NOTES)["ask"]["p95"] == 8.0, "each request by itself"


def test_where_nobody_was_told_to_return_nothing_is_said_of_it() -> None:
    assert questions(NOTES[:1])["again_p50"] is None
