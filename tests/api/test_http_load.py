"""Many clients at once, and clients that leave."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.fakes import ScriptedModel
from tests.service import Serve, Service

QUESTION = {"question": "Where was al-Rifai killed?"}
DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."
JSON, STREAM = "application/json", "text/event-stream"
FORMS = pytest.mark.parametrize("accept", [JSON, STREAM])


@contextmanager
def asked(
    service: Service, accept: str, path: str = "/v1/ask", body: bytes = json.dumps(QUESTION).encode(), more: str = ""
) -> Iterator[socket.socket]:
    """A question that has been sent over a connection of its own; leaving closes that without reading."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    )
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + body)
        yield connection


@FORMS
def test_a_client_that_leaves_while_its_answer_is_drafted_frees_the_model(serve: Serve, accept: str) -> None:
    model = ScriptedModel(DRAFT)
    with serve(model) as service:
        model.pause()
        with asked(service, accept):
            model.wait_started(1)
        model.wait_closed(1)
        model.resume()
        assert service.http.post("/v1/ask", json=QUESTION).json()["status"] == "answered"
        assert (model.running, model.finished) == (0, 1)


@FORMS
def test_a_client_that_leaves_while_it_waits_gives_its_place_up(serve: Serve, accept: str) -> None:
    model = ScriptedModel(DRAFT)
    with serve(model, concurrency=1, queue_limit=1) as service:
        model.pause()
        with asked(service, JSON) as first:
            model.wait_started(1)
            with asked(service, accept):
                service.until_waiting(1)
                assert service.http.post("/v1/ask", json=QUESTION).status_code == 503
            service.until_waiting(0)
            with asked(service, accept) as third:
                service.until_waiting(1)
                model.resume()
                assert b" 200 OK" in first.recv(100)
                assert b" 200 OK" in third.recv(100)


@FORMS
def test_a_full_line_is_refused_with_a_status_and_a_time_to_return(serve: Serve, accept: str) -> None:
    model = ScriptedModel(DRAFT)
    with serve(model, concurrency=1, queue_limit=1) as service:
        model.pause()
        with asked(service, JSON), asked(service, STREAM):
            model.wait_started(1)
            service.until_waiting(1)
            refused = service.http.post("/v1/ask", json=QUESTION, headers={"Accept": accept})
            assert refused.status_code == 503
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert refused.json()["code"] == "overloaded"
            assert int(refused.headers["Retry-After"]) >= 1
        model.resume()


@FORMS
def test_a_line_that_would_take_too_long_is_refused_at_once_however_short_it_is(serve: Serve, accept: str) -> None:
    model = ScriptedModel(DRAFT)
    with serve(model, concurrency=1, queue_seconds=1.0) as service:
        model.pause()
        with asked(service, JSON):
            model.wait_started(1)
            refused = service.http.post("/v1/ask", json=QUESTION, headers={"Accept": accept})
            assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
            assert "one more would wait about" in refused.json()["detail"]
            assert int(refused.headers["Retry-After"]) == refused.json()["retry_after"] >= 1
        model.resume()


def test_who_waited_far_too_long_is_told_and_never_answered(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.admission.OVERDUE", 0.001)
    model = ScriptedModel(DRAFT)
    with serve(model, concurrency=1) as service:
        model.pause()
        with asked(service, JSON):
            model.wait_started(1)
            late = service.http.post("/v1/ask", json=QUESTION)
            assert (late.status_code, late.json()["code"]) == (503, "overloaded")
            [(name, told)] = service.streamed(QUESTION)
            assert (name, told["code"], told["retry_after"] >= 1) == ("error", "overloaded", True)
            service.until_waiting(0)
        model.wait_closed(1)
        model.resume()
        assert model.started == 1


def test_a_stream_tells_in_comments_how_many_are_before_it(serve: Serve) -> None:
    model = ScriptedModel(DRAFT)
    with serve(model, concurrency=1) as service:
        model.pause()
        with asked(service, JSON):
            model.wait_started(1)
            with asked(service, STREAM) as second, second.makefile("rb") as told:
                assert any(line.startswith(b": waiting 1 ") for line in told)
                model.resume()
                assert b"event: answer\n" in told


def test_twenty_clients_at_once_each_get_a_whole_reply_or_a_clean_refusal(serve: Serve) -> None:
    model = ScriptedModel(DRAFT)
    with serve(model, concurrency=2, queue_limit=8) as service, ThreadPoolExecutor(20) as clients:
        model.pause()

        def ask(number: int) -> httpx.Response:
            headers = {"Accept": STREAM if number % 2 else JSON}
            return httpx.post(f"{service.url}/v1/ask", json=QUESTION, headers=headers, timeout=60)

        asking = [clients.submit(ask, number) for number in range(20)]
        model.wait_started(2)
        service.until_waiting(8)
        model.resume()
        replies = [future.result() for future in asking]
    answered = [reply for reply in replies if reply.status_code == 200]
    refused = [reply for reply in replies if reply.status_code != 200]
    assert len(answered) >= 10
    for reply in answered:
        streamed = reply.headers["Content-Type"].startswith(STREAM)
        whole = reply.text.split("event: answer\ndata: ")[1] if streamed else reply.text
        assert json.loads(whole)["status"] == "answered"
    for reply in refused:
        assert (reply.status_code, reply.json()["code"]) == (503, "overloaded")
        assert int(reply.headers["Retry-After"]) >= 1
    assert model.most_at_once <= 2


def test_search_and_health_do_not_wait_behind_questions(serve: Serve) -> None:
    model = ScriptedModel(DRAFT)
    with serve(model, concurrency=1, queue_limit=4) as service:
        model.pause()
        with asked(service, JSON), asked(service, STREAM):
            model.wait_started(1)
            service.until_waiting(1)
            assert service.http.get("/healthz").status_code == 200
            assert service.http.get("/readyz").json()["ready"] is True
            assert service.http.post("/v1/search", json=QUESTION).json()["passages"]
            assert service.http.get("/v1/documents").json()["documents"]
            assert model.finished == 0
        model.resume()


def test_a_long_silence_is_filled_with_comments_so_that_the_line_stays_open(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.stream.KEEP_ALIVE_SECONDS", 0.02)
    model = ScriptedModel(DRAFT)
    model.pause()
    with (
        serve(model) as service,
        service.http.stream("POST", "/v1/ask", json=QUESTION, headers={"Accept": STREAM}) as reply,
    ):
        lines = reply.iter_lines()
        assert ": ping" in lines
        model.resume()
        assert "event: answer" in lines


def test_a_service_that_is_stopped_while_it_answers_ends_and_frees_the_model(serve: Serve) -> None:
    model = ScriptedModel(DRAFT)
    model.pause()
    with serve(model) as service:
        left = asked(service, STREAM)
        left.__enter__()
        model.wait_started(1)
    assert (model.running, model.closed_early) == (0, 1)
    left.__exit__(None, None, None)
