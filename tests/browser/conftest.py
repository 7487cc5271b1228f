"""One real service with articles of every kind, and a real browser in front of it, for all tests in this folder.

Playwright keeps an event loop running in this thread while it is open, so it is closed when the folder is done.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from rag.seams import Message
from tests.fakes import ScriptedModel
from tests.service import Serve, Service

PATIENCE_MS = 60_000.0
NARROW = {"width": 360, "height": 740}
KILLED = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."
HERALDED = "President Donald Trump heralded the strike on his Truth Social media platform."
GOATS = "The ferry of Lund carried 12 goats on Monday."
OPENED = "Mayor Ilse Brandt opened the harbour of Varn on Friday."
HOSTILE = (
    "</p></div><script>window.ran = 1</script><img src=x onerror='window.ran = 2'><svg onload='window.ran = 3'></svg>"
    "<a href='javascript:window.ran = 4'>news</a><iframe srcdoc='<script>parent.ran = 5</script>'></iframe>"
)
ARTICLES: list[dict[str, Any]] = [
    {
        "id": "goats",
        "title": "Goats at sea 🐐",
        "source": "Lund Post",
        "authors": ["Berit Holm", "Lund Post"],
        "updated_at": "2025-03-12",
        "text": f"🐐🎉👩‍👩‍👧 A day to remember!\n{GOATS} 🎉 Nobody fell.\n",
    },
    {
        "id": f"harbour {HOSTILE}",
        "title": f"Harbour of Varn {HOSTILE}",
        "source": f"Varn Courier {HOSTILE}",
        "url": "javascript:window.ran=6",
        "text": f"{HOSTILE}\n{OPENED}\n{HOSTILE}",
    },
    {
        "id": "march-1",
        "title": "March in Osk",
        "source": "Osk Post",
        "published_at": "2025-03-10T08:00:00Z",
        "url": "https://osk-post.example/march",
        "text": "In Osk 900 people marched against the sale of the mill, the police said.",
    },
    {
        "id": "march-2",
        "title": "Thousands in the streets",
        "source": "Varn Courier",
        "published_at": "2025-03-10T11:00:00Z",
        "text": "People in Osk marched for the mill. It was 3,000 people who marched in Osk, the organisers counted.",
    },
]


def said(messages: Sequence[Message]) -> str:
    """What the scripted model drafts for the questions of these tests."""
    asked = messages[-1].content
    if "harbour" in asked.rpartition("Question: ")[2] or "Brandt" in asked.rpartition("Question: ")[2]:
        return OPENED
    if "al-Rifai" in asked:
        return f"{KILLED} {HERALDED}"
    if "goats" in asked:
        return GOATS
    if "marched" in asked:
        return "900 people marched in Osk." if "900" in asked else "3,000 people marched in Osk."
    return "I do not know."


@pytest.fixture(scope="package")
def reader(serve: Serve) -> Iterator[Service]:
    """The service, with `ARTICLES` besides the one that every service has."""
    with serve(ScriptedModel(said, preference=0.95)) as service:
        assert service.add(*ARTICLES)["counts"]["added"] == len(ARTICLES)
        yield service


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("there is no Chromium here: the Debian package is `chromium`")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found)
        yield running
        running.close()


@contextmanager
def opened(browser: Browser, url: str, **context: Any) -> Iterator[Page]:
    """A page in a browser of its own. Afterwards: no script failed, and nothing was against the page's policy."""
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # That an address answered with an error is told by the page, where it matters.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            wrong.append(message.text)

    with browser.new_context(**context) as own:
        own.set_default_timeout(PATIENCE_MS)
        page = own.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", heard)
        page.goto(url)
        yield page
    assert not wrong


@pytest.fixture
def page(browser: Browser, reader: Service) -> Iterator[Page]:
    """The page at `/`, wide enough for an article beside the answer."""
    with opened(browser, reader.url, viewport={"width": 1280, "height": 800}) as page:
        yield page


@pytest.fixture
def resumed(reader: Service) -> Iterator[None]:
    """Whatever a test paused goes on after it."""
    yield
    reader.model.resume()


def ask(page: Page, question: str) -> None:
    page.get_by_label("Question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
