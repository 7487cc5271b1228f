"""What the OpenAPI description says holds: schemathesis makes requests of it, and holds the replies to it.

`make fuzz` does the same for longer, with keys too, and on a service with its worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fakes import ScriptedModel
from tests.service import Serve, Service

THOROUGH = (
    "/v1/documents/{document_id}",
    "/v1/jobs",
    "/v1/collections/{name}",
    "/v1/models/{model}",
    "/healthz",
)
"""Some of each kind, for every case of their schemas; all of them take too long for a test."""


def nowhere(host: str, port: int) -> list[Any]:
    raise OSError("no name is looked up in a test")


@pytest.fixture(scope="module")
def own(serve: Serve) -> Iterator[Service]:
    """A service that these tests may change, and that reaches no page."""
    from ingest.fetch import Fetcher

    model = ScriptedModel("Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15.")
    with serve(model, fetcher=Fetcher(resolve=nowhere)) as service:
        yield service


@pytest.fixture(scope="module")
def described(own: Service) -> dict[str, Any]:
    found: dict[str, Any] = own.http.get("/openapi.json").json()
    return found


def test_what_is_sent_and_replied_is_as_described(own: Service, described: dict[str, Any]) -> None:
    from evals.fuzz import fuzz

    found = fuzz(own.url, 1, phases=("examples", "fuzzing"))
    assert not found.findings, "\n".join(map(str, found.findings.values()))
    operations = {f"{method.upper()} {path}" for path, methods in described["paths"].items() for method in methods}
    assert set(found.requests) >= operations


def test_every_case_of_a_schema_is_told_apart(own: Service) -> None:
    from evals.fuzz import fuzz

    found = fuzz(own.url, 1, phases=("coverage",), paths=THOROUGH)
    assert not found.findings, "\n".join(map(str, found.findings.values()))


def test_without_keys_none_is_described_as_needed(described: dict[str, Any]) -> None:
    operations = [each for methods in described["paths"].values() for each in methods.values()]
    assert not any("security" in each or "401" in each["responses"] for each in operations)


def test_every_reply_of_an_error_has_its_media_type(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        problem = "application/json" if path.startswith(("/v1/chat/", "/v1/models")) else "application/problem+json"
        for operation in methods.values():
            for status, reply in operation["responses"].items():
                if status >= "400" and path != "/readyz":
                    assert list(reply["content"]) == [problem]


def test_examples_keep_what_is_null(described: dict[str, Any]) -> None:
    for schema in described["components"]["schemas"].values():
        for example in schema.get("examples", []):
            assert example.keys() >= set(schema.get("required", []))


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/documents", "GET, HEAD, POST"),
        ("/v1/documents/some/thing", "DELETE, GET, HEAD"),
        ("/v1/documents/fetch", "POST"),
        ("/v1/ask", "POST"),
        ("/", "GET, HEAD"),
    ],
)
def test_a_refused_method_is_told_every_one_that_would_do(own: Service, path: str, methods: str) -> None:
    reply = own.http.request("PATCH", path)
    assert (reply.status_code, reply.headers["Allow"]) == (405, methods)


@pytest.mark.parametrize("number", [6, 6.0])
def test_a_whole_number_may_be_written_with_a_point(own: Service, number: float) -> None:
    assert own.http.post("/v1/search", json={"question": "Who?", "limit": number}).is_success


@pytest.mark.parametrize(
    ("field", "value"),
    [("n", True), ("logprobs", 0), ("modalities", {}), ("response_format", False)],
)
def test_what_asks_for_another_reply_is_refused_however_it_is_written(own: Service, field: str, value: object) -> None:
    body = {"messages": [{"role": "user", "content": "Who?"}], field: value}
    reply: httpx.Response = own.http.post("/v1/chat/completions", json=body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (422, field)


def test_an_empty_name_of_a_collection_is_not_the_default_one(own: Service) -> None:
    files = {"files": ("note.txt", b"The ferry sank.", "text/plain")}
    reply = own.http.post("/v1/documents/upload", files=files, data={"collection": ""})
    assert (reply.status_code, reply.json()["field"]) == (422, "collection")
