"""The page where something is in the way: a service that is away, limits, keys that may not, a way back."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import GOATS, OPENED, ask, opened
from tests.service import Service

ASKED = "How many goats did the ferry of Lund carry?"
HARBOUR = "Who opened the harbour of Varn?"


def refusal(status: int, code: str, detail: str, **headers: str) -> dict[str, Any]:
    body = json.dumps({"status": status, "code": code, "detail": detail})
    return {"status": status, "content_type": "application/problem+json", "headers": headers, "body": body}


def test_how_long_to_wait_is_counted_down_and_then_it_is_tried_again(browser: Browser, reader: Service) -> None:
    with opened(browser, "about:blank") as page:
        page.clock.install()
        page.goto(reader.url)
        asked: list[Route] = []

        def limit(route: Route) -> None:
            asked.append(route)
            if len(asked) > 1:
                route.continue_()
            else:
                route.fulfill(**refusal(429, "rate_limited", "at most 60 asks", **{"Retry-After": "3600"}))

        page.route("**/v1/ask", limit)
        ask(page, ASKED)
        expect(page.get_by_role("alert")).to_have_text("at most 60 asks")
        again = page.get_by_role("button", name="Try again")
        expect(page.get_by_text("It can be tried again in")).to_contain_text("seconds")
        expect(again).to_have_attribute("aria-disabled", "true")
        page.clock.fast_forward(3_600_000)
        expect(page.get_by_text("It can be tried again now.")).to_be_visible()
        assert len(asked) == 1, "nobody is asked before the time"
        again.click()
        expect(page.locator(".sentences li")).to_contain_text(GOATS)


def test_a_service_that_is_away_is_said_to_be_until_it_is_back(browser: Browser, reader: Service) -> None:
    with opened(browser, "about:blank") as page:
        page.clock.install()
        page.goto(reader.url)
        ask(page, ASKED)
        expect(page.locator(".actions")).to_be_visible()
        for path in ("**/v1/**", "**/readyz"):
            page.route(path, lambda route: route.abort())
        page.get_by_role("link", name="Articles").click()
        expect(page.get_by_role("alert")).to_contain_text("The service cannot be reached.")
        notice = page.get_by_role("status").filter(has_text="it cannot be reached")
        expect(notice).to_be_visible()
        page.unroute_all()
        page.clock.fast_forward(3_000)
        expect(notice).to_be_hidden()
        expect(page.locator(".documents button").first).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        page.go_back()
        expect(page.locator(".sentences li")).to_contain_text(GOATS)


def test_a_key_that_may_not_can_be_changed_and_what_it_may_not_is_not_offered(
    browser: Browser, reader: Service
) -> None:
    def guard(route: Route) -> None:
        given = route.request.headers.get("authorization", "")
        writes = "/v1/jobs" in route.request.url
        if not given:
            route.fulfill(**refusal(401, "key_missing", "this needs an API key"))
        elif given == "Bearer reads" and writes:
            route.fulfill(**refusal(403, "scope_missing", "this needs a key with the scope `write`"))
        else:
            route.continue_()

    with opened(browser, "about:blank") as page:
        page.route("**/v1/**", guard)
        page.goto(f"{reader.url}/#/articles")
        key = page.get_by_label("API key")
        key.fill("reads")
        page.keyboard.press("Enter")
        expect(page.locator(".documents li").first).to_be_visible()
        jobs = page.get_by_role("link", name="Jobs")
        for hidden in (jobs, page.get_by_text("Add articles"), page.get_by_role("button", name="Delete").first):
            expect(hidden).to_be_hidden()
        expect(page.get_by_role("button", name="New collection")).to_be_hidden()
        page.goto(f"{reader.url}/#/jobs")
        expect(page.get_by_role("alert")).to_contain_text("scope `write`")
        page.get_by_role("button", name="Use another key").click()
        key.fill("writes")
        page.keyboard.press("Enter")
        expect(page.locator(".jobs > li").first).to_be_visible()
        expect(jobs).to_be_visible()


def test_the_way_back_leads_to_earlier_answers_and_a_reload_to_the_whole_conversation(page: Page) -> None:
    page.get_by_text("Time and outlets").click()
    page.get_by_label("As it was known on").fill("2030-03-20")
    ask(page, ASKED)
    expect(page.locator(".actions")).to_be_visible()
    expect(page).to_have_title(f"{ASKED} · Groundwire")
    page.get_by_label("As it was known on").fill("")
    ask(page, HARBOUR)
    expect(page.locator(".sentences")).to_contain_text(OPENED)
    expect(page.locator(".actions")).to_be_visible()
    page.get_by_label("Follow up on this").fill(ASKED)
    page.keyboard.press("Enter")
    expect(page.locator(".actions")).to_have_count(2)
    page.get_by_role("link", name="Jobs").click()
    expect(page).to_have_title("Jobs · Groundwire")
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page).to_have_url(re.compile("#/answers/"))
    page.reload()
    asked = page.locator(".asked")
    expect(asked).to_have_text([HARBOUR, ASKED])
    for _ in range(3):
        page.go_back()
    expect(asked).to_have_text([ASKED])
    expect(page.get_by_label("As it was known on")).to_have_value("2030-03-20")
    page.go_forward()
    expect(asked).to_have_text([HARBOUR, ASKED])
    expect(page.get_by_label("As it was known on")).to_have_value("")


def test_articles_on_their_way_can_be_stopped(page: Page, reader: Service) -> None:
    reader.http.post("/v1/documents", json={"documents": [{"text": "Never read."}]}).raise_for_status()
    page.get_by_role("link", name="Jobs").click()
    job = page.locator(".jobs > li").first
    job.get_by_role("button", name="Stop adding 1 article").click()
    dialog = page.get_by_role("dialog", name="Stop adding these articles?")
    expect(dialog).to_contain_text("1 article is not added.")
    dialog.get_by_role("button", name="Stop").click()
    expect(job).to_contain_text("cancelled")
    expect(job.get_by_role("progressbar")).to_be_hidden()
