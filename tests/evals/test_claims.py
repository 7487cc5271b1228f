"""The checks on sentences about snippets of news: what is told in other words passes, what is false is found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.claims import TRUE, Claim, read_claims, share

CLAIMS = list(read_claims())
PRESS = Path(__file__).parents[2] / "evals" / "press"
LEAST = {"dev": (0.78, 0.78), "test": (0.65, 0.75)}
"""Of the true ones let pass and the false ones found. What is wanted is .95 of each; see docs/decisions/0007."""


def chosen(part: str, true: bool) -> list[Claim]:
    return [claim for claim in CLAIMS if claim.part == part and (claim.kind == TRUE) == true]


@pytest.mark.parametrize("part", LEAST)
def test_most_true_sentences_pass_and_most_false_ones_are_found(part: str) -> None:
    true, false = LEAST[part]
    assert share(chosen(part, True)) >= true
    assert share(chosen(part, False)) >= false


def test_a_claim_is_cited_to_sentences_of_its_snippet() -> None:
    assert all(quote in claim.text for claim in CLAIMS for quote in claim.quotes)
    assert all(claim.quotes and claim.sentence for claim in CLAIMS)


def test_the_command_prints_a_line_for_each_kind() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "evals.claims", "--part", "test"], capture_output=True, text=True, check=True
    )
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("true, let pass")
    assert lines[1].startswith("false, found")
    assert {line.split()[0] for line in lines[2:]} == {claim.kind for claim in CLAIMS if claim.part == "test"} - {TRUE}


def test_what_the_press_questions_are_answered_by_stands_in_its_articles() -> None:
    texts = {item["id"]: item["text"] for item in map(json.loads, (PRESS / "documents.jsonl").read_text().splitlines())}
    questions = [json.loads(line) for line in (PRESS / "questions.jsonl").read_text().splitlines()]
    assert len({question["id"] for question in questions}) == len(questions)
    for question in questions:
        assert bool(question["answers"]) == bool(question["evidence"]) == question["answerable"]
        assert all(piece["quote"] in texts[piece["doc_id"]] for piece in question["evidence"])
