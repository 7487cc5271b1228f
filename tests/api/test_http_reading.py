"""Files sent and pages named over HTTP, to documents that answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fakes import ScriptedModel
from tests.ingest.files import ARTICLE, docx, mail, page, pdf, rss
from tests.ingest.test_apart import SLOW
from tests.ingest.website import Reply, Website, fetcher, website
from tests.service import Serve, Service


@pytest.fixture(scope="module")
def site() -> Iterator[Website]:
    with website() as running:
        yield running


@pytest.fixture(scope="module")
def own(serve: Serve, site: Website) -> Iterator[Service]:
    """A service that these tests may change, and that may reach the website."""
    with serve(ScriptedModel(""), fetcher=fetcher()) as service:
        yield service


def upload(service: Service, *files: tuple[str, bytes, str], **headers: str) -> httpx.Response:
    parts = [("files", file) for file in files]
    return service.http.post(
        "/v1/documents/upload", files=parts, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def failed(job: dict[str, Any]) -> list[tuple[str, str]]:
    assert all(failure["detail"] for failure in job["failures"])
    return [(failure["id"], failure["code"]) for failure in job["failures"]]


def test_files_of_every_format_are_taken_in_and_the_rest_is_listed(own: Service) -> None:
    head = '<link rel="canonical" href="https://courier.example/page"><meta property="og:title" content="Tower">'
    feed = rss("<item><guid>urn:entry</guid><description>The harbour of Orvik froze in January.</description></item>")
    reply = upload(
        own,
        ("page.html", page(f"<p>{ARTICLE} So says the page.</p>", head), "text/html"),
        ("report.pdf", pdf(f"{ARTICLE} So says the report."), "application/pdf"),
        ("letter.docx", docx(f"{ARTICLE} So says the letter."), ""),
        ("news.eml", mail(f"{ARTICLE} So says the mail.", Message_ID="<1@courier.example>"), "message/rfc822"),
        ("note.md", b"# Note\n\nSo says the note.", "text/markdown"),
        ("note2.txt", b"So says the text.", "text/plain"),
        ("lines.jsonl", b'{"id": "line", "text": "So says the line."}\n{"id": "bad"}', ""),
        ("feed.xml", feed, "application/rss+xml"),
        ("show.aspx", page(f"<p>{ARTICLE} So says the other page.</p>"), "text/html; charset=utf-8"),
        ("secret.pdf", pdf(ARTICLE, password="secret"), "application/pdf"),
        ("broken.docx", b"PK\x03\x04", ""),
        ("picture.png", b"\x89PNG\r\n", "image/png"),
        ("empty.txt", b"", "text/plain"),
    )
    assert reply.status_code == 202
    assert reply.headers["Location"] == f"/v1/jobs/{reply.json()['job_id']}"
    done = own.done(reply)
    assert done["state"] == "succeeded"
    assert done["counts"] == {"total": 14, "added": 9, "updated": 0, "unchanged": 0, "failed": 5}
    assert sorted(failed(done)) == [
        ("broken", "broken_file"),
        ("empty", "empty_text"),
        ("lines.jsonl:2", "invalid_record"),
        ("picture", "unsupported_format"),
        ("secret", "encrypted"),
    ]
    stored = {each["id"]: each for each in own.http.get("/v1/documents").json()["documents"]}
    assert {"report", "letter", "1@courier.example", "note", "note2", "line", "urn:entry", "show.aspx"} <= stored.keys()
    assert [each["title"] for each in stored.values() if each["url"] == "https://courier.example/page"] == ["Tower"]
    found = own.http.post("/v1/search", json={"question": "When did the harbour freeze?", "limit": 1}).json()
    assert found["passages"][0]["document_id"] == "urn:entry"


def test_the_same_file_again_changes_nothing(own: Service) -> None:
    file = ("again.pdf", pdf(ARTICLE), "application/pdf")
    assert own.done(upload(own, file))["counts"]["added"] == 1
    assert own.done(upload(own, file))["counts"]["unchanged"] == 1


def test_a_retry_with_the_same_key_is_the_same_job(own: Service) -> None:
    file = ("key.txt", b"Rain fell on Oslo.", "text/plain")
    first = upload(own, file, Idempotency_Key="upload-1").json()
    assert upload(own, file, Idempotency_Key="upload-1").json()["job_id"] == first["job_id"]
    other = upload(own, ("key.txt", b"Snow fell on Oslo.", "text/plain"), Idempotency_Key="upload-1")
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_form_without_files_or_none_at_all_is_a_problem(own: Service) -> None:
    for reply in (
        own.http.post("/v1/documents/upload", data={"a": "b"}),
        own.http.post("/v1/documents/upload", json={}),
    ):
        assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (422, "invalid_input", "files")
    torn = {"Content-Type": "multipart/form-data; boundary=x"}
    reply = own.http.post("/v1/documents/upload", content=b"--y\r\nnothing", headers=torn)
    assert (reply.status_code, reply.json()["code"]) in {(400, "invalid_form"), (422, "invalid_input")}
    reply = own.http.post("/v1/documents/upload", content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid_form")


def test_bounds_hold_for_files_too(serve: Serve) -> None:
    with serve(ScriptedModel(""), max_request_bytes=10_000, max_batch=2) as service:
        reply = upload(service, ("a.txt", b"x" * 20_000, "text/plain"))
        assert (reply.status_code, reply.json()["code"]) == (413, "payload_too_large")
        reply = upload(service, ("a.jsonl", b'{"text": "Rain fell."}\n' * 3, ""))
        assert (reply.status_code, reply.json()["field"]) == (422, "files")


def test_the_service_answers_while_a_file_is_read(own: Service) -> None:
    """A page that takes seconds to read: health is asked, and answered, before it is done."""
    replies: list[httpx.Response] = []
    sender = threading.Thread(target=lambda: replies.append(upload(own, ("slow.html", SLOW[:200_000], "text/html"))))
    sender.start()
    answered = 0
    while sender.is_alive() and answered < 5:
        answered += own.http.get("/healthz").status_code == 200 and not replies
    sender.join()
    assert answered == 5
    assert replies[0].status_code == 202


def test_pages_and_feeds_are_fetched_and_the_rest_is_listed(own: Service, site: Website) -> None:
    site.pages["/tower"] = Reply(page(f"<p>{ARTICLE}</p>"))
    site.pages["/feed"] = Reply(rss(f"<item><title>Canal</title><link>{site.url('/canal')}</link></item>"), "text/xml")
    site.pages["/canal"] = Reply(page("<p>The canal of Orvik was closed on Friday because of ice, the port said.</p>"))
    urls = [site.url("/tower"), site.url("/feed"), site.url("/none"), site.url("/x", "inside.example"), "ftp://a/b"]
    done = own.done(own.http.post("/v1/documents/fetch", json={"urls": urls}))
    assert done["counts"] == {"total": 5, "added": 2, "updated": 0, "unchanged": 0, "failed": 3}
    assert failed(done) == [(urls[2], "not_found"), (urls[3], "private_address"), (urls[4], "invalid_url")]
    found = own.http.post("/v1/search", json={"question": "Why was the canal closed?", "limit": 1}).json()
    assert found["passages"][0]["url"] == site.url("/canal")
    assert found["passages"][0]["title"] == "Canal"
    again = own.done(own.http.post("/v1/documents/fetch", json={"urls": urls[:2]}))
    assert again["counts"]["unchanged"] == 2


@pytest.mark.parametrize("body", [{}, {"urls": []}, {"urls": [1]}, {"urls": ["http://a"] * 101}, {"url": ["http://a"]}])
def test_a_wrong_request_for_pages_is_a_problem(own: Service, body: dict[str, Any]) -> None:
    reply = own.http.post("/v1/documents/fetch", json=body)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_input")


def test_the_service_by_itself_reaches_no_private_address(service: Service, site: Website) -> None:
    before = len(site.asked)
    urls = [f"http://{host}:{site.port}/tower" for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1")]
    reply = service.http.post("/v1/documents/fetch", json={"urls": urls})
    assert {code for _, code in failed(reply.json())} == {"private_address"}
    assert len(site.asked) == before
