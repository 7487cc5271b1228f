"""Clients that send a byte at a time, or nothing."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from api import receiving
from api.patience import HEAD_BYTES
from tests.fakes import ScriptedModel
from tests.service import Serve, Service

DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."
BODY = b'{"question": "Where was al-Rifai killed?"}'
HOST = b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
LINES = b"POST /v1/documents" + HOST.replace(b"json", b"x-ndjson") + b"Content-Length: 100000\r\n\r\n"
LONG = b"POST /v1/search" + HOST + b"Content-Length: 100000\r\n\r\n"
ASK = b"POST /v1/ask" + HOST + b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
KEPT = b"GET /healthz" + HOST + b"\r\n"
LIMIT_SECONDS = 3.0
PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 120.0

Replies = dict[str, bytes]


@contextmanager
def connected(service: Service) -> Iterator[socket.socket]:
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), PATIENCE_SECONDS) as connection:
        yield connection


def dripped(connection: socket.socket, first: bytes, rest: bytes) -> bytes:
    """All that comes back while `rest` is sent a byte at a time, over and over, until the other side ends it."""
    over = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            for byte in itertools.cycle(rest):
                if over.wait(PAUSE_SECONDS):
                    return
                connection.sendall(bytes([byte]))

    connection.sendall(first)
    sending = threading.Thread(target=drip)
    sending.start()
    try:
        return received(connection)
    finally:
        over.set()
        sending.join()


def received(connection: socket.socket) -> bytes:
    """All that comes until the other side ends it, which it has to."""
    came = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            came += piece
    return came


@pytest.fixture(scope="module")
def replies(serve: Serve) -> Iterator[Replies]:
    """What each kind of client got, all of them at the same time."""
    model = ScriptedModel(DRAFT)
    with (
        pytest.MonkeyPatch.context() as shorter,
        serve(model, receive_seconds=LIMIT_SECONDS) as service,
        ThreadPoolExecutor(5) as clients,
    ):
        shorter.setattr(receiving, "SILENT_SECONDS", LIMIT_SECONDS)
        shorter.setattr(receiving, "PACE", 1_000)
        model.pause()
        with connected(service) as asking, ExitStack() as slow:
            asking.sendall(ASK)
            model.wait_started(1)
            kinds = {
                "head": (KEPT[:40], b"X-Some: a\r\n"),
                "body": (LONG, b" "),
                "lines": (LINES, b'{"text": "Rain."}\n'),
                "second": (KEPT + KEPT[:40], b"X-Some: a\r\n"),
                "silent": (b"", b""),
            }
            lines = {kind: slow.enter_context(connected(service)) for kind in kinds}
            came = {kind: clients.submit(dripped, lines[kind], *sent) for kind, sent in kinds.items()}
            for _ in range(50):
                slow.enter_context(connected(service)).sendall(LONG[:40])
            answer = service.http.post("/v1/search", content=BODY, headers={"Content-Type": "application/json"})
            found = {kind: future.result() for kind, future in came.items()}
            model.resume()
            [job] = service.http.get("/v1/jobs", params={"limit": 1}).json()["jobs"]
            found["job"] = job["stream"]["state"].encode()
            yield found | {"search": str(answer.status_code).encode(), "ask": received(asking)}


def test_a_head_that_comes_a_byte_at_a_time_is_not_waited_for(replies: Replies) -> None:
    assert replies["head"].startswith(b"HTTP/1.1 408 ")


def test_a_body_that_comes_a_byte_at_a_time_is_refused_with_a_problem(replies: Replies) -> None:
    assert replies["body"].startswith(b"HTTP/1.1 408 ")
    assert b'"code": "too_slow"' in replies["body"]


def test_a_stream_of_lines_that_comes_a_byte_at_a_time_is_broken_off_and_its_job_knows(replies: Replies) -> None:
    assert replies["lines"].startswith(b"HTTP/1.1 504 ")
    assert b"bytes a second" in replies["lines"]
    assert replies["job"] == b"broken_off"


def test_a_connection_that_says_nothing_is_closed(replies: Replies) -> None:
    assert replies["silent"] == b""


def test_a_second_request_that_never_comes_whole_is_not_waited_for_either(replies: Replies) -> None:
    assert replies["second"].startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in replies["second"]


def test_slow_senders_starve_nobody_and_an_answer_may_take_longer_than_sending_its_question(replies: Replies) -> None:
    assert replies["search"] == b"200"
    assert replies["ask"].startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "endless"])
def test_a_head_has_at_most_so_many_bytes_however_it_comes_and_the_service_goes_on(
    service: Service, whole: bool
) -> None:
    head = b"GET /healthz" + HOST + b"Connection: close\r\nX-Some: "
    end = b"\r\n\r\n" if whole else b""

    def said(size: int) -> bytes:
        """What comes back for a head of so many bytes, which are sent at once."""
        with connected(service) as connection:
            connection.sendall(head + b"a" * (size - len(head) - len(end)) + end)
            return received(connection)

    assert said(HEAD_BYTES + 1).startswith(b"HTTP/1.1 431 ")
    if whole:
        assert said(HEAD_BYTES).startswith(b"HTTP/1.1 200 ")
    assert service.http.get("/healthz").status_code == 200


def test_a_body_that_comes_with_its_head_is_no_part_of_it(service: Service) -> None:
    body = BODY.ljust(2 * HEAD_BYTES)
    with connected(service) as connection:
        head = b"POST /v1/search" + HOST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall(head + body)
        assert received(connection).startswith(b"HTTP/1.1 200 ")
