"""A run over the real service with a scripted model: what the client asks, and what is kept of the replies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from evals.bench import answers, searches
from evals.client import Client, SearchFailed
from evals.questions import GoldQuestion, read_set
from evals.run import ask_all, ask_one
from rag.errors import GroundwireError, ModelUnavailable
from rag.seams import Message
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID, Serve

SEEDS = {question.id: question for question in read_set(Path(__file__).parents[2] / "evals/sets/seeds").questions}
WHERE = SEEDS["seeds-where-killed"]
DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."
LOST = "And who was with him?"


def said(messages: Sequence[Message]) -> str:
    if LOST in messages[-1].content:
        raise ModelUnavailable("model", "the model server has gone")
    return DRAFT


@pytest.fixture(scope="module")
def client(serve: Serve) -> Iterator[Client]:
    with serve(ScriptedModel(said)) as service:
        made = Client(service.url, timeout=60.0)
        yield made
        made.close()


def test_a_run_keeps_an_outcome_and_the_whole_body_for_each_question(client: Client) -> None:
    counted: list[tuple[int, int]] = []
    asked = [WHERE, GoldQuestion("blank", " ", answerable=True, answers=("x",))]
    run = ask_all(client, asked, lambda done, total: counted.append((done, total)))
    assert counted == [(1, 2), (2, 2)]
    right, broken = run.outcomes
    assert (right.status, right.right, right.error) == ("answered", True, None)
    assert (right.citations, right.verbatim) == (len(run.bodies[0]["citations"]),) * 2
    assert right.evidence_ranks == (1,)
    assert (broken.status, broken.right) == ("error", False)
    assert "422" in str(broken.error)
    assert run.model == "scripted"
    assert [(draft["text"], draft["released"]) for draft in run.bodies[0]["drafts"]] == [(DRAFT, True)]
    assert right.confidence == run.bodies[0]["drafts"][0]["support"]
    assert (right.draft_right, right.retrieved, right.lost) == (True, True, None)
    assert (broken.confidence, broken.lost) == (None, "failed")
    assert run.repeats["seeds-where-killed"] == []


def test_a_stream_ends_with_the_answer_and_is_timed(client: Client) -> None:
    events = list(client.stream(WHERE.body()))
    assert [events[0].name, events[-1].name] == ["passages", "answer"]
    assert 0.0 < events[0].seconds <= events[-1].seconds


def test_every_document_is_listed_and_its_text_is_read_by_version(client: Client) -> None:
    assert client.document_ids() == [ARTICLE_ID]
    assert client.text(ARTICLE_ID, 1).startswith("A key leader of the ISIS terror group")
    assert client.text(ARTICLE_ID, 9) == client.text("nothing/here", 1) == ""


def test_a_search_that_fails_is_told_from_one_that_finds_nothing(client: Client) -> None:
    assert client.search(WHERE.body(), 3)
    assert client.search(WHERE.body() | {"filters": {"sources": ["Nobody"]}}, 3) == []
    with pytest.raises(SearchFailed, match="422"):
        client.search({"question": " "}, 3)


def test_a_question_whose_search_fails_has_failed(client: Client) -> None:
    outcome, body = ask_one(client, GoldQuestion("blank", " ", answerable=True, retrieval_only=True))
    assert (outcome.status, body) == ("error", {})
    assert "422" in str(outcome.error)


def test_no_speed_is_measured_of_what_fails(client: Client) -> None:
    with pytest.raises(SearchFailed):
        searches(client, [GoldQuestion("blank", " ", answerable=True, answers=("x",))])
    with pytest.raises(GroundwireError, match=r"lost has no answer: .*model_unavailable"):
        answers(client, [GoldQuestion("lost", f"{WHERE.text} {LOST}", answerable=True, answers=("x",))])


def test_deleting_what_is_not_there_is_an_error(client: Client) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        client.delete("nothing/here")
