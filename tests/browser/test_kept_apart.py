"""The page at `/` in a real browser: collections, keys that are bound to some, and conversations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete

from api import keys
from rag.store.tables import access_keys
from tests.browser.conftest import GOATS, OPENED, ask, opened
from tests.browser.test_collection import DROP
from tests.service import Service

ASKED = "How many goats did the ferry of Lund carry?"
CUP = {"id": "cup", "title": "Cup final", "source": "Osk Ball", "text": "Osk won the cup. No ferry carried 12 goats."}


@pytest.fixture(scope="module")
def apart(reader: Service) -> Iterator[Service]:
    """The service with a collection `sport` besides the default one."""
    reader.http.post("/v1/documents", json={"documents": [CUP], "collection": "sport"}).raise_for_status()
    reader.work()
    yield reader
    reader.http.delete("/v1/collections/sport").raise_for_status()


@pytest.fixture
def bound(apart: Service) -> Iterator[str]:
    """A key to `sport` and to nothing else. While there is one, nobody is let in without."""
    made = keys.make()
    apart.engine.store.add_key(made.id, "sport", ["ask", "write"], made.digest, None, ["sport"])
    yield made.text
    with apart.engine.store.write() as connection:
        connection.execute(delete(access_keys))


def chosen(page: Page) -> str:
    value: str = page.get_by_label("Collection").input_value()
    return value


def test_without_other_collections_there_is_nothing_to_choose(page: Page, reader: Service) -> None:
    with page.expect_response("**/v1/collections"):
        page.reload()
    assert [each["name"] for each in reader.http.get("/v1/collections").json()["collections"]] == ["default"]
    page.get_by_role("link", name="Articles").click()
    expect(page.locator(".documents li").first).to_be_visible()
    expect(page.get_by_label("Collection")).to_be_hidden()
    assert page.url.endswith("/#/articles")


def test_everything_is_about_the_collection_that_was_chosen_and_its_address_says_which(
    page: Page, apart: Service
) -> None:
    page.reload()
    page.get_by_label("Collection").select_option("sport")
    page.get_by_role("link", name="Articles").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles in sport")
    expect(page.locator(".documents li")).to_have_count(1)
    page.evaluate(DROP, [["mill.md", "# The mill\n\nThe mill of Osk burned."]])
    expect(page.locator("#adding .job")).to_contain_text("waiting")
    apart.work()
    expect(page.locator("#adding .job")).to_contain_text("1 added")
    page.get_by_role("button", name="The mill", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("The mill of Osk burned.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete The mill").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".documents li")).to_have_count(1)
    page.get_by_role("link", name="Jobs").click()
    expect(page.locator(".jobs > li")).to_have_count(2)

    page.get_by_role("link", name="Ask", exact=True).click()
    page.get_by_text("Time and outlets").click()
    expect(page.locator("#outlets label")).to_have_count(1)
    ask(page, ASKED)
    expect(page.locator(".figures")).to_be_visible()
    page.get_by_role("button", name="Cup final").first.click()
    expect(page.get_by_role("dialog", name="Cup final").locator("mark").first).to_be_visible()
    page.get_by_role("button", name="Good").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    answer = page.url
    assert "#/answers/ans_" in answer
    assert answer.endswith("?collection=sport")
    page.reload()
    expect(page.locator(".asked")).to_have_text(ASKED)
    assert chosen(page) == "sport"

    page.get_by_label("Collection").select_option("default")
    expect(page.locator("#reply article")).to_have_count(0)
    ask(page, ASKED)
    expect(page.locator(".sentences li")).to_contain_text(GOATS)
    page.goto(answer)
    expect(page.locator(".sentences")).not_to_contain_text(GOATS)
    assert chosen(page) == "sport"


def test_a_collection_that_is_not_there_is_said_not_to_be(browser: Browser, apart: Service) -> None:
    with opened(browser, f"{apart.url}/#/articles?collection=gone") as page:
        expect(page.get_by_role("alert")).to_contain_text("gone")
        assert chosen(page) == "gone"


def test_who_has_a_key_to_one_collection_is_shown_that_one(browser: Browser, apart: Service, bound: str) -> None:
    with opened(browser, apart.url) as page:
        expect(page.get_by_label("API key")).to_be_focused()
        page.keyboard.type(bound)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Question")).to_be_focused()
        with page.expect_request("**/v1/ask") as sent:
            ask(page, ASKED)
        assert sent.value.post_data_json == {"question": ASKED, "collection": "sport"}
        expect(page.locator(".figures")).to_be_visible()
        expect(page.get_by_label("Collection")).to_be_hidden()
        page.get_by_role("link", name="Articles").click()
        expect(page.locator(".documents li")).to_have_count(1)
        expect(page.locator(".documents")).to_contain_text("Cup final")
        expect(page.get_by_role("button", name="New collection")).to_be_hidden()


def test_who_has_a_key_to_the_default_collection_and_others_is_not_offered_to_make_one(
    browser: Browser, apart: Service, bound: str
) -> None:
    made = keys.make()
    apart.engine.store.add_key(made.id, "both", ["ask", "write"], made.digest, None, ["default", "sport"])
    with opened(browser, f"{apart.url}/#/articles") as page:
        page.get_by_label("API key").fill(made.text)
        with page.expect_response("**/v1/collections"):
            page.keyboard.press("Enter")
        expect(page.get_by_label("Collection")).to_be_visible()
        expect(page.get_by_text("Add articles")).to_be_visible()
        expect(page.get_by_role("button", name="New collection")).to_be_hidden()


def test_a_collection_is_made_with_its_first_article_and_deleted_with_all_of_them(page: Page, reader: Service) -> None:
    page.get_by_role("link", name="Articles").click()
    page.get_by_role("button", name="New collection").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("weather")
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Articles in weather")
    expect(heading).to_be_focused()
    expect(page.get_by_text("the first article that is added makes it")).to_be_visible()
    expect(page.get_by_role("button", name="Delete this collection")).to_be_hidden()
    page.evaluate(DROP, [["rain.md", "# Rain\n\nIt rained in Osk."], ["sun.md", "# Sun\n\nThe sun shone in Varn."]])
    expect(page.locator("#adding .job")).to_contain_text("2 articles: waiting")
    reader.work()
    expect(page.locator(".documents li")).to_have_count(2)

    delete = page.get_by_role("button", name="Delete this collection")
    delete.click()
    dialog = page.get_by_role("dialog", name="Delete the collection “weather”?")
    expect(dialog).to_contain_text("2 articles")
    page.keyboard.press("Escape")
    expect(delete).to_be_focused()
    delete.click()
    dialog.get_by_role("button", name="Delete 2 articles").click()
    expect(heading).to_have_text(re.compile("^Articles( in default)?$"))
    expect(page.locator("#collection option", has_text="weather")).to_have_count(0)
    assert "weather" not in reader.http.get("/v1/collections").text


def test_a_follow_up_is_understood_by_what_was_said_before(page: Page) -> None:
    ask(page, "Who opened the harbour of Varn?")
    follow = page.get_by_label("Follow up on this")
    expect(page.locator(".figures")).to_be_visible()
    follow.fill("What did she open?")
    with page.expect_request("**/v1/ask") as sent:
        page.keyboard.press("Enter")
    asked: Any = sent.value.post_data_json
    assert asked["history"] == [
        {"role": "user", "content": "Who opened the harbour of Varn?"},
        {"role": "assistant", "content": f"{OPENED} [1]"},
    ]
    replies = page.locator("#reply article")
    expect(replies).to_have_count(2)
    expect(replies.nth(1)).to_contain_text("Understood as “What did Mayor Ilse Brandt open?”")
    expect(replies.nth(1).locator(".sentences")).to_contain_text(OPENED)
    expect(follow).to_be_focused()
    expect(replies.first.locator(".timeline")).to_be_hidden()
    replies.first.get_by_text("What it rests on").click()
    expect(replies.first.locator(".timeline")).to_be_visible()
    page.reload()
    expect(replies).to_have_count(2)
    expect(replies.nth(1)).to_contain_text("Understood as “What did Mayor Ilse Brandt open?”")
    page.get_by_role("button", name="New question").click()
    expect(replies).to_have_count(0)
    expect(page.get_by_label("Question")).to_be_focused()
    expect(follow).to_be_hidden()
