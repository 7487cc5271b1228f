"""The page for those who read it otherwise: by keyboard, by ear, on a phone, in the dark, on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.axe import violations
from tests.browser.conftest import NARROW, OPENED, ask, opened
from tests.browser.contrast import faint
from tests.service import Service

WIDE = {"width": 1280, "height": 800}
MARCHED = "How many people marched in Osk?"
FOCUSED = """
() => {
  const node = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(node);
  return [node.className, outlineStyle !== "none" && parseFloat(outlineWidth) > 1];
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_for_everyone_wide_and_on_a_phone(browser: Browser, reader: Service, scheme: str) -> None:
    with opened(browser, reader.url, viewport=WIDE, color_scheme=scheme, reduced_motion="reduce") as page:
        grounds = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        assert (max(grounds) < 64) if scheme == "dark" else (min(grounds) > 191)

        def look() -> None:
            for size in (WIDE, NARROW) if scheme == "light" else (NARROW,):  # colours are the same in any width
                page.set_viewport_size(ViewportSize(width=size["width"], height=size["height"]))
                assert violations(page) == []
            assert not faint(page)
            assert page.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]

        page.get_by_text("Time and outlets").click()
        expect(page.locator("#outlets label").first).to_be_visible()
        look()
        ask(page, MARCHED)
        expect(page.locator(".timeline li")).to_have_count(2)
        look()
        page.get_by_role("button", name="Source 1").first.click()
        expect(page.locator("#article mark")).to_be_in_viewport()
        assert page.evaluate("document.querySelector('#article').matches(':modal')"), "it lies over the page here"
        look()
        page.keyboard.press("Escape")
        ask(page, "What is the weather on Mars?")
        expect(page.locator(".passages")).to_be_visible()
        look()
        page.get_by_role("link", name="Articles").click()
        page.get_by_text("Paste text").click()
        page.get_by_text("Fetch addresses").click()
        page.get_by_role("button", name="New collection").click()
        expect(page.locator(".documents li").first).to_be_visible()
        look()
        page.get_by_role("button", name="Delete").first.click()
        expect(page.get_by_role("dialog", name="Delete this article?")).to_be_visible()
        look()
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Jobs").click()
        expect(page.locator(".jobs li").first).to_be_visible()
        look()


def test_the_whole_way_is_gone_by_keyboard_and_one_always_sees_where_one_is(page: Page) -> None:
    def tab(until: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            name, seen = page.evaluate(FOCUSED)
            assert seen, f"nobody sees that .{name} has the focus"
            if until in name.split():
                return
        raise AssertionError(f"there is no way to .{until}")

    expect(page.get_by_label("Question")).to_be_focused()
    page.keyboard.type("How many goats did the ferry of Lund carry?")
    page.keyboard.press("Enter")
    expect(page.locator(".actions")).to_be_visible()
    expect(page.get_by_label("Question")).to_be_focused()
    tab("marker")
    marker = page.get_by_role("button", name="Source 1: Goats at sea").first
    expect(marker).to_be_focused()
    expect(marker).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    article = page.get_by_role("dialog", name="Goats at sea")
    expect(article.locator("mark")).to_be_focused()
    expect(marker).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(article).to_be_hidden()
    expect(marker).to_be_focused()
    expect(marker).to_have_attribute("aria-expanded", "false")


def test_in_a_low_window_the_quote_is_not_covered(browser: Browser, reader: Service) -> None:
    with opened(browser, reader.url, viewport={"width": 320, "height": 256}) as page:
        ask(page, "How many goats did the ferry of Lund carry?")
        page.get_by_role("button", name="Source 1: Goats at sea").first.click()
        mark = page.locator("#article mark")
        expect(mark).to_be_focused()
        covered = (
            "node => document.elementFromPoint(...['x', 'y'].map(side => node.getClientRects()[0][side] + 4)) === node"
        )
        assert mark.evaluate(covered)


def test_on_paper_and_in_the_clipboard_an_answer_has_its_quotes(browser: Browser, reader: Service) -> None:
    with opened(browser, reader.url, color_scheme="dark", permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, MARCHED)
        page.get_by_role("button", name="Copy answer").click()
        expect(page.get_by_text("The answer is copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.split("\n\n") == [
            MARCHED,
            "The sources disagree:\n"
            "Osk Post, 10 March 2025: 900 people marched in Osk. [1]\n"
            "Varn Courier, 10 March 2025: 3,000 people marched in Osk. [2]",
            "[1] “In Osk 900 people marched against the sale of the mill, the police said.”\n"
            "    March in Osk · Osk Post · 10 March 2025\n"
            "    https://osk-post.example/march",
            "[2] “It was 3,000 people who marched in Osk, the organisers counted.”\n"
            "    Thousands in the streets · Varn Courier · 10 March 2025",
        ]
        page.get_by_label("Follow up").fill("Who opened the harbour of Varn?")
        page.keyboard.press("Enter")
        expect(page.locator(".sentences").nth(1)).to_contain_text(OPENED)
        expect(page.locator(".actions").nth(1)).to_be_visible()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        for quote in ("In Osk 900 people marched", "It was 3,000 people", OPENED):
            expect(page.locator("blockquote", has_text=quote)).to_be_visible()
        for left_out in ("header", "form", ".actions", "summary"):
            assert page.locator(f"{left_out}:visible").count() == 0
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not faint(page)
