"""The measurement of ingest: what is measured, and what is made of the figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.bench_during import made, told
from evals.bench_ingest import given, groundwire, quality, table
from evals.questions import Evidence, GoldQuestion
from rag.types import NewDocument
from tests.words import WordEmbedder


def test_as_many_articles_are_measured_as_were_asked_for(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text("".join(json.dumps({"text": f"Article {n}."}) + "\n{no\n" for n in range(3)), encoding="utf-8")
    assert [each.text for each in given(own, 2)] == ["Article 0.", "Article 1."]
    assert len(given(None, 140)) == 140
    assert list(made(3)) == list(made(3)), "the same ones every time"


def test_ratios_are_those_of_the_medians_to_the_plain_way() -> None:
    def run(speed: float, pace: float, worked: float) -> dict[str, object]:
        rates = {"characters_per_second": speed, "characters_per_processor_second": worked, "passages_per_second": pace}
        return rates | {"seconds": 2.0, "processor_seconds": 3.0, "spent": {"split": 0.5, "embed": 2.5}}

    rounds = {"plain": [run(100, 2, 50), run(1, 2, 50), run(120, 2, 50)], "groundwire": [run(300, 9, 200)]}
    _, plain, ours = table(rounds)
    assert plain.split()[:6] == ["plain", "100", "2.0", "1.00", "1.00", "1.00"]
    assert ours.split()[:6] == ["groundwire", "300", "9.0", "3.00", "4.50", "4.00"]
    assert ours.endswith("3.00 s of 1.5 processors: embed 2.50 s, split 0.50 s")


def test_stages_are_told_in_processor_time_of_which_embedding_is_what_other_threads_do(tmp_path: Path) -> None:
    from evals.service import serving_chroma

    with serving_chroma(tmp_path / "chroma", tmp_path / "chroma.log") as chroma:
        told = groundwire(given(None, 3), chroma, tmp_path, WordEmbedder())
    assert told["passages"] >= 3
    assert told["spent"].keys() == {"read", "clean", "split", "sign", "embed", "store", "index", "other"}
    assert all(seconds >= 0 for seconds in told["spent"].values())
    assert told["processor_seconds"] >= sum(told["spent"][stage] for stage in ("read", "store", "index"))


def test_the_ranking_is_of_articles_by_their_best_passage() -> None:
    documents = [NewDocument("The bridge of Aldermoor is open.", "a"), NewDocument("Rain fell on Oslo.", "b")]
    right, wrong = (
        GoldQuestion("q", "Is the bridge of Aldermoor open?", True, evidence=(Evidence(name),)) for name in "ab"
    )
    words = WordEmbedder()
    assert quality(documents, [right], words, words)["nDCG@10"] == pytest.approx(1.0)
    assert quality(documents, [right, wrong], words, words)["nDCG@10"] == pytest.approx((1 + 0.6309) / 2, abs=1e-3)


def test_asks_during_ingest_are_told_beside_those_without_it() -> None:
    spread = {"idle": {"p50": 5.0, "p95": 8.0}, "during": {"p50": 7.5, "p95": 12.0}}
    _, line = told({"ask": spread})
    assert line.split() == ["ask", *("5.000 s 8.000 s 7.500 s 12.000 s 1.50 1.50".split())]
