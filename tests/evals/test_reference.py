"""A reference is kept, read back and compared with, on the questions that are still the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals.outcomes import Outcome
from evals.questions import Evidence, GoldQuestion
from evals.reference import SETS, SHIPPED, Comparison, compare, digest, keep, place, read, write
from rag.errors import InvalidInput
from tests.evals.replies import WHEN, WHY, answered, judged, refused

RECIPE = {"set": "mine", "part": "test", "limit": 40}
QUESTIONS = [replace(WHEN, id=f"when-{n}") for n in range(10)] + [replace(WHY, id=f"why-{n}") for n in range(10)]


def outcomes(right: int, questions: list[GoldQuestion] = QUESTIONS) -> list[Outcome]:
    """The first so many end right, the others wrong."""
    return [
        judged(question, answered() if question.answerable == (place < right) else refused())
        for place, question in enumerate(questions)
    ]


def compared(now: list[Outcome], then: list[Outcome], questions: list[GoldQuestion] = QUESTIONS) -> Comparison:
    return compare(now, questions, "new", keep(then, QUESTIONS, "old", RECIPE))


def test_what_is_written_is_read_back_with_its_recipe_a_line_a_question(tmp_path: Path) -> None:
    kept = keep(outcomes(5), QUESTIONS, "scripted", RECIPE)
    write(path := tmp_path / "deep" / "mine.jsonl", kept)
    assert read(path) == kept
    recipe, *rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert recipe == {"set": "mine", "model": "scripted", "part": "test", "limit": 40}
    assert rows[0] == {"id": "when-0", "gold": digest(QUESTIONS[0]), "right": True, "refused": False, "seconds": 0.5}
    assert len(rows) == len(QUESTIONS)


def test_there_is_none_before_one_was_written_and_a_broken_one_is_named(tmp_path: Path) -> None:
    assert read(tmp_path / "mine.jsonl") is None
    for broken in ("", "{", '{"set": "mine"}', '{"set": "a", "model": "b", "part": "all", "limit": null}\n{"id": 1}'):
        (tmp_path / "mine.jsonl").write_text(broken, encoding="utf-8")
        with pytest.raises(InvalidInput, match=r"mine\.jsonl is no reference"):
            read(tmp_path / "mine.jsonl")


def test_the_reference_of_a_shipped_set_is_here_and_that_of_any_other_beside_its_questions(tmp_path: Path) -> None:
    assert place(SETS / "seeds") == SHIPPED / "seeds.jsonl"
    assert place(tmp_path / "seeds") == tmp_path.resolve() / "seeds" / "reference.jsonl"


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "When was it?"},
        {"answers": ("May 4",)},
        {"items": (("May 3",),)},
        {"answerable": False},
        {"evidence": (Evidence("d", "Nobody was hurt."),)},
        {"as_of": "2025-03-20"},
        {"document_ids": ("d",)},
        {"long": True},
    ],
    ids=str,
)
def test_another_question_or_another_gold_has_another_digest(changed: dict[str, object]) -> None:
    assert digest(replace(WHEN, **changed)) != digest(WHEN)  # type: ignore[arg-type]


def test_type_part_and_difficulty_of_a_question_are_no_part_of_its_gold() -> None:
    assert digest(replace(WHEN, type="fact", part="dev", difficulty="hard", group="g")) == digest(WHEN)


def test_what_changed_is_counted_by_type_and_over_all() -> None:
    comparison = compared(outcomes(20), outcomes(10))
    assert comparison.overall is not None
    assert (comparison.overall.asked, len(comparison.overall.gained), comparison.overall.lost) == (20, 10, ())
    assert (comparison.overall.difference, comparison.overall.verdict) == (0.5, "better")
    assert comparison.overall.p == 2 / 2**10
    assert {name: str(change) for name, change in comparison.types.items()} == {
        "date": "+0.000 within noise",
        "unanswerable_close": "+1.000 better",
    }
    assert (comparison.model, comparison.same_model, comparison.apart) == ("old", False, 0)


def test_types_are_corrected_for_looking_at_several() -> None:
    many = [replace(WHEN, id=f"{kind}-{n}", type=f"type{kind}") for kind in range(4) for n in range(7)]
    now, then = outcomes(0, many), outcomes(7, many)
    change = compare(now, many, "m", keep(then, many, "m", RECIPE)).types["type0"]
    assert change.p == pytest.approx(4 * 2 / 2**7)
    assert change.verdict == "within noise"


def test_only_questions_with_the_same_gold_are_compared() -> None:
    changed = [replace(question, answers=("May 3", "3 May")) for question in QUESTIONS[:4]] + QUESTIONS[4:]
    added = [*changed, replace(WHEN, id="new")]
    comparison = compared(outcomes(21, added), outcomes(0), added)
    assert comparison.apart == 5
    assert comparison.overall is not None
    assert comparison.overall.asked == 16


def test_without_a_question_in_common_nothing_is_compared() -> None:
    others = [replace(WHEN, id="other")]
    comparison = compared(outcomes(1, others), outcomes(20), others)
    assert (comparison.overall, comparison.test, dict(comparison.types), comparison.apart) == (None, None, {}, 1)
