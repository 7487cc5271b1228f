"""Documents and jobs over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID, Serve, Service


@pytest.fixture
def own(serve: Serve) -> Iterator[Service]:
    """A service that a test may change."""
    with serve(ScriptedModel("")) as service:
        yield service


def test_adding_is_accepted_as_a_job_that_can_be_followed(own: Service) -> None:
    reply = own.http.post("/v1/documents", json={"documents": [{"id": "a", "text": "Rain fell on Oslo."}]})
    job = reply.json()
    assert reply.status_code == 202
    assert reply.headers["Location"] == f"/v1/jobs/{job['job_id']}"
    assert job["state"] == "queued"
    assert job["counts"] == {"total": 1, "added": 0, "updated": 0, "unchanged": 0, "failed": 0}
    assert job["failures"] == []
    assert own.http.get(reply.headers["Location"]).json() == job
    assert own.http.get("/v1/jobs").json()["jobs"][0] == job
    assert len(own.http.get("/v1/jobs", params={"limit": 1}).json()["jobs"]) == 1


def test_every_document_is_indexed_or_listed_with_a_reason(own: Service) -> None:
    done = own.add(
        {"id": "new", "text": "Rain fell on Oslo."},
        {"id": ARTICLE_ID, "text": own.http.get(f"/v1/documents/{ARTICLE_ID}").json()["text"]},
        {"id": "blank", "text": " \n\t"},
        {"id": "none", "text": ""},
        {"id": "x" * 600, "text": "An id can be too long."},
    )
    assert done["state"] == "succeeded"
    assert done["counts"] == {"total": 5, "added": 1, "updated": 0, "unchanged": 1, "failed": 3}
    codes = {failure["id"][:10]: failure["code"] for failure in done["failures"]}
    assert codes == {"blank": "empty_text", "none": "empty_text", "x" * 10: "invalid_record"}
    assert all(failure["detail"] for failure in done["failures"])


def test_a_text_longer_than_the_settings_allow_fails_alone(serve: Serve) -> None:
    with serve(ScriptedModel(""), max_text_chars=5_000) as service:
        done = service.add({"id": "long", "text": "word " * 2_000}, {"id": "short", "text": "Rain fell on Oslo."})
    assert done["counts"]["added"] == 1
    assert [(failure["id"], failure["code"]) for failure in done["failures"]] == [("long", "too_large")]


def test_a_retry_with_the_same_key_is_the_same_job_and_with_other_documents_a_problem(own: Service) -> None:
    def add(text: str, key: str) -> Any:
        body = {"documents": [{"id": "a", "text": text}]}
        return own.http.post("/v1/documents", json=body, headers={"Idempotency-Key": key})

    first = add("Rain fell on Oslo.", "key-1")
    assert add("Rain fell on Oslo.", "key-1").json() == first.json()
    assert add("Rain fell on Oslo.", "key-2").json()["job_id"] != first.json()["job_id"]
    reused = add("Snow fell on Oslo.", "key-1")
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    assert reused.json()["field"] == "Idempotency-Key"


def test_a_document_comes_back_whole_with_times_in_utc(own: Service) -> None:
    written = {
        "id": "a",
        "title": "Weather",
        "text": "Rain fell on Oslo.\nThen it stopped. 🌧️",
        "url": "https://news.example/a",
        "source": "Example News",
        "published_at": "2025-03-17T10:00:00+01:00",
        "language": "en",
    }
    own.add(written)
    document = own.http.get("/v1/documents/a").json()
    assert {key: document[key] for key in written} == written | {"published_at": "2025-03-17T09:00:00Z"}
    assert (document["version"], document["characters"]) == (1, len(written["text"]))
    assert document["ingested_at"].endswith("Z")


def test_every_version_can_be_read_and_the_current_one_is_the_default(own: Service) -> None:
    own.add({"id": "a", "text": "Rain fell on Oslo."})
    assert own.add({"id": "a", "text": "Snow fell on Oslo."})["counts"]["updated"] == 1

    def text(**params: int) -> str:
        return str(own.http.get("/v1/documents/a", params=params).json()["text"])

    assert (text(), text(version=1), text(version=2)) == (
        "Snow fell on Oslo.",
        "Rain fell on Oslo.",
        "Snow fell on Oslo.",
    )
    missing = own.http.get("/v1/documents/a", params={"version": 3})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


AWKWARD = ["a/b/c", "/rooted", "trailing/", "..", "a..b", "100%", "%2F", "ü λ 漢字", "a?b#c", "a+b&c=d", "jobs", '"q"']


@pytest.mark.parametrize("document_id", AWKWARD)
def test_an_id_may_hold_whatever_a_url_can_carry(service: Service, document_id: str) -> None:
    done = service.add({"id": document_id, "text": "Rain fell on Oslo."})
    assert done["counts"]["failed"] == 0
    path = f"/v1/documents/{quote(document_id, safe='').replace('.', '%2E')}"
    assert service.http.get(path).json()["id"] == document_id
    assert service.http.delete(path).status_code == 204
    assert service.http.get(path).status_code == 404


def test_a_document_that_was_removed_is_gone_and_answers_nothing(own: Service) -> None:
    gone = own.http.delete(f"/v1/documents/{ARTICLE_ID}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert own.http.get(f"/v1/documents/{ARTICLE_ID}").json()["code"] == "not_found"
    assert own.http.post("/v1/search", json={"question": "Where was al-Rifai killed?"}).json()["passages"] == []
    assert own.http.delete(f"/v1/documents/{ARTICLE_ID}").status_code == 404


def test_documents_are_listed_a_page_at_a_time_each_once(own: Service) -> None:
    own.add(*({"id": f"d{number}", "text": f"Rain fell on day {number}."} for number in range(4)))
    seen, cursor = list[str](), None
    while True:
        page = own.http.get("/v1/documents", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        assert 1 <= len(page["documents"]) <= 2
        seen += [document["id"] for document in page["documents"]]
        assert all("text" not in document for document in page["documents"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted([ARTICLE_ID, "d0", "d1", "d2", "d3"])


ODD = ["a\x00b and more.", "half \ud800 a pair", "\ufeffmark", "\u202eright to left", "e\u0301", "\U0001f327"]


@pytest.mark.parametrize("text", ODD)
def test_no_text_breaks_the_service(service: Service, text: str) -> None:
    body = json.dumps({"documents": [{"id": "odd", "text": text}]})
    reply = service.http.post("/v1/documents", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 202
    service.work()
    assert service.http.get(f"/v1/jobs/{reply.json()['job_id']}").json()["state"] == "succeeded"
    document = service.http.get("/v1/documents/odd").json()
    assert document["characters"] == len(document["text"])
    assert service.http.delete("/v1/documents/odd").status_code == 204


@pytest.mark.parametrize("path", ["/v1/documents/none", "/v1/jobs/none"])
def test_what_does_not_exist_is_a_problem(service: Service, path: str) -> None:
    reply = service.http.get(path)
    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")


def test_a_batch_larger_than_the_settings_allow_is_refused_whole(serve: Serve) -> None:
    with serve(ScriptedModel(""), max_batch=2) as service:
        before = service.http.get("/v1/jobs").json()
        reply = service.http.post("/v1/documents", json={"documents": [{"text": f"{n}."} for n in range(3)]})
        assert (reply.status_code, reply.json()["field"]) == (422, "documents")
        assert service.http.get("/v1/jobs").json() == before


def test_authors_and_the_time_of_update_are_taken_and_told(service: Service) -> None:
    known = {"authors": ["Jane Doe", "John Roe"], "updated_at": "2025-03-18T10:00:00Z"}
    sent = {"id": "signed", "text": "Goats of Quarndon boarded the ferry.", "source": "S", "published_at": "2025-03-17"}
    assert service.add({**sent, **known, "updated_at": "2025-03-18T11:00:00+01:00"})["counts"]["added"] == 1
    assert service.add({**sent, **known})["counts"]["unchanged"] == 1
    asked = {"question": "Which goats of Quarndon boarded?", "filters": {"document_ids": ["signed"]}}
    (listed,) = [each for each in service.http.get("/v1/documents").json()["documents"] if each["id"] == "signed"]
    (found,) = service.http.post("/v1/search", json=asked).json()["passages"]
    for shown in (service.http.get("/v1/documents/signed").json(), listed, found):
        assert {name: shown[name] for name in known} == known
    assert service.add(sent)["counts"]["updated"] == 1
    whole = service.http.get("/v1/documents/signed").json()
    assert (whole["version"], whole["authors"], whole["updated_at"]) == (1, [], None)
    assert service.http.delete("/v1/documents/signed").status_code == 204


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"authors": "Jane Doe"}, "documents[0].authors"),
        ({"authors": [1]}, "documents[0].authors[0]"),
        ({"authors": ["x"] * 101}, "documents[0].authors"),
        ({"authors": ["x" * 201]}, "documents[0].authors[0]"),
        ({"author": ["Jane Doe"]}, "documents[0].author"),
        ({"updated_at": "2025-03-18T10:00:00"}, "documents[0].updated_at"),
    ],
)
def test_authors_are_a_list_of_names_and_an_update_has_a_zone(
    service: Service, wrong: dict[str, Any], field: str
) -> None:
    reply = service.http.post("/v1/documents", json={"documents": [{"text": "Words.", **wrong}]})
    assert (reply.status_code, reply.json()["field"]) == (422, field)
