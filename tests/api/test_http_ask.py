"""Asking over HTTP: what a reply holds, whole and streamed."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import httpx
import pytest

from rag.errors import Unavailable
from rag.types import Signals
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID, Serve, Service, events

QUESTION = {"question": "Where was al-Rifai killed?"}
DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."
SECOND = "President Donald Trump heralded the strike on his Truth Social media platform."
INVENTED = "The strike was carried out by the Royal Navy of Norway from submarines near Oslo."


def settled(reply: dict[str, Any]) -> dict[str, Any]:
    """A reply without what differs each time it is asked for."""
    return {key: value for key, value in reply.items() if key not in ("id", "timings_ms")}


def test_an_answer_has_cited_sentences_and_every_quote_is_the_stored_text_at_its_offsets(serve: Serve) -> None:
    with serve(ScriptedModel(f"{DRAFT} {SECOND}")) as service:
        response = service.http.post("/v1/ask", json=QUESTION)
        assert response.status_code == 200
        reply = response.json()
        text = service.http.get(f"/v1/documents/{ARTICLE_ID}").json()["text"]
    assert (reply["status"], reply["reason"], reply["model"]) == ("answered", None, "scripted")
    assert reply["independent_sources"] == 1
    markers = [citation["marker"] for citation in reply["citations"]]
    assert markers == list(range(1, len(markers) + 1))
    assert reply["sentences"]
    for sentence in reply["sentences"]:
        assert sentence["citations"]
        assert set(sentence["citations"]) <= set(markers)
        assert 0 <= sentence["support"] <= 1
        assert sentence["text"] in reply["answer"]
    assert {m for s in reply["sentences"] for m in s["citations"]} == set(markers)
    for citation in reply["citations"]:
        assert citation["document_id"] == ARTICLE_ID
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    for rank, passage in enumerate(reply["passages"], 1):
        assert passage["rank"] == rank
        assert text[passage["start"] : passage["end"]] == passage["text"]
    assert {"retrieve", "total"} <= reply["timings_ms"].keys()


@pytest.mark.parametrize("draft", [INVENTED, "I do not know.", ""])
def test_a_refusal_is_a_reply_with_a_reason_and_the_passages_but_no_answer(serve: Serve, draft: str) -> None:
    with serve(ScriptedModel(draft)) as service:
        response = service.http.post("/v1/ask", json=QUESTION)
    reply = response.json()
    assert response.status_code == 200
    assert reply["status"] in ("not_found", "unsupported")
    assert (reply["answer"], reply["sentences"], reply["citations"]) == ("", [], [])
    assert reply["independent_sources"] == 0
    assert reply["reason"]
    assert reply["passages"]


def test_a_stream_gives_the_passages_the_sentences_and_then_the_very_reply_of_the_other_form(serve: Serve) -> None:
    with serve(ScriptedModel(f"{DRAFT} {SECOND}")) as service:
        whole = service.http.post("/v1/ask", json=QUESTION).json()
        with service.http.stream("POST", "/v1/ask", json=QUESTION, headers={"Accept": "text/event-stream"}) as reply:
            assert reply.status_code == 200
            assert reply.headers["Content-Type"].startswith("text/event-stream")
            assert reply.headers["Cache-Control"] == "no-cache"
            streamed = list(events(reply))
    names = [name for name, _ in streamed]
    assert names == ["passages", *["sentence"] * len(whole["sentences"]), "answer"]
    assert streamed[0][1]["passages"] == whole["passages"]
    assert settled(streamed[-1][1]) == settled(whole)
    for (_, event), sentence in zip(streamed[1:-1], whole["sentences"], strict=True):
        quotes = event.pop("quotes")
        assert event == sentence
        assert [quote["marker"] for quote in quotes] == sentence["citations"]
        assert all(quote in whole["citations"] for quote in quotes)


def test_a_sentence_is_streamed_while_the_next_is_still_being_drafted(serve: Serve) -> None:
    model = ScriptedModel(f"{DRAFT} {SECOND}", pause_before=SECOND.split()[-1])
    with (
        serve(model) as service,
        service.http.stream("POST", "/v1/ask", json=QUESTION, headers={"Accept": "text/event-stream"}) as reply,
    ):
        stream = events(reply)
        assert [next(stream)[0], next(stream)[0]] == ["passages", "sentence"]
        assert model.finished == 0
        model.resume()
        assert [name for name, _ in stream][-1] == "answer"


@pytest.mark.parametrize(
    ("accept", "streams"),
    [
        ("text/event-stream", True),
        ("text/event-stream;q=0.9, */*", True),
        ("TEXT/EVENT-STREAM", True),
        ("application/json, text/event-stream", False),
        ("text/event-stream, application/json", True),
        ("*/*", False),
        ("", False),
    ],
)
def test_the_form_of_a_reply_is_what_the_client_names_first(service: Service, accept: str, streams: bool) -> None:
    reply = service.http.post("/v1/ask", json=QUESTION, headers={"Accept": accept})
    assert reply.headers["Content-Type"].startswith("text/event-stream" if streams else "application/json")


def test_filters_and_as_of_decide_what_may_be_used(serve: Serve) -> None:
    with serve(ScriptedModel(DRAFT)) as service:
        service.add({"id": "later", "text": f"Years on it was told again. {DRAFT}", "published_at": "2026-01-05"})

        def used(**asked: Any) -> set[str]:
            reply = service.http.post("/v1/search", json={**QUESTION, **asked}).json()
            return {passage["document_id"] for passage in reply["passages"]}

        assert used() == {ARTICLE_ID, "later"}
        assert used(filters={"document_ids": ["later"]}) == {"later"}
        assert used(filters={"published_before": "2026-01-04"}) == {ARTICLE_ID}
        assert used(filters={"published_before": "2026-01-05", "published_after": "2026-01-05"}) >= {"later"}
        assert used(as_of="2026-01-04") == {ARTICLE_ID}
        assert used(as_of="2026-01-05") == {ARTICLE_ID, "later"}
        reply = service.http.post("/v1/ask", json={**QUESTION, "filters": {"document_ids": ["later"]}}).json()
        assert {citation["document_id"] for citation in reply["citations"]} <= {"later"}


def test_a_search_gives_passages_in_rank_order_and_needs_no_model(service: Service) -> None:
    before = service.model.started
    reply = service.http.post("/v1/search", json={**QUESTION, "limit": 2}).json()
    assert [passage["rank"] for passage in reply["passages"]] == [1, 2]
    assert reply["passages"][0]["score"] >= reply["passages"][1]["score"]
    assert reply["timings_ms"].keys() == {"retrieve", "total"}
    assert service.model.started == before


def test_drafts_are_told_with_quotes_faults_and_signals_where_explain_asks_for_them(serve: Serve) -> None:
    wrong = DRAFT.replace("March 15", "March 16")
    with serve(ScriptedModel(f"{DRAFT} {wrong}", preference=0.9)) as service:
        reply = service.http.post("/v1/ask", json=QUESTION | {"explain": True}).json()
        plain = service.http.post("/v1/ask", json=QUESTION).json()
        streamed = service.streamed(QUESTION | {"explain": True})
    kept, dropped = reply["drafts"]
    assert (kept["text"], kept["released"], kept["faults"]) == (DRAFT, True, [])
    assert kept["quotes"] == [citation["quote"] for citation in reply["citations"]]
    assert kept["support"] == reply["sentences"][0]["support"]
    assert kept["signals"].keys() == {field.name for field in fields(Signals)}
    assert (dropped["text"], dropped["released"]) == (wrong, False)
    assert [fault["check"] for fault in dropped["faults"]] == ["number", "date"]
    assert [sentence["text"] for sentence in reply["sentences"]] == [DRAFT]
    assert "drafts" not in plain
    assert settled(plain) == {key: value for key, value in settled(reply).items() if key != "drafts"}
    assert settled(streamed[-1][1]) == settled(reply)
    assert all("drafts" not in data for _, data in streamed[:-1])


@pytest.mark.parametrize("draft", [INVENTED, "I do not know."])
def test_an_explained_refusal_tells_what_was_drafted_and_not_released(serve: Serve, draft: str) -> None:
    with serve(ScriptedModel(draft)) as service:
        reply = service.http.post("/v1/ask", json=QUESTION | {"explain": True}).json()
    assert (reply["status"] in ("not_found", "unsupported"), reply["answer"]) == (True, "")
    assert [drafted["text"] for drafted in reply["drafts"]][:1] == [draft]
    assert not any(drafted["released"] for drafted in reply["drafts"])


@pytest.mark.parametrize("wrong", ["yes", 1])
def test_explain_is_true_or_false_and_nothing_else(service: Service, wrong: object) -> None:
    reply = service.http.post("/v1/ask", json=QUESTION | {"explain": wrong})
    assert (reply.status_code, reply.json()["field"]) == (422, "explain")


def test_the_same_question_has_the_same_reply(serve: Serve) -> None:
    with serve(ScriptedModel(DRAFT)) as service:
        first, second = (settled(service.http.post("/v1/ask", json=QUESTION).json()) for _ in range(2))
    assert first == second


def unreachable(_: object) -> str:
    raise Unavailable("model", "the model does not answer")


def broken(_: object) -> str:
    raise RuntimeError("the secret is 1234")


def test_a_model_that_cannot_be_reached_is_a_problem_in_both_forms(serve: Serve) -> None:
    with serve(ScriptedModel(unreachable)) as service:
        reply = service.http.post("/v1/ask", json=QUESTION)
        assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
        assert int(reply.headers["Retry-After"]) >= 1
        streamed = service.streamed(QUESTION)
        assert [name for name, _ in streamed] == ["passages", "error"]
        assert (streamed[-1][1]["status"], streamed[-1][1]["code"]) == (503, "unavailable")


def test_an_unexpected_error_is_told_without_its_words_and_the_service_goes_on(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(ScriptedModel(broken, broken, DRAFT)) as service:
        reply = service.http.post("/v1/ask", json=QUESTION, headers={"X-Request-ID": "mine-1"})
        assert (reply.status_code, reply.json()["code"]) == (500, "internal_error")
        assert reply.headers["Content-Type"] == "application/problem+json"
        assert reply.json()["request_id"] == reply.headers["X-Request-ID"] == "mine-1"
        streamed = service.streamed(QUESTION)
        assert (streamed[-1][0], streamed[-1][1]["code"]) == ("error", "internal_error")
        assert "1234" not in reply.text + json.dumps(streamed)
        assert service.http.post("/v1/ask", json=QUESTION).status_code == 200
    assert "1234" in caplog.text


def test_an_answer_that_takes_too_long_is_ended_and_the_model_freed(serve: Serve) -> None:
    model = ScriptedModel(DRAFT)
    with serve(model, ask_timeout=1.0) as service:
        model.pause()
        while model.started < 1:  # on a busy machine the second may be over before the model is asked
            reply = service.http.post("/v1/ask", json=QUESTION)
            assert (reply.status_code, reply.json()["code"]) == (504, "timeout")
        model.wait_closed(1)
        while model.started < 2:
            streamed = service.streamed(QUESTION)
            assert (streamed[-1][0], streamed[-1][1]["code"]) == ("error", "timeout")
        model.wait_closed(2)
        model.resume()
        statuses = (service.http.post("/v1/ask", json=QUESTION).json()["status"] for _ in range(20))
        assert "answered" in statuses  # one within the second, however busy the machine is


def test_httpx_is_given_the_whole_text_of_a_streamed_reply(service: Service) -> None:
    """A client that knows nothing of event streams still gets a body that ends."""
    headers = {"Accept": "text/event-stream"}
    reply = httpx.post(f"{service.url}/v1/ask", json=QUESTION, headers=headers, timeout=60)
    assert reply.text.count("\n\n") == reply.text.count("event: ")


def test_a_retraction_and_a_page_are_told_with_what_they_concern(serve: Serve) -> None:
    said = "The chapel of Quarn has 9 bells."
    pages = ["The chapel of Quarn stands on a hill. ", "The chapel of Quarn has 9 bells."]
    report = {"id": "report", "title": "The chapel of Quarn", "published_at": "2025-03-01", "text": "".join(pages)}
    notice = {"id": "notice", "title": "A notice", "published_at": "2025-03-03", "text": "We retract the report."}
    with serve(ScriptedModel(said, preference=0.95)) as service:
        service.add(report | {"pages": [0, len(pages[0])]}, notice | {"retracts": ["report"]})
        body = service.http.post("/v1/ask", json={"question": "How many bells has the chapel of Quarn?"}).json()
        assert body["answer"] == f"{said} [1] This article was retracted on 3 March 2025. [2]"
        first, second = body["citations"]
        told = {"document_id": "notice", "title": "A notice", "published_at": "2025-03-03T00:00:00Z"}
        assert (first["status"], first["notice"], first["page"]) == ("retracted", told, 2)
        assert (second["status"], second["notice"], second["page"]) == (None, None, None)
        assert second["quote"] == "We retract the report."
        shown = next(passage for passage in body["passages"] if passage["document_id"] == "report")
        assert (shown["status"], shown["notice"], shown["page"]) == ("retracted", told, 1)
        stored = service.http.get("/v1/documents/notice").json()
        assert (stored["corrects"], stored["retracts"], stored["pages"]) == ([], ["report"], [])
        assert service.http.get("/v1/documents/report").json()["pages"] == [0, len(pages[0])]
        early = {"question": "How many bells has the chapel of Quarn?", "as_of": "2025-03-02"}
        assert service.http.post("/v1/ask", json=early).json()["answer"] == f"{said} [1]"
