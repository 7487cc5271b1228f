"""The page at `/` in a real browser: articles added, browsed and deleted, jobs, keys, and answers that are shared."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import ask
from tests.service import Service

GOATS = {"question": "How many goats did the ferry of Lund carry?"}
TOWER = "# The tower of Orvik\n\nOrvik restored its tower in May."
DROP = """
(files) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    const drag = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(".drop").dispatchEvent(drag);
  }
}
"""


def articles(page: Page) -> None:
    page.get_by_role("link", name="Articles").click()
    expect(page.get_by_role("heading", name="Articles", exact=True)).to_be_focused()


def test_files_that_are_dropped_are_followed_until_they_can_be_read_and_deleted(page: Page, reader: Service) -> None:
    articles(page)
    page.evaluate(DROP, [["tower.md", TOWER], ["no.png", "\x89PNG"]])
    job = page.locator("#adding .job")
    expect(job).to_contain_text("2 articles: being read")
    expect(job).to_contain_text("1 of 2")
    expect(job.get_by_role("progressbar")).to_be_visible()
    reader.work()
    expect(job).to_contain_text("2 articles: done")
    expect(job).to_contain_text("1 added")
    expect(job).to_contain_text("1 failed")
    expect(job.locator(".failures")).to_contain_text("no.png")
    row = page.locator(".documents li", has_text="The tower of Orvik")
    row.get_by_role("button", name="The tower of Orvik", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Orvik restored its tower in May.")
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Jobs").click()
    first = page.locator(".jobs > li").first
    expect(first).to_contain_text("2 articles: done")
    expect(first.locator(".failures")).to_contain_text("no.png")

    articles(page)
    row.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert "tower" not in json.dumps(reader.http.get("/v1/documents").json())


def test_what_is_deleted_while_the_list_is_on_its_way_does_not_come_back(page: Page, reader: Service) -> None:
    reader.add({"id": "gone", "title": "Soon gone", "text": "This is soon gone."})
    articles(page)
    row = page.locator(".documents li", has_text="Soon gone")
    expect(row).to_be_visible()
    before = reader.http.get("/v1/documents").json()
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/v1/documents?*", hold)
    with page.expect_request("**/v1/documents?*"):
        page.get_by_label("Search headlines").press("Enter")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    held[0].fulfill(json=before)
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    expect(row).to_have_count(0)


def test_text_is_pasted_with_what_is_known_of_it_and_an_empty_one_is_kept_for_mending(
    page: Page, reader: Service
) -> None:
    articles(page)
    page.get_by_text("Paste text").click()
    page.get_by_label("Text", exact=True).fill("The bakery of Quell opened on Tuesday.")
    page.get_by_label("Headline", exact=True).fill("Bread in Quell")
    page.get_by_label("Outlet", exact=True).fill("Quell Echo")
    page.get_by_label("Published on").fill("2026-05-05")
    page.get_by_role("button", name="Add this text").click()
    expect(page.locator("#adding .job")).to_contain_text("1 article: waiting")
    expect(page.get_by_label("Text", exact=True)).to_have_value("")
    reader.work()
    row = page.locator(".documents li", has_text="Bread in Quell")
    expect(row).to_contain_text("Quell Echo · 5 May 2026")
    page.get_by_label("Text", exact=True).fill("Second")
    page.get_by_label("Address", exact=True).fill("https://quell.example/2")
    with page.expect_request("**/v1/documents") as sent:
        page.get_by_role("button", name="Add this text").click()
    assert sent.value.post_data_json == {"documents": [{"text": "Second", "url": "https://quell.example/2"}]}
    reader.work()
    for stored in reader.http.get("/v1/documents").json()["documents"]:
        if stored["source"] == "Quell Echo" or "quell.example" in stored["url"]:
            reader.http.delete(f"/v1/documents/{stored['id']}").raise_for_status()


def test_what_was_given_up_in_a_job_can_be_tried_again(page: Page) -> None:
    job: dict[str, Any] = {
        "job_id": "job_1",
        "state": "succeeded",
        "counts": {"total": 300, "added": 150, "updated": 0, "unchanged": 0, "failed": 150},
        "failures": [{"id": f"a-{number}", "code": "gave_up", "detail": "too many tries"} for number in range(100)],
        "created_at": "2026-05-05T10:00:00Z",
        "dead_letters": 150,
    }
    running = job | {"state": "running", "counts": job["counts"] | {"failed": 0}, "failures": [], "dead_letters": 0}
    running |= {"rate_per_second": 12.5, "seconds_left": 12.0}
    now = [job]
    page.route("**/v1/jobs?*", lambda route: route.fulfill(json={"jobs": now}))

    def requeue(route: Route) -> None:
        now[0] = running
        route.fulfill(status=202, json={"requeued": 150, "superseded": 0, "job": running})

    page.route("**/v1/jobs/job_1/requeue", requeue)
    page.get_by_role("link", name="Jobs").click()
    shown = page.locator(".jobs > li")
    shown.get_by_text("What failed (the first 100 of 150)").click()
    expect(shown.locator(".failures li")).to_have_count(100)
    shown.get_by_role("button", name="Try the failed ones again").click()
    expect(shown).to_contain_text("300 articles: being read")
    expect(shown).to_contain_text("12.5 a second")
    expect(shown).to_contain_text("about 12 seconds left")
    expect(shown.locator(".failures li")).to_have_count(0)


def test_addresses_that_are_refused_say_why(page: Page, reader: Service) -> None:
    articles(page)
    page.get_by_text("Fetch addresses").click()
    page.get_by_label("Addresses of pages").fill("http://127.0.0.1:1/private")
    page.get_by_role("button", name="Fetch them").click()
    expect(page.locator("#adding .job")).to_contain_text("private_address")


def test_headlines_are_searched_as_they_are_typed_and_texts_when_asked_to(page: Page) -> None:
    articles(page)
    with page.expect_response("**/v1/documents?*search=goats*"):
        page.get_by_label("Search headlines").fill("goats")
        page.get_by_role("button", name="Search the texts too").click()
    found = page.get_by_role("region", name="Passages in the texts")
    found.get_by_role("button", name="Goats at sea").click()
    expect(page.get_by_role("dialog", name="Goats at sea").locator("mark").first).to_be_in_viewport()


def test_a_key_is_asked_for_once_and_sent_with_what_follows(page: Page) -> None:
    sent: list[str] = []

    def guard(route: Route) -> None:
        given = route.request.headers.get("authorization", "")
        sent.append(given)
        if given == "Bearer right":
            route.continue_()
            return
        problem = {"status": 401, "code": "unauthorized", "detail": "a key is needed"}
        route.fulfill(status=401, content_type="application/problem+json", body=json.dumps(problem))

    page.route("**/v1/**", guard)
    ask(page, GOATS["question"])
    key = page.get_by_label("API key")
    expect(key).to_be_focused()
    key.fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="That key was not accepted")).to_be_visible()
    key.fill("right")
    page.keyboard.press("Enter")
    expect(page.locator(".sentences li")).to_have_count(1)
    expect(key).to_be_hidden()
    articles(page)
    expect(page.locator(".documents li").first).to_be_visible()
    assert sent[:3] == ["", "Bearer wrong", "Bearer right"]
    assert set(sent[3:]) == {"Bearer right"}
    assert page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [1, 0, ""]


def test_what_the_service_does_not_have_is_said_quietly(page: Page) -> None:
    for path in ("answers/*", "answers/*/feedback", "sources"):
        page.route(f"**/v1/{path}", lambda route: route.fulfill(status=404, body="{}"))
    page.get_by_text("Time and outlets").click()
    expect(page.get_by_role("group", name="Outlets")).to_be_hidden()
    ask(page, GOATS["question"])
    says = page.locator(".actions [role=status]")
    page.get_by_role("button", name="Copy link").click()
    expect(says).to_contain_text("does not keep this answer")
    page.get_by_role("button", name="Good").click()
    expect(says).to_contain_text("does not keep marks")
    page.goto(f"{page.url.split('#')[0]}#/answers/ans_gone")
    expect(page.get_by_role("alert")).to_contain_text("There is no answer behind this link")


def test_an_answer_is_shared_marked_and_opened_again_by_its_link(page: Page, reader: Service) -> None:
    kept: dict[str, Any] = reader.http.post("/v1/ask", json=GOATS).json()
    kept |= {"question": "How many goats?", "as_of": "2026-05-05T10:00:00Z", "asked_at": "2026-05-05T10:00:00Z"}
    kept["citations"][0] |= {"page": 3, "status": "retracted", "also_in": [{"source": "Aster Mail"}]}
    kept["citations"][0] |= {
        "notice": {"document_id": "n", "title": "No goats", "published_at": "2026-06-01T00:00:00Z"}
    }
    marks: list[Any] = []

    def mark(route: Route) -> None:
        marks.append(route.request.post_data_json)
        route.fulfill(status=201, json={})

    page.route("**/v1/answers/*", lambda route: route.fulfill(json=kept))
    page.route("**/v1/answers/*/feedback", mark)
    sources = {"sources": [{"source": "Lund Post", "documents": 1}]}
    page.route("**/v1/sources", lambda route: route.fulfill(json=sources))
    page.goto(f"{reader.url}/#/answers/{kept['id']}")
    expect(page.locator(".asked")).to_have_text("How many goats?")
    expect(page.locator(".sentences li")).to_have_count(1)
    expect(page.locator("article.reply")).not_to_contain_text("as it was known")
    timeline = page.get_by_role("region", name="Timeline")
    for known in ("retracted by “No goats”, 1 June 2026", "(page 3)", "Also in Aster Mail"):
        expect(timeline).to_contain_text(known)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("The link is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{reader.url}/#/answers/{kept['id']}"
    page.get_by_role("button", name="Bad").click()
    expect(page.get_by_role("button", name="Bad")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Why?").fill("Too short")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("the note is kept")).to_be_visible()
    assert marks == [{"mark": "bad"}, {"mark": "bad", "note": "Too short"}]
    page.get_by_text("Time and outlets").click()
    page.locator("#outlets").get_by_label("Lund Post").check()
    with page.expect_request("**/v1/ask") as sent:
        ask(page, GOATS["question"])
    assert sent.value.post_data_json == GOATS | {"filters": {"sources": ["Lund Post"]}}
