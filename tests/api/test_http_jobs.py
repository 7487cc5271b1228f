"""Jobs over HTTP: what was given up can be tried again, and what failed is told a page at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from rag.store.leases import MAX_ATTEMPTS
from rag.store.tables import job_items
from tests.fakes import ScriptedModel
from tests.service import Serve, Service

ME = "elsewhere/1/x"


@pytest.fixture(scope="module")
def own(serve: Serve) -> Iterator[Service]:
    with serve(ScriptedModel("")) as service:
        yield service


def given_up(own: Service, *ids: str) -> str:
    """A job of documents that were all tried too often."""
    body = {"documents": [{"id": name, "text": f"Rain fell on {name}."} for name in ids]}
    job_id = str(own.http.post("/v1/documents", json=body).json()["job_id"])
    store = own.engine.store
    for _ in range(MAX_ATTEMPTS):
        with store.write() as connection:
            connection.execute(update(job_items).values(not_before=0))
        items = store.lease(ME, 60, 10, 1_000)
        store.postpone(ME, [item.seq for item in items], "Chroma is away", together=True)
    return job_id


def test_what_was_given_up_is_listed_and_taken_in_when_it_is_queued_again(own: Service) -> None:
    job_id = given_up(own, "a", "b", "c")
    job = own.http.get(f"/v1/jobs/{job_id}").json()
    assert (job["state"], job["dead_letters"], job["counts"]["failed"]) == ("failed", 3, 3)
    assert {failure["code"] for failure in job["failures"]} == {"unavailable"}
    assert [each["job_id"] for each in own.http.get("/v1/jobs?state=failed").json()["jobs"]] == [job_id]
    some = own.http.post(f"/v1/jobs/{job_id}/requeue", json={"ids": ["b"]})
    assert (some.status_code, some.json()["requeued"], some.json()["superseded"]) == (202, 1, 0)
    assert some.json()["job"]["state"] == "running"
    assert own.http.post(f"/v1/jobs/{job_id}/requeue").json()["requeued"] == 2
    own.work()
    done = own.http.get(f"/v1/jobs/{job_id}").json()
    assert (done["state"], done["counts"]["added"], done["dead_letters"]) == ("succeeded", 3, 0)
    assert own.http.get("/v1/jobs?state=failed").json() == {"jobs": []}


def test_a_job_that_was_cancelled_takes_nothing_more_in(own: Service) -> None:
    body = {"documents": [{"id": name, "text": f"Snow fell on {name}."} for name in ("g", "h")]}
    job_id = own.http.post("/v1/documents", json=body).json()["job_id"]
    cancelled = own.http.post(f"/v1/jobs/{job_id}/cancel").json()
    assert (cancelled["state"], [failure["code"] for failure in cancelled["failures"]]) == (
        "succeeded",
        ["cancelled"] * 2,
    )
    own.work()
    assert own.http.get("/v1/documents/g").status_code == 404
    assert own.http.post(f"/v1/jobs/{job_id}/cancel").json() == cancelled


def test_failures_come_a_page_at_a_time(own: Service) -> None:
    job = own.add(*({"id": f"f{number}", "text": " "} for number in range(5)))
    first = own.http.get(f"/v1/jobs/{job['job_id']}/failures?limit=3").json()
    rest = own.http.get(f"/v1/jobs/{job['job_id']}/failures?cursor={first['next_cursor']}").json()
    assert [failure["id"] for failure in first["failures"] + rest["failures"]] == [f"f{n}" for n in range(5)]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/jobs?state=lost", 422),
        ("GET", "/v1/jobs/job_x/failures", 404),
        ("POST", "/v1/jobs/job_x/requeue", 404),
        ("POST", "/v1/jobs/job_x/cancel", 404),
    ],
)
def test_what_is_wrong_is_a_problem(own: Service, method: str, path: str, status: int) -> None:
    assert own.http.request(method, path).status_code == status
