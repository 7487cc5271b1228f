"""A service with API keys: what each opens, and what does not open anything."""

from __future__ import annotations

import json
import logging
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from api import keys
from api.app import create_app
from api.cli import WRONG, main
from rag.store.tables import access_keys
from tests.api.test_http_problems import assert_problem
from tests.conftest import EngineFactory
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID, Serve, Service
from tests.serving import served, until

QUESTION = {"question": "Where was al-Rifai killed?"}
DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."


@dataclass(frozen=True)
class Guarded:
    """A service, and keys to it by what they are for."""

    service: Service
    keys: dict[str, str]

    def call(self, key: str | None, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.keys.get(key, key)}"} if key is not None else {}
        return self.service.http.request(method, path, **({"headers": headers} | sent))


@pytest.fixture(scope="module")
def guarded(serve: Serve) -> Iterator[Guarded]:
    with serve(ScriptedModel(DRAFT), requests_at_once=2) as service:
        yield Guarded(service, {name: added(service, name, scopes) for name, scopes in SCOPES.items()})
        with service.engine.store.write() as connection:
            connection.execute(delete(access_keys))


SCOPES = {"ask": ["ask"], "write": ["write"], "both": ["ask", "write"]}


def added(service: Service, name: str, scopes: list[str], expires: datetime | None = None) -> str:
    made = keys.make()
    service.engine.store.add_key(made.id, name, scopes, made.digest, expires)
    return made.text


CALLS: list[tuple[str, str, Any, str, int]] = [
    ("POST", "/v1/ask", QUESTION, "ask", 200),
    ("POST", "/v1/search", QUESTION, "ask", 200),
    ("GET", "/v1/documents", None, "ask", 200),
    ("GET", f"/v1/documents/{ARTICLE_ID}", None, "ask", 200),
    ("GET", "/v1/sources", None, "ask", 200),
    ("GET", "/v1/answers/none", None, "ask", 404),
    ("POST", "/v1/answers/none/feedback", {"mark": "good"}, "ask", 404),
    ("GET", "/v1/nothing", None, "ask", 404),
    ("POST", "/v1/documents", {"documents": []}, "write", 422),
    ("POST", "/v1/documents/fetch", {"urls": []}, "write", 422),
    ("DELETE", "/v1/documents/none", None, "write", 404),
    ("GET", "/v1/jobs", None, "write", 200),
    ("GET", "/v1/jobs/none", None, "write", 404),
]


@pytest.mark.parametrize(("method", "path", "body", "scope", "status"), CALLS)
def test_each_call_needs_a_key_with_its_scope(
    guarded: Guarded, method: str, path: str, body: Any, scope: str, status: int
) -> None:
    other = "write" if scope == "ask" else "ask"
    refused = guarded.call(None, method, path, json=body)
    assert_problem(refused, 401, "key_missing")
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="groundwire"'
    lacking = guarded.call(other, method, path, json=body)
    assert scope in assert_problem(lacking, 403, "scope_missing")["detail"]
    assert f'error="insufficient_scope", scope="{scope}"' in lacking.headers["WWW-Authenticate"]
    for key in (scope, "both"):
        assert guarded.call(key, method, path, json=body).status_code == status


def test_the_documentation_says_what_needs_a_key(guarded: Guarded) -> None:
    paths = guarded.call(None, "GET", "/openapi.json").json()["paths"]
    for path, operations in paths.items():
        for operation in operations.values():
            closed = path.startswith(("/v1/", "/metrics"))
            assert ("security" in operation) is closed
            assert ("401" in operation["responses"]) is closed


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/docs", "/openapi.json", "/"])
def test_probes_and_documentation_are_open(guarded: Guarded, path: str) -> None:
    assert guarded.call(None, "GET", path).status_code in (200, 307)
    assert guarded.call("gw_wrong", "GET", path).status_code in (200, 307)


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/%2e%2e/v1/documents", "/v1//documents", "/mcp", "/metrics"])
def test_no_other_way_of_writing_a_closed_path_opens_it(guarded: Guarded, path: str) -> None:
    assert guarded.call(None, "GET", path).status_code == 401


@pytest.mark.parametrize(
    "path", ["//v1/documents", "/V1/documents", "/docs/../v1/documents", "/docs/..%2fv1/documents"]
)
def test_a_path_that_only_looks_like_an_open_one_leads_nowhere(guarded: Guarded, path: str) -> None:
    host, port = guarded.service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        reply = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
    assert reply.startswith(("HTTP/1.1 401 ", "HTTP/1.1 404 "))
    assert ARTICLE_ID not in reply


def test_no_part_case_or_other_place_of_a_key_opens_anything(guarded: Guarded) -> None:
    key = guarded.keys["both"]
    public, secret = key[:19], key[20:]
    for wrong in (key[:-1], key + "x", key.upper(), key.swapcase(), secret, public, f"{public}_{'A' * 43}"):
        assert_problem(guarded.call(wrong, "GET", "/v1/documents"), 401, "key_invalid")
    unknown = keys.make().text
    assert guarded.call(unknown, "GET", "/v1/documents").json()["detail"] == "there is no such API key"
    elsewhere: list[dict[str, Any]] = [
        {"params": {"key": key, "api_key": key, "access_token": key, "authorization": f"Bearer {key}"}},
        {"headers": {"X-API-Key": key, "Cookie": f"key={key}", "Proxy-Authorization": f"Bearer {key}"}},
    ]
    for sent in elsewhere:
        assert_problem(guarded.call(None, "GET", "/v1/documents", **sent), 401, "key_missing")
    twice: list[tuple[str, str]] = [("Authorization", f"Bearer {key}")] * 2
    assert_problem(guarded.service.http.get("/v1/documents", headers=twice), 401, "key_invalid")
    long = {"Authorization": f"Bearer {key}{'x' * 30_000}"}
    refused = guarded.service.http.get("/v1/documents", headers=long)
    assert_problem(refused, 401, "key_invalid")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_a_header_larger_than_any_is_refused_and_the_service_goes_on(guarded: Guarded) -> None:
    host, port = guarded.service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        reply = b""
        with suppress(OSError):  # it may hang up before it has read all
            connection.sendall(b"GET /v1/documents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ")
            connection.sendall(b"x" * 200_000)
            connection.shutdown(socket.SHUT_WR)
            reply = connection.recv(65_536)
    assert not reply.startswith(b"HTTP/1.1 200")
    assert guarded.call("ask", "GET", "/v1/documents").status_code == 200


def test_a_key_is_refused_from_the_moment_it_is_revoked_and_once_its_time_is_over(guarded: Guarded) -> None:
    store = guarded.service.engine.store
    revoked = added(guarded.service, "revoked", ["ask"])
    assert guarded.call(revoked, "GET", "/v1/documents").status_code == 200
    store.revoke_key("revoked")
    assert_problem(guarded.call(revoked, "GET", "/v1/documents"), 401, "key_revoked")
    expired = added(guarded.service, "expired", ["ask"], datetime.now(UTC) - timedelta(seconds=1))
    assert_problem(guarded.call(expired, "GET", "/v1/documents"), 401, "key_expired")
    for key in (revoked, expired):  # who has only the public part learns nothing
        forged = key[:20] + "A" * 43
        assert_problem(guarded.call(forged, "GET", "/v1/documents"), 401, "key_invalid")


def test_keys_are_in_no_log_and_in_no_reply(guarded: Guarded, caplog: pytest.LogCaptureFixture) -> None:
    key = guarded.keys["ask"]

    def lines() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.name.startswith("groundwire")]

    with caplog.at_level(logging.DEBUG):
        for wrong in (key, key[:-1] + "!"):
            headers = {"Authorization": f"Bearer {wrong}", "X-Request-ID": key}
            replies = [
                guarded.service.http.get(f"/v1/documents/{key}", headers=headers, params={"key": key}),
                guarded.service.http.post("/v1/ask", headers=headers, json={"question": 7}),
            ]
            assert all(key not in str(reply.headers) for reply in replies)
        until(lambda: len(lines()) == 4, "a line is missing")  # it is written once the reply was sent
    assert not any(key in line for line in lines())


def test_a_key_has_so_many_requests_at_once(guarded: Guarded) -> None:
    key, service = added(guarded.service, "busy", ["ask"]), guarded.service
    headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
    service.model.pause()
    try:
        with (
            service.http.stream("POST", "/v1/ask", json=QUESTION, headers=headers),
            service.http.stream("POST", "/v1/ask", json=QUESTION, headers=headers),
        ):
            refused = guarded.call(key, "GET", "/v1/documents")
            assert_problem(refused, 429, "too_many_at_once")
            assert refused.headers["Retry-After"] == "1"
            assert guarded.call("both", "GET", "/v1/documents").status_code == 200
    finally:
        service.model.resume()


def test_commands_take_the_key_from_an_option_or_the_environment(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["search", "al-Rifai", "--base", guarded.service.url, *arguments])
        return result.exit_code, result.output

    assert run()[0] == WRONG
    assert "needs an API key" in run()[1]
    assert run("--key", guarded.keys["ask"])[0] == 0
    monkeypatch.setenv("GROUNDWIRE_KEY", guarded.keys["ask"])
    assert run()[0] == 0
    assert "scope ask" in run("--key", guarded.keys["write"])[1]
    code, printed = run("--key", "gw_\n")
    assert (code, "no key has" in printed) == (WRONG, True)


def test_a_service_that_other_machines_reach_is_closed_even_without_keys(engine_factory: EngineFactory) -> None:
    engine = engine_factory(ScriptedModel(""))
    settings = engine.settings.model_copy(update={"host": "0.0.0.0"})
    with served(create_app(lambda: engine, settings)) as url, httpx.Client(base_url=url, timeout=60) as http:
        until(lambda: "starting" not in http.get("/v1/documents").text, "the engine was not taken")
        assert_problem(http.get("/v1/documents"), 401, "key_missing")


def test_marks_are_of_the_key_that_made_them(guarded: Guarded) -> None:
    answer = guarded.call("ask", "POST", "/v1/ask", json=QUESTION).json()
    for key, mark in (("ask", "good"), ("both", "bad")):
        path = f"/v1/answers/{answer['id']}/feedback"
        assert guarded.call(key, "POST", path, json={"mark": mark}).status_code == 201
    (kept,) = guarded.service.engine.store.marked_answers()
    ids = {keys.id_of(guarded.keys[name]): name for name in ("ask", "both")}
    assert {ids[mark.key_id]: mark.mark for mark in kept.marks} == {"ask": "good", "both": "bad"}
    assert json.loads(kept.body)["id"] == answer["id"]


NEWS = {"collection": "news"}
WRITING: dict[str, Any] = {"json": {"documents": [{"id": "race", "text": "Ilse Brandt won the race in Varn."}]}}
CHAT = {"messages": [{"role": "user", "content": QUESTION["question"]}]}

FOREIGN: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("POST", "/v1/ask"): [{"json": QUESTION}, {"json": QUESTION | NEWS}],
    ("POST", "/v1/search"): [{"json": QUESTION}, {"json": QUESTION | NEWS}],
    ("GET", "/v1/answers/{answer_id}"): [{}, {"params": NEWS}],
    ("POST", "/v1/answers/{answer_id}/feedback"): [
        {"json": {"mark": "bad"}},
        {"json": {"mark": "bad"}, "params": NEWS},
    ],
    ("GET", "/v1/sources"): [{}, {"params": NEWS}],
    ("GET", "/v1/documents"): [{}, {"params": NEWS}],
    ("POST", "/v1/documents"): [
        WRITING,
        {"json": WRITING["json"] | NEWS},
        {"content": b'{"text": "a"}', "params": NEWS, "headers": {"Content-Type": "application/x-ndjson"}},
    ],
    ("POST", "/v1/documents/upload"): [
        {"files": {"files": ("a.txt", b"Text.")}},
        {"files": {"files": ("a.txt", b"Text.")}, "data": NEWS},
    ],
    ("POST", "/v1/documents/fetch"): [
        {"json": {"urls": ["http://127.0.0.1/"]}},
        {"json": {"urls": ["http://127.0.0.1/"]} | NEWS},
    ],
    ("GET", "/v1/documents/{document_id}"): [{}, {"params": NEWS}],
    ("DELETE", "/v1/documents/{document_id}"): [{}, {"params": NEWS}],
    ("GET", "/v1/jobs"): [{}, {"params": NEWS}],
    ("GET", "/v1/jobs/{job_id}"): [{}, {"params": NEWS}],
    ("GET", "/v1/jobs/{job_id}/failures"): [{}, {"params": NEWS}],
    ("POST", "/v1/jobs/{job_id}/cancel"): [{}, {"params": NEWS}],
    ("POST", "/v1/jobs/{job_id}/requeue"): [{}, {"params": NEWS}],
    ("DELETE", "/v1/collections/{name}"): [{}],
    ("POST", "/v1/chat/completions"): [
        {"json": CHAT},
        {"json": CHAT | {"model": "groundwire/news"}},
        {"json": CHAT | NEWS | {"stream": True}},
        {"json": CHAT, "params": NEWS},
    ],
    ("GET", "/metrics"): [{}],
}
"""Each operation as somebody asks it who wants what is in another collection: `default`, where none is named."""
OPEN = {("GET", path) for path in ("/v1/collections", "/v1/models", "/v1/models/{model}", "/healthz", "/readyz")}
"""What names collections only as far as the key may know them, or not at all."""


def test_a_key_bound_to_a_collection_reaches_no_other(guarded: Guarded) -> None:
    made = keys.make()
    guarded.service.engine.store.add_key(made.id, "bound", ["ask", "write"], made.digest, None, ["sport"])

    def called(method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {made.text}"} | sent.pop("headers", {})
        return guarded.service.http.request(method, path, headers=headers, **sent)

    described = called("GET", "/openapi.json").json()["paths"]
    known = {(method.upper(), path) for path, methods in described.items() for method in methods}
    assert known == FOREIGN.keys() | OPEN, "a new operation is tried here too"
    sport = {"collection": "sport"}
    assert called("POST", "/v1/documents", json=WRITING["json"] | sport).status_code == 202
    before = guarded.call("both", "GET", "/v1/collections").json()
    for (method, path), asked in FOREIGN.items():
        for sent in asked:
            reply = called(method, re.sub(r"{\w+}", "news", path), **sent)
            error = reply.json().get("error", reply.json())
            assert (reply.status_code, error["code"]) == (403, "collection_denied"), (method, path, sent, reply.text)
    assert guarded.call("both", "GET", "/v1/collections").json() == before, "nothing came into another"
    told = called("GET", "/v1/collections").json()
    assert ([each["name"] for each in told["collections"]], told["bound"]) == (["sport"], True)
    assert before["bound"] is False
    assert [each["id"] for each in called("GET", "/v1/models").json()["data"]] == ["groundwire/sport"]
    upload = {"files": {"files": ("a.txt", b"Text.")}, "data": sport}
    assert called("POST", "/v1/documents/upload", **upload).status_code == 202
    assert called("GET", "/v1/jobs?collection=sport").status_code == 200
    assert called("DELETE", "/v1/collections/sport").status_code == 204
