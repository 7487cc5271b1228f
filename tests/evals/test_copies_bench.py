"""The measurement of near-copies, on a handful of articles."""

from __future__ import annotations

import json
from pathlib import Path

from evals.copies_bench import cost, made, own, quality
from evals.wire import COPIES, OTHERS


def test_each_kind_of_copy_is_made_and_differs_from_the_original() -> None:
    texts = list(made(2))
    assert {text.kind for text in texts} == {"original", *COPIES, *OTHERS, "same subject"}
    assert len(texts) == 2 * (len(COPIES) + len(OTHERS) + 2)
    for first in (texts[0], texts[len(texts) // 2]):
        assert [text.kind for text in texts if text.text == first.text] == ["original"]
    assert texts == list(made(2)), "the same ones every time"


def test_pairs_are_counted_by_what_the_store_put_together(tmp_path: Path) -> None:
    said = quality(list(made(3)), tmp_path)
    assert said[0].startswith("33 texts: precision ")
    assert f"recall 1.0000 of {3 * 28} that should be" in said[0]
    assert any("same subject" in line and line.endswith("0.000") for line in said)


def test_ones_own_articles_are_edited_too(tmp_path: Path) -> None:
    long = " ".join(f"The council met on day {number} and spoke about item {number * 7}." for number in range(12))
    path = tmp_path / "own.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in (long, "Too short.")), encoding="utf-8")
    assert [text.kind for text in own(path)] == ["original", *COPIES]


def test_the_cost_is_told_at_each_size(tmp_path: Path) -> None:
    _, first, second = cost([128, 160], tmp_path)
    assert (first.split()[0], second.split()[0]) == ("128", "160")
    assert all(float(figure.replace(",", "")) > 0 for figure in first.split()[1:])


def test_a_run_that_was_ended_goes_on_with_what_it_had(tmp_path: Path) -> None:
    list(cost([128], tmp_path))
    _, line = cost([128, 160], tmp_path)
    assert line.split()[0] == "160"
