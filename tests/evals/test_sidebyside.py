"""Two services asked the same in turns, and the figures of the pair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals import sidebyside
from evals.baselines.plain import create_app
from evals.client import Client
from evals.questions import Evidence, GoldQuestion, read_set
from evals.run import Run
from evals.sidebyside import Beside
from rag.seams import Embedder
from tests.evals.replies import WHEN, WHY, answered, judged, passage, refused
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID, Serve
from tests.serving import served

SEEDS = {question.id: question for question in read_set(Path(__file__).parents[2] / "evals/sets/seeds").questions}
WHERE = SEEDS["seeds-where-killed"]
FAR = GoldQuestion("far", "Who won the 2022 football World Cup?", answerable=False, type="unanswerable_far")
DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."
Both = tuple[Client, Client, ScriptedModel]


@pytest.fixture(scope="module")
def both(serve: Serve, embedder: Embedder) -> Iterator[Both]:
    """Groundwire and the baseline with one model and the same documents."""
    model = ScriptedModel(DRAFT, preference=0.9)
    with serve(model) as service, served(create_app(embedder, model)) as url:
        ours, theirs = Client(service.url, timeout=60.0), Client(url, timeout=60.0)
        theirs.add(sidebyside.documents_of(ours))
        yield ours, theirs, model
        ours.close()
        theirs.close()


def test_the_baseline_is_given_the_documents_of_the_service_as_they_are(both: Both) -> None:
    ours, theirs, _ = both
    assert theirs.document_ids() == ours.document_ids() == [ARTICLE_ID]
    assert theirs.text(ARTICLE_ID, 1) == ours.text(ARTICLE_ID, 1)


def test_each_question_is_put_to_both_and_who_is_first_alternates(both: Both) -> None:
    ours, theirs, model = both
    model.prompts.clear()
    run, beside = sidebyside.ask_both(ours, theirs, [WHERE, FAR], lambda *_: None)
    plainly = ["pieces of context" in prompt[-1].content for prompt in model.prompts]
    assert plainly[:3] == [False, True, True]
    assert [row.id for row in run.outcomes] == [row.id for row in beside.outcomes] == [WHERE.id, "far"]
    assert [row.right for row in run.outcomes] == [True, True]
    assert [row.right for row in beside.outcomes] == [True, False]
    assert run.model == "scripted"
    assert run.repeats[WHERE.id] == []


def test_a_question_about_retrieval_only_is_searched_for_and_never_asked(both: Both) -> None:
    ours, theirs, model = both
    question = GoldQuestion("r", WHERE.text, True, evidence=(Evidence(ARTICLE_ID),), retrieval_only=True)
    before = model.started
    run, beside = sidebyside.ask_both(ours, theirs, [question], lambda *_: None)
    assert model.started == before
    for outcome in (*run.outcomes, *beside.outcomes):
        assert (outcome.right, outcome.error, outcome.status) == (None, None, "searched")
        assert outcome.ranking is not None
        assert outcome.ranking["nDCG@10"] == 1.0
    assert "false_refusal" not in sidebyside.figures(run, beside)
    assert run.repeats == {}


def paired() -> tuple[Run, Beside]:
    """Both find the answer; the one refuses what cannot be answered, and the other does not."""
    one = [judged(WHEN, answered(), passage()) for _ in range(6)] + [judged(WHY, refused()) for _ in range(6)]
    other = [judged(WHEN, answered(), passage()) for _ in range(6)] + [judged(WHY, answered()) for _ in range(6)]
    run = Run(tuple(one), (answered(),) * 6 + (refused(),) * 6, {}, "scripted")
    return run, Beside("plain", tuple(other), (answered(),) * 12)


def test_figures_show_both_their_difference_and_its_paired_interval() -> None:
    found = sidebyside.figures(*paired())
    assert found["accuracy"] == {"groundwire": 1.0, "plain": 1.0, "difference": 0.0, "interval": (0.0, 0.0)}
    assert found["refusal_recall"]["difference"] == 1.0
    assert found["right"]["plain"] == 0.5
    low, high = found["right"]["interval"]
    assert 0.0 < low < 0.5 < high < 1.0
    assert found["seconds_ratio"]["value"] == 1.0


def test_the_table_names_both_and_the_ratio_of_medians() -> None:
    lines = sidebyside.table(*paired())
    assert lines[0].split()[:4] == ["beside", "plain", "groundwire", "plain"]
    assert [line.split()[0] for line in lines[1:]] == [
        "right",
        "accuracy",
        "false_refusal",
        "refusal_recall",
        "seconds_p50",
        "seconds_p95",
        "seconds_ratio",
    ]


def test_results_are_written_beside_those_of_the_run(tmp_path: Path) -> None:
    run, beside = paired()
    place = sidebyside.write(run, beside, {"set": "seeds"}, tmp_path / "seeds-1.jsonl")
    assert place.name == "seeds-1-plain.jsonl"
    assert len(place.read_text(encoding="utf-8").splitlines()) == 12
    summary = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
    assert (summary["beside"], summary["figures"]["refusal_recall"]["plain"]) == ("plain", 0.0)
