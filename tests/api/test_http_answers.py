"""Answers read again and judged, sources, and documents found by their titles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import NOT_SET_UP, WRONG, main
from evals.questions import read_questions
from tests.api.test_http_problems import assert_problem
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID, Serve, Service

QUESTION = {"question": "Where was al-Rifai killed?"}
DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."
INVENTED = "The strike was carried out by the Royal Navy of Norway from submarines near Oslo."


@pytest.fixture
def own(serve: Serve) -> Iterator[Service]:
    with serve(ScriptedModel(DRAFT, INVENTED, DRAFT)) as service:
        yield service


def mark(service: Service, answer_id: str, **said: str) -> Any:
    return service.http.post(f"/v1/answers/{answer_id}/feedback", json=said)


def test_an_answer_and_a_refusal_can_be_read_again_as_they_were_given(own: Service) -> None:
    asked = QUESTION | {"as_of": "2025-04-01", "filters": {"document_ids": [ARTICLE_ID]}, "explain": True}
    answered = own.http.post("/v1/ask", json=asked).json()
    refused = own.streamed(QUESTION)[-1][1]
    assert answered["status"] == "answered"
    assert refused["status"] in ("not_found", "unsupported")
    assert answered.pop("drafts")
    again = own.http.get(f"/v1/answers/{answered['id']}").json()
    assert {name: again.pop(name) for name in answered} == answered
    asked_at = again.pop("asked_at")
    assert asked_at.endswith("Z")
    assert again == {
        "question": QUESTION["question"],
        "as_of": "2025-04-01T23:59:59.999999Z",
        "filters": {"published_after": None, "published_before": None, "sources": [], "document_ids": [ARTICLE_ID]},
    }
    assert refused.items() <= own.http.get(f"/v1/answers/{refused['id']}").json().items()


def test_a_deleted_document_is_in_no_answer_that_can_be_read_again(own: Service) -> None:
    answer_id = own.http.post("/v1/ask", json=QUESTION).json()["id"]
    assert mark(own, answer_id, mark="good").status_code == 201
    assert own.http.delete(f"/v1/documents/{ARTICLE_ID}").status_code == 204
    assert_problem(own.http.get(f"/v1/answers/{answer_id}"), 404, "answer_not_found")
    assert_problem(mark(own, answer_id, mark="good"), 404, "answer_not_found")
    assert own.engine.store.marked_answers() == []


def test_what_is_not_kept_cannot_be_read_again(serve: Serve) -> None:
    with serve(ScriptedModel(DRAFT), answer_days=0.0) as service:
        answer = service.http.post("/v1/ask", json=QUESTION).json()
        assert answer["status"] == "answered"
        assert_problem(service.http.get(f"/v1/answers/{answer['id']}"), 404, "answer_not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "mark"),
        ({"mark": "fine"}, "mark"),
        ({"mark": "good", "note": "x" * 2_001}, "note"),
        ({"mark": "good", "why": ""}, "why"),
    ],
)
def test_a_wrong_mark_names_its_field(service: Service, body: dict[str, Any], field: str) -> None:
    reply = service.http.post("/v1/answers/ans_none/feedback", json=body)
    assert assert_problem(reply, 422, "invalid_input")["field"] == field


def test_what_was_marked_is_exported_as_questions_that_the_evals_read(
    own: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, refused, bad = (own.http.post("/v1/ask", json=QUESTION).json() for _ in range(3))
    for reply, said, note in ((good, "good", ""), (refused, "good", ""), (bad, "bad", "Not the whole story.")):
        marked = mark(own, reply["id"], mark=said, note=note)
        assert marked.status_code == 201
        assert {"answer_id": reply["id"], "mark": said, "note": note}.items() <= marked.json().items()
    monkeypatch.setenv("GROUNDWIRE_DATA", str(own.engine.settings.data))
    file = tmp_path / "questions.jsonl"
    assert CliRunner().invoke(main, ["feedback", "export", str(file)]).exit_code == 0
    assert CliRunner().invoke(main, ["feedback", "export", str(file)]).exit_code == WRONG, "it is there already"
    assert CliRunner().invoke(main, ["feedback", "export", "-"]).stdout == file.read_text("utf-8")
    first, second, third = read_questions(file)
    assert [question.id for question in (first, second, third)] == [good["id"], refused["id"], bad["id"]]
    assert [piece.quote for piece in first.evidence] == [cited["quote"] for cited in good["citations"]]
    assert {piece.document_id for piece in first.evidence} == {ARTICLE_ID}
    assert (first.answerable, second.answerable, third.answerable) == (True, False, True)
    assert (second.evidence, third.evidence) == ((), ())
    assert not any(question.reviewed for question in (first, second, third))
    assert first.as_of
    notes = [json.loads(line)["marked"] for line in file.read_text("utf-8").splitlines()]
    assert notes[2] == [{"mark": "bad", "note": "Not the whole story."}]


def test_exporting_from_no_collection_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWIRE_DATA", str(tmp_path / "data"))
    result = CliRunner().invoke(main, ["feedback", "export", str(tmp_path / "questions.jsonl")])
    assert (result.exit_code, len(result.stderr.splitlines())) == (NOT_SET_UP, 1)
    assert not (tmp_path / "questions.jsonl").exists()


def test_sources_are_listed_and_documents_found_by_words_of_title_and_source(own: Service) -> None:
    own.add({"id": "ferry", "text": "The ferry stopped.", "title": "Die Fähre", "source": "Arle Bote"})
    assert own.http.get("/v1/sources").json() == {
        "sources": [{"source": "", "documents": 1}, {"source": "Arle Bote", "documents": 1}]
    }
    found = own.http.get("/v1/documents", params={"search": "FÄHRE bote"}).json()
    assert ([document["id"] for document in found["documents"]], found["next_cursor"]) == (["ferry"], None)
    assert own.http.get("/v1/documents", params={"search": "nothing"}).json()["documents"] == []
    wrong = own.http.get("/v1/documents", params={"search": "x" * 201})
    assert assert_problem(wrong, 422, "invalid_input")["field"] == "search"
