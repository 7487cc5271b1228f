"""The page at `/` in a real browser: asking, and reading the article behind an answer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import GOATS, HERALDED, HOSTILE, KILLED, OPENED, ask, opened
from tests.browser.line import line
from tests.service import Service

pytestmark = pytest.mark.usefixtures("resumed")
WHERE = "Where was al-Rifai killed?"


def test_sentences_appear_as_they_are_verified_and_the_rest_when_the_answer_is_whole(
    page: Page, reader: Service
) -> None:
    reader.model.pause_at(HERALDED.split()[-1])
    ask(page, WHERE)
    sentences = page.locator(".sentences li")
    expect(sentences).to_have_count(1)
    expect(sentences.first).to_contain_text(KILLED)
    expect(page.locator(".sentences")).to_have_attribute("aria-live", "polite")
    expect(page.locator(".growing")).to_have_count(1)
    assert page.locator("[aria-busy]").count() == 0, "what is busy may not be read out"
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator(".timeline")).to_have_count(0)
    first = sentences.first.element_handle()
    reader.model.resume()
    expect(sentences).to_have_count(2)
    expect(sentences.nth(1)).to_contain_text(HERALDED)
    expect(page.locator(".timeline li")).to_have_count(1)
    expect(page.locator(".growing")).to_have_count(0)
    assert first.evaluate("node => node.isConnected"), "a sentence that was sent is never taken back"
    expect(page.get_by_text("1 independent source")).to_be_visible()


def test_a_marker_opens_the_article_at_its_quote_and_the_keyboard_is_enough(page: Page) -> None:
    page.get_by_label("Question").fill("How many goats did the ferry of Lund carry?")
    page.keyboard.press("Enter")
    marker = page.get_by_role("button", name="Source 1: Goats at sea").first
    marker.focus()
    page.keyboard.press("Enter")
    article = page.get_by_role("dialog", name="Goats at sea")
    mark = article.locator("mark")
    # The text before it has characters of one, two and several UTF-16 units.
    expect(mark).to_have_text(GOATS)
    expect(mark).to_be_focused()
    expect(mark).to_be_in_viewport()
    expect(article).to_contain_text("Berit Holm · Lund Post · undated · updated 12 March 2025 · version 1")
    expect(marker).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(article).to_be_hidden()
    expect(marker).to_be_focused()


def test_a_refusal_says_why_and_shows_what_was_found(page: Page) -> None:
    ask(page, "What is the weather on Mars?")
    expect(page.get_by_role("heading", name="No answer was found")).to_be_visible()
    expect(page.locator(".reason")).to_contain_text("No article in the collection was found to answer this.")
    expect(page.locator(".sentences li")).to_have_count(0)
    found = page.get_by_role("region", name="What was found")
    text = found.locator("li .clipped").first.inner_text()
    found.get_by_role("button").first.click()
    expect(page.locator("#article mark").first).to_be_visible()
    marks = page.locator("#article mark").all_inner_texts()
    assert "\n".join(marks).split() == text.split()


def test_both_sides_of_a_conflict_stand_with_dates_and_counts_of_sources(page: Page) -> None:
    ask(page, "How many people marched in Osk?")
    expect(page.get_by_role("heading", name="The sources disagree")).to_be_visible()
    sides = page.locator(".sentences li")
    expect(sides).to_have_count(2)
    for side, figure, outlet in ((sides.first, "900", "Osk Post"), (sides.nth(1), "3,000", "Varn Courier")):
        expect(side.locator("p").first).to_contain_text(figure)
        expect(side.locator(".side")).to_have_text(f"{outlet} · 10 March 2025 · 1 independent source")
    dates = page.locator(".timeline time")
    assert dates.all_inner_texts() == ["10 March 2025"] * 2
    expect(page.locator(".timeline .headline").first).to_contain_text("March in Osk")


def test_hostile_text_is_shown_as_text_and_nothing_of_it_lives(page: Page) -> None:
    ask(page, "Who opened the harbour of Varn?")
    page.get_by_role("button", name=re.compile("Source 1: ")).first.click()
    article = page.get_by_role("dialog")
    expect(article.locator("mark")).to_have_text(OPENED)
    expect(article.locator("h2")).to_have_text(f"Harbour of Varn {HOSTILE}")
    expect(article.locator(".article p").first).to_have_text(HOSTILE)
    expect(page.locator(".timeline")).to_contain_text(HOSTILE)
    expect(article.get_by_text("original")).not_to_have_attribute("href", re.compile(""))
    page.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Articles").click()
    expect(page.locator(".documents")).to_contain_text(HOSTILE)
    assert page.evaluate("window.ran === undefined")
    assert page.locator("script:not([src='web/main.js']), iframe, object, embed, svg, [onerror], [onload]").count() == 0
    assert page.locator("img:not([src='web/icon.svg']), a[href^='javascript']").count() == 0


def test_markup_cannot_be_made_of_a_string_at_all(browser: Browser, reader: Service) -> None:
    with browser.new_context() as own:
        page = own.new_page()
        page.goto(reader.url)
        made = "try { document.body.innerHTML = '<b>x</b>'; 'made' } catch (error) { error.name }"
        assert page.evaluate(made) == "TypeError"


def test_a_server_that_dies_leaves_what_was_verified_and_says_what_happened(browser: Browser, reader: Service) -> None:
    with line(reader.url) as cut, opened(browser, cut.url) as page:
        reader.model.pause_at(HERALDED.split()[-1])
        ask(page, WHERE)
        sentences = page.locator(".sentences li")
        expect(sentences).to_have_count(1)
        cut.cut()
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("The connection broke before the answer was complete.")
        expect(alert).to_contain_text("What stands above was verified")
        expect(sentences).to_have_count(1)
        expect(sentences.first).to_contain_text(KILLED)
        reader.model.resume()
        page.get_by_role("button", name="Try again").click()
        expect(alert).to_contain_text("cannot be reached")
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_a_question_in_line_says_how_many_are_before_it_until_it_is_its_turn(page: Page, reader: Service) -> None:
    started = reader.model.started
    reader.model.pause_at(HERALDED.split()[-1])
    streamed = {"Accept": "text/event-stream"}
    with reader.http.stream("POST", "/v1/ask", json={"question": WHERE}, headers=streamed) as other:
        reader.model.wait_started(started + 1)
        ask(page, "How many goats did the ferry of Lund carry?")
        words = re.compile(r"^Waiting: 1 question before this one, about [\d,]+ seconds?…$")
        expect(page.locator(".growing .progress")).to_have_text(words)
        expect(page.locator("#announcer")).to_have_text(words)
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        reader.model.resume()
        expect(page.locator(".sentences li")).to_contain_text(GOATS)
        other.read()
    expect(page.locator(".actions")).to_be_visible()
    expect(page.get_by_text("before this one")).to_have_count(0)


def test_an_answer_can_be_stopped_and_asked_again(page: Page, reader: Service) -> None:
    closed = reader.model.closed_early
    reader.model.pause_at(HERALDED.split()[-1])
    ask(page, WHERE)
    expect(page.locator(".sentences li")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    reader.model.wait_closed(closed + 1)
    reader.model.resume()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".sentences li")).to_have_count(2)


def test_filters_are_sent_and_told(page: Page) -> None:
    page.get_by_text("Time and outlets").click()
    page.get_by_label("Published from").fill("2025-03-01")
    page.get_by_label("As it was known on").fill("2025-03-20")
    expect(page.locator("#filters-set")).to_have_text(" (2 set)")
    with page.expect_request("**/v1/ask") as sent:
        ask(page, "How many people marched in Osk?")
    assert sent.value.post_data_json == {
        "question": "How many people marched in Osk?",
        "as_of": "2025-03-20",
        "filters": {"published_after": "2025-03-01"},
    }
    expect(page.locator("article.reply")).to_contain_text("as it was known on 20 March 2025")
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_label("As it was known on")).to_have_value("")
