"""What browsers are told, and what pages of other sites may not borrow."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.api.test_http_problems import assert_problem
from tests.fakes import ScriptedModel
from tests.service import Serve, Service

SITE = "https://news.example"
EVIL = "https://evil.example"
QUESTION = {"question": "Where was al-Rifai killed?"}


@pytest.fixture(scope="module")
def opened(serve: Serve) -> Iterator[Service]:
    """A service that pages of one site may call, and that answers few questions a minute."""
    sites = f"{SITE}, http://localhost:3000"
    with serve(ScriptedModel(""), cors_origins=sites, asks_per_minute=3, writes_per_minute=3) as service:
        yield service


@pytest.mark.parametrize("path", ["/v1/documents", "/v1/nothing", "/healthz", "/docs", "/openapi.json", "/nothing"])
def test_every_reply_tells_the_browser_not_to_guess_to_frame_or_to_tell_where_it_came_from(
    service: Service, path: str
) -> None:
    headers = service.http.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")


def test_the_policy_of_a_reply_allows_nothing_and_that_of_the_documentation_what_it_needs(service: Service) -> None:
    assert "script-src" not in service.http.get("/v1/documents").headers["Content-Security-Policy"]
    page = service.http.get("/docs")
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    assert "<script>" in page.text
    assert policy["script-src"] == policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["connect-src"] == "'self'"
    assert "https:" not in page.headers["Content-Security-Policy"]


def preflight(service: Service, origin: str) -> httpx.Response:
    # As OpenAI's client for browsers asks.
    sent = "authorization,content-type,x-stainless-lang,x-stainless-os"
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": sent}
    return service.http.options("/v1/ask", headers={"Origin": origin, **asked})


def test_pages_of_other_sites_may_not_read_replies(service: Service) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(service, SITE).headers
    reply = service.http.get("/v1/documents", headers={"Origin": SITE})
    assert "Access-Control-Allow-Origin" not in reply.headers


def test_pages_of_the_sites_named_may_and_no_others(opened: Service) -> None:
    allowed = preflight(opened, SITE)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (200, SITE)
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    assert allowed.headers["X-Frame-Options"] == "DENY"
    for other in (EVIL, f"{SITE}.evil.example", "null", "http://news.example"):
        assert "Access-Control-Allow-Origin" not in preflight(opened, other).headers
    problem = opened.http.get("/v1/jobs/none", headers={"Origin": SITE})
    assert_problem(problem, 404, "not_found")
    assert problem.headers["Access-Control-Allow-Origin"] == SITE
    assert "X-Request-ID" in problem.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", "169.254.169.254"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/documents"), ("POST", "/v1/search"), ("GET", "/metrics")])
def test_a_name_that_was_pointed_at_this_machine_does_not_reach_the_service(
    service: Service, host: str, method: str, path: str
) -> None:
    reply = service.http.request(method, path, headers={"Host": host}, json=QUESTION)
    assert_problem(reply, 421, "wrong_host")


def test_a_page_of_another_site_can_change_nothing_without_being_asked(service: Service) -> None:
    files = {"files": ("a.txt", b"Planted.", "text/plain")}
    before = service.engine.store.counts()
    for origin in (EVIL, "null", f"{service.url}0"):
        reply = service.http.post("/v1/documents/upload", files=files, headers={"Origin": origin})
        assert_problem(reply, 403, "foreign_origin")
    assert service.engine.store.counts() == before
    own = service.http.post("/v1/search", json=QUESTION, headers={"Origin": service.url})
    assert own.status_code == 200


def test_questions_and_changes_have_limits_of_their_own_and_reading_has_none(opened: Service) -> None:
    """Each request names another address, and none of them is believed."""

    def sent(method: str, path: str) -> list[httpx.Response]:
        told = ({"X-Forwarded-For": f"198.51.100.{number}"} for number in range(10))
        return [opened.http.request(method, path, json=QUESTION, headers=headers) for headers in told]

    assert all(reply.status_code == 200 for reply in sent("GET", "/v1/documents"))
    for method, path, status in (("POST", "/v1/search", 200), ("DELETE", "/v1/documents/none", 404)):
        replies = sent(method, path)
        refused = [reply for reply in replies if reply.status_code != status]
        assert refused
        assert len(refused) < len(replies), "those of one kind do not count for the other"
        for reply in refused:
            assert_problem(reply, 429, "rate_limited")
            assert 1 <= int(reply.headers["Retry-After"]) <= 60
