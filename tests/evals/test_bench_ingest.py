"""The measurement of ingest: what is measured, and what is made of the figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.bench_ingest import given, made, quality, table
from evals.questions import Evidence, GoldQuestion
from rag.types import NewDocument
from tests.words import WordEmbedder


def test_as_many_articles_are_measured_as_were_asked_for(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text("".join(json.dumps({"text": f"Article {n}."}) + "\n{no\n" for n in range(3)), encoding="utf-8")
    assert [each.text for each in given(own, 2)] == ["Article 0.", "Article 1."]
    assert len(given(None, 140)) == 140
    assert list(made(3)) == list(made(3)), "the same ones every time"


def test_a_ratio_is_that_of_the_medians_to_the_plain_way() -> None:
    def run(speed: float, worked: float) -> dict[str, object]:
        rates = {"characters_per_second": speed, "characters_per_processor_second": worked, "passages_per_second": 1.0}
        return rates | {"seconds": 2.0, "spent": {"embed": 1.5, "split": 0.5}}

    rounds = {"plain": [run(100, 50), run(1, 50), run(120, 50)], "groundwire": [run(300, 200)]}
    _, plain, ours = table(rounds)
    assert plain.split()[:5] == ["plain", "1.0", "100", "1.00", "1.00"]
    assert ours.split()[:5] == ["groundwire", "1.0", "300", "3.00", "4.00"]
    assert ours.endswith("embed 75%, split 25%")


def test_the_ranking_is_of_articles_by_their_best_passage() -> None:
    documents = [NewDocument("The bridge of Aldermoor is open.", "a"), NewDocument("Rain fell on Oslo.", "b")]
    right, wrong = (
        GoldQuestion("q", "Is the bridge of Aldermoor open?", True, evidence=(Evidence(name),)) for name in "ab"
    )
    words = WordEmbedder()
    assert quality(documents, [right], words, words)["nDCG@10"] == pytest.approx(1.0)
    assert quality(documents, [right, wrong], words, words)["nDCG@10"] == pytest.approx((1 + 0.6309) / 2, abs=1e-3)
