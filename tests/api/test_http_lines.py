"""Documents as a stream of lines over HTTP."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest

from api.receiving import SILENT_SECONDS, left_after
from tests.fakes import ScriptedModel
from tests.service import Serve, Service
from tests.serving import until

NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def own(serve: Serve) -> Iterator[Service]:
    with serve(ScriptedModel(""), max_request_bytes=4_096, max_line_bytes=2_048, max_stream_documents=60) as service:
        yield service


def lines(prefix: str, count: int) -> list[bytes]:
    return [json.dumps({"id": f"{prefix}{n}", "text": f"Rain fell on day {n}."}).encode() + b"\n" for n in range(count)]


def send(own: Service, body: bytes | Iterable[bytes], key: str | None = None) -> httpx.Response:
    headers = NDJSON | ({"Idempotency-Key": key} if key else {})
    return own.http.post("/v1/documents", content=body, headers=headers)


def ids(own: Service, prefix: str) -> list[str]:
    found, _ = own.engine.store.documents(None, 1_000)
    return [stored.document.id for stored in found if stored.document.id.startswith(prefix)]


def cut(own: Service, body: bytes, announced: int, key: str) -> dict[str, Any]:
    """Send less than was announced, and break the connection off. Returns the job of it, once it knows."""

    def newest() -> dict[str, Any]:
        jobs = own.http.get("/v1/jobs").json()["jobs"]
        return dict(jobs[0])

    host, port = own.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST /v1/documents HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-ndjson\r\n"
        head += f"Idempotency-Key: {key}\r\nContent-Length: {announced}\r\n\r\n"
        connection.sendall(head.encode() + body)
        until(lambda: newest().get("stream", {}).get("lines") == body.count(b"\n"), "the lines are not accepted")
    until(lambda: newest().get("stream", {}).get("state") == "broken_off", "the job does not know")
    return newest()


def test_a_stream_longer_than_any_request_is_one_job_and_a_bad_line_one_failure(own: Service) -> None:
    good = lines("a", 50)
    odd = [b"\n", b"{no json\n", b'{"id": "x"}\n', b'{"text": "' + b"x" * 3_000 + b'"}\n', b'{"text": "\xff"}\n']
    body = b"".join([*good[:25], *odd, *good[25:]]).removesuffix(b"\n")
    assert len(body) > 4_096
    reply = send(own, body)
    assert reply.status_code == 202, reply.text
    job = own.done(reply)
    assert reply.headers["Location"] == f"/v1/jobs/{job['job_id']}"
    assert (job["state"], job["stream"]) == ("succeeded", {"state": "complete", "lines": 55, "detail": ""})
    assert (job["counts"]["added"], job["counts"]["failed"]) == (50, 4)
    assert [(failure["line"], failure["code"]) for failure in job["failures"]] == [
        (27, "invalid_record"),
        (28, "invalid_record"),
        (29, "too_large"),
        (30, "bad_encoding"),
    ]
    assert len(ids(own, "a")) == 50
    assert job["started_at"] <= job["finished_at"]
    assert job["rate_per_second"] > 0
    assert "seconds_left" not in job


def test_a_stream_that_breaks_off_says_so_keeps_what_came_and_is_gone_on_with(own: Service) -> None:
    every = lines("b", 40)
    whole = b"".join(every)
    broken = cut(own, b"".join(every[:20]) + b'{"id": "b2', len(whole), "retry")
    assert broken["stream"]["detail"] == "the connection ended"
    own.work()
    half = own.http.get(f"/v1/jobs/{broken['job_id']}").json()
    assert half["state"] == "failed"
    assert half["counts"]["added"] == half["counts"]["total"] == half["stream"]["lines"] == 20
    assert half["job_id"] in {job["job_id"] for job in own.http.get("/v1/jobs?state=failed").json()["jobs"]}
    again = own.done(send(own, whole, "retry"))
    assert again["job_id"] == broken["job_id"]
    assert (again["state"], again["counts"]["added"], again["counts"]["total"]) == ("succeeded", 40, 40)
    assert len(ids(own, "b")) == 40
    third = send(own, whole, "retry")
    assert (third.status_code, third.json()["job_id"]) == (202, broken["job_id"])
    assert third.json()["counts"] == again["counts"]


@pytest.mark.parametrize("other", [lines("d", 10), lines("c", 11), lines("c", 9)], ids=["other", "more", "fewer"])
def test_a_key_is_for_one_stream(own: Service, other: list[bytes]) -> None:
    first = send(own, b"".join(lines("c", 10)), "one").json()
    reply = send(own, b"".join(other), "one")
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")
    assert own.http.get(f"/v1/jobs/{first['job_id']}").json()["counts"]["total"] == 10
    assert own.http.get(f"/v1/jobs/{first['job_id']}").json()["stream"]["state"] == "complete"


def test_a_key_of_a_batch_is_not_one_for_a_stream(own: Service) -> None:
    body = {"documents": [{"id": "e", "text": "Rain."}]}
    own.http.post("/v1/documents", json=body, headers={"Idempotency-Key": "batch"})
    assert send(own, lines("e", 1)[0], "batch").json()["code"] == "idempotency_key_reused"


def test_more_documents_than_a_stream_may_have_break_it_off(own: Service) -> None:
    reply = send(own, b"".join(lines("f", 61)))
    assert (reply.status_code, reply.json()["code"]) == (413, "too_many_lines")
    job = own.http.get("/v1/jobs").json()["jobs"][0]
    assert job["job_id"] in reply.json()["detail"]
    assert job["stream"]["state"] == "broken_off"


def test_an_empty_stream_is_a_job_that_has_succeeded(own: Service) -> None:
    job = send(own, b"").json()
    assert (job["state"], job["counts"]["total"]) == ("succeeded", 0)


def test_a_stream_cut_off_by_the_end_of_the_service_is_known_to_be_when_it_is_back(own: Service) -> None:
    reception = own.engine.store.receive("cut")
    assert own.engine.store.job(reception.job_id).state.value == "queued"
    assert own.engine.store.break_off("the service ended") == 1
    job = own.http.get(f"/v1/jobs/{reception.job_id}").json()
    assert (job["state"], job["stream"]["detail"]) == ("failed", "the service ended")


def test_both_kinds_of_body_are_described(own: Service) -> None:
    described = own.http.get("/openapi.json").json()["paths"]["/v1/documents"]["post"]["requestBody"]["content"]
    assert set(described) == {"application/json", "application/x-ndjson"}


@pytest.mark.parametrize(
    ("seconds", "size", "ends"),
    [(60, 1_500, False), (290, 6_000, False), (0.1, 1_400, False), (299, 1, True), (1, 1, True), (0.1, 1, True)],
)
def test_a_stream_may_be_slow_but_not_idle(seconds: float, size: int, ends: bool) -> None:
    left = SILENT_SECONDS
    for _ in range(10_000):
        left = left_after(left, seconds, size)
        if left <= 0:
            break
    assert (left <= 0) == ends
