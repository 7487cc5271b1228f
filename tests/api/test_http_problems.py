"""Every error over HTTP is a problem document that names what is at fault."""

from __future__ import annotations

import asyncio
import errno
import gzip
import json
import logging
import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.errors import respond
from tests.fakes import ScriptedModel
from tests.service import Serve, Service
from tests.serving import until

MEMBERS = {"type", "title", "status", "detail", "code", "request_id"}


def assert_problem(reply: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = reply.json()
    assert body.keys() >= MEMBERS
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:groundwire:problem:{code}"
    assert body["request_id"] == reply.headers["X-Request-ID"]
    assert body["detail"]
    assert "Traceback" not in reply.text
    return body


WRONG_QUESTIONS: list[tuple[dict[str, Any], str]] = [
    ({}, "question"),
    ({"question": None}, "question"),
    ({"question": 7}, "question"),
    ({"question": ""}, "question"),
    ({"question": "   "}, "question"),
    ({"question": "x" * 2_001}, "question"),
    ({"question": "Who?", "as_of": "yesterday"}, "as_of"),
    ({"question": "Who?", "as_of": 1742428800}, "as_of"),
    ({"question": "Who?", "as_of": "2025-03-20T00:00:00"}, "as_of"),
    ({"question": "Who?", "filters": []}, "filters"),
    ({"question": "Who?", "filters": {"published_after": "2025-02-30"}}, "filters.published_after"),
    ({"question": "Who?", "filters": {"published_before": True}}, "filters.published_before"),
    ({"question": "Who?", "filters": {"sources": "one"}}, "filters.sources"),
    ({"question": "Who?", "filters": {"sources": [1]}}, "filters.sources[0]"),
    ({"question": "Who?", "filters": {"document_ids": ["a", None]}}, "filters.document_ids[1]"),
    ({"question": "Who?", "filters": {"document_ids": ["a"] * 1_001}}, "filters.document_ids"),
    ({"question": "Who?", "filters": {"source": ["a"]}}, "filters.source"),
    ({"question": "Who?", "temperature": 1}, "temperature"),
]


@pytest.mark.parametrize(("body", "field"), WRONG_QUESTIONS)
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search"])
def test_a_wrong_question_names_the_field(service: Service, path: str, body: dict[str, Any], field: str) -> None:
    problem = assert_problem(service.http.post(path, json=body), 422, "invalid_input")
    assert problem["field"] == field


@pytest.mark.parametrize(
    ("path", "field", "wrong"),
    [("/v1/ask", "max_passages", wrong) for wrong in (0, 51, "6", 2.5, None)]
    + [("/v1/search", "limit", wrong) for wrong in (0, 51, "6", 2.5, None)],
)
def test_a_number_of_passages_is_a_number_from_1_to_50(service: Service, path: str, field: str, wrong: object) -> None:
    reply = service.http.post(path, json={"question": "Who?", field: wrong})
    assert assert_problem(reply, 422, "invalid_input")["field"] == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "documents"),
        ({"documents": []}, "documents"),
        ({"documents": {"text": "x"}}, "documents"),
        ({"documents": ["x"]}, "documents[0]"),
        ({"documents": [{"text": "x"}, {"id": "a"}]}, "documents[1].text"),
        ({"documents": [{"text": 5}]}, "documents[0].text"),
        ({"documents": [{"text": "x", "id": 5}]}, "documents[0].id"),
        ({"documents": [{"text": "x", "published_at": "soon"}]}, "documents[0].published_at"),
        ({"documents": [{"text": "x", "publised_at": "2025-03-17"}]}, "documents[0].publised_at"),
        ({"documents": [{"text": "x"}], "dry_run": True}, "dry_run"),
    ],
)
def test_a_wrong_document_names_its_place_and_field(service: Service, body: dict[str, Any], field: str) -> None:
    problem = assert_problem(service.http.post("/v1/documents", json=body), 422, "invalid_input")
    assert problem["field"] == field


def test_every_field_at_fault_is_listed_and_a_great_many_are_cut(service: Service) -> None:
    two = {"question": 7, "filters": {"sources": 1}}
    problem = assert_problem(service.http.post("/v1/ask", json=two), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == ["question", "filters.sources"]
    many = {"documents": [{"text": 1}] * 1_000}
    problem = assert_problem(service.http.post("/v1/documents", json=many), 422, "invalid_input")
    assert len(problem["errors"]) == 20


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/documents?limit=0", "limit"),
        ("/v1/documents?limit=many", "limit"),
        ("/v1/documents?cursor=%F0%9F%98%80", "cursor"),
        ("/v1/documents/a?version=0", "version"),
        (f"/v1/documents/a?version={10**30}", "version"),
        ("/v1/jobs?limit=201", "limit"),
    ],
)
def test_a_wrong_parameter_is_named(service: Service, path: str, field: str) -> None:
    assert assert_problem(service.http.get(path), 422, "invalid_input")["field"] == field


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_wrong_header_is_named(service: Service, key: str) -> None:
    body = {"documents": [{"text": "Rain fell on Oslo."}]}
    reply = service.http.post("/v1/documents", json=body, headers={"Idempotency-Key": key})
    assert assert_problem(reply, 422, "invalid_input")["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "body", [b'{"question": ', b"\xff\xfe\xfd", b"[" * 100_000, b'{"question": ' + b"9" * 5_000 + b"}"]
)
def test_what_is_not_json_is_told_apart_from_json_that_is_wrong(service: Service, body: bytes) -> None:
    reply = service.http.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert_problem(reply, 400, "invalid_json")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_json_that_is_not_called_json_is_refused_with_the_remedy(service: Service, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    problem = assert_problem(
        service.http.post("/v1/ask", content=b'{"question": "Who?"}', headers=headers), 415, "unsupported_media_type"
    )
    assert "application/json" in problem["detail"]


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_a_packed_body_is_refused_and_not_unpacked(service: Service, kind: str) -> None:
    headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
    reply = service.http.post("/v1/documents", content=gzip.compress(b'{"text": "Rain."}\n'), headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_encoding")


def test_a_question_without_a_body_lacks_its_body(service: Service) -> None:
    assert assert_problem(service.http.post("/v1/ask"), 422, "invalid_input")["field"] == "body"


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/ask/", "/v1/documents/a/../../../etc/passwd%00"])
def test_an_unknown_path_is_a_problem(service: Service, path: str) -> None:
    assert_problem(service.http.get(path), 404, "no_such_path")


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/ask"), ("PUT", "/v1/documents"), ("PATCH", "/healthz")])
def test_an_unknown_method_is_a_problem_that_names_the_known_ones(service: Service, method: str, path: str) -> None:
    reply = service.http.request(method, path)
    assert_problem(reply, 405, "method_not_allowed")
    assert reply.headers["Allow"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/docs", "/v1/models", "/v1/documents"])
def test_what_can_be_got_can_be_asked_for_without_its_body(service: Service, path: str) -> None:
    whole, head = service.http.get(path), service.http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == whole.headers["Content-Type"]


def test_what_cannot_be_got_has_no_head_either(service: Service) -> None:
    assert service.http.head("/v1/ask").headers["Allow"] == "POST"
    assert service.http.head("/v1/documents/none").status_code == 404


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[" * 100_000, "nested"),
        (b'{"question": "Who?", "limit": ' + b"9" * 5_000 + b"}", "digits"),
        (b'{"question": "\xff"}', "UTF-8"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_why(service: Service, body: bytes, why: str) -> None:
    reply = service.http.post("/v1/search", content=body, headers={"Content-Type": "application/json"})
    assert why in assert_problem(reply, 400, "invalid_json")["detail"]


@pytest.fixture
def small(serve: Serve) -> Iterator[Service]:
    with serve(ScriptedModel(""), max_request_bytes=4_096) as service:
        yield service


def test_a_body_that_is_announced_too_large_is_refused_without_being_read(small: Service) -> None:
    host, port = small.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n")
        reply = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
    assert reply.startswith("HTTP/1.1 413 ")
    assert "application/problem+json" in reply
    assert '"payload_too_large"' in reply


def test_a_body_that_grows_too_large_is_refused_on_the_way(small: Service) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"question": "'
        for _ in range(20):
            yield b"x" * 1_000

    with httpx.Client(base_url=small.url, timeout=60) as client:
        reply = client.post("/v1/ask", content=endless(), headers={"Content-Type": "application/json"})
    assert_problem(reply, 413, "payload_too_large")
    assert small.http.post("/v1/search", json={"question": "Who?"}).status_code == 200


def test_a_request_id_is_kept_if_it_is_plain_and_made_otherwise(service: Service) -> None:
    for given, kept in (("trace-1.2:3", True), ("two words", False), ("x" * 100, False), ("", False)):
        reply = service.http.get("/healthz", headers={"X-Request-ID": given})
        assert (reply.headers["X-Request-ID"] == given) is kept
        assert reply.headers["X-Request-ID"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_the_log_has_one_line_a_request_and_nothing_of_what_was_asked(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    def lines() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.name == "groundwire.access"]

    with caplog.at_level(logging.INFO, "groundwire.access"):
        service.http.post("/v1/search?key=hidden1", json={"question": "hidden2"}, headers={"X-Request-ID": "t-1"})
        service.http.get("/v1/jobs/line%0Abreak")
        until(lambda: len(lines()) == 2, "a line is missing")  # it is written once the reply was sent
    first, second = (vars(record) for record in caplog.records if record.name == "groundwire.access")
    assert (first["method"], first["route"], first["status"]) == ("POST", "/v1/search", 200)
    assert (second["route"], second["status"], second["code"]) == ("/v1/jobs/{job_id}", 404, "not_found")
    assert not any("hidden" in str(value) for value in first.values())
    assert not any("break" in str(value) for value in second.values())


def test_the_openapi_document_is_whole_and_has_examples(service: Service) -> None:
    document = service.http.get("/openapi.json").json()
    assert set(document["paths"]) == {
        "/v1/ask",
        "/v1/answers/{answer_id}",
        "/v1/answers/{answer_id}/feedback",
        "/v1/search",
        "/v1/sources",
        "/v1/documents",
        "/v1/documents/upload",
        "/v1/documents/fetch",
        "/v1/documents/{document_id}",
        "/v1/jobs",
        "/v1/jobs/{job_id}",
        "/v1/jobs/{job_id}/failures",
        "/v1/jobs/{job_id}/requeue",
        "/v1/jobs/{job_id}/cancel",
        "/v1/chat/completions",
        "/v1/models",
        "/v1/models/{model}",
        "/v1/collections",
        "/v1/collections/{name}",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    schemas = document["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    for name in (
        "AskIn",
        "AnswerOut",
        "FeedbackIn",
        "FeedbackOut",
        "KeptOut",
        "SourcesOut",
        "SearchIn",
        "SearchOut",
        "DocumentsIn",
        "FetchIn",
        "JobOut",
        "WholeOut",
        "ReadyOut",
    ):
        assert schemas[name]["examples"], name  # test_schemas.py holds that they are valid
    for reference in json.dumps(document).split('"$ref": "')[1:]:
        assert reference.split('"')[0].removeprefix("#/components/schemas/") in schemas
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["description"]
            shape = "application/json" if path.startswith(("/v1/chat", "/v1/models")) else "application/problem+json"
            if "parameters" in operation or "requestBody" in operation:
                assert shape in operation["responses"]["422"]["content"]


def test_the_documentation_page_asks_nothing_of_the_network(service: Service) -> None:
    page = service.http.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        assert address.startswith("/")
        assert service.http.get(address).status_code == 200


def test_a_form_that_finds_no_room_on_the_disk_is_told_so() -> None:
    """Files larger than a megabyte are kept on the disk while they come in."""
    full = OSError(errno.ENOSPC, "No space left on device")
    error = HTTPException(400, "There was an error parsing the body")
    error.__cause__ = full
    scope = {"type": "http", "path": "/v1/documents/upload", "headers": [(b"content-type", b"multipart/form-data")]}
    reply = asyncio.run(respond(Request(scope), error))
    assert (reply.status_code, json.loads(bytes(reply.body))["code"]) == (503, "disk_full")
    assert reply.headers["Retry-After"]
