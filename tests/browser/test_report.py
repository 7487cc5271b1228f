"""The page of an evaluation run in a real browser: no error, nothing runs, and it fits a phone in light and dark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from evals import page as report
from evals.run import Run
from tests.browser.conftest import HOSTILE, NARROW, opened
from tests.browser.contrast import faint
from tests.evals.replies import WHEN, WHY, answered, draft, judged, passage, refused

ASKED = [
    *((replace(WHEN, id=f"when-{n}"), answered(passages=[passage()])) for n in range(4)),
    (WHEN, answered("On June 9.", passages=[passage()], drafts=[draft("On June 9.", 0.6), draft("Never.", 0.1)])),
    (WHY, refused(reason=HOSTILE, drafts=[])),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_of_a_run_opens_without_error(browser: Browser, tmp_path: Path, scheme: str) -> None:
    rows = tuple(judged(question, body, passage()) for question, body in ASKED)
    run = Run(rows, tuple(body for _, body in ASKED), {}, "scripted")
    recipe = {"set": f"mine {HOSTILE}", "part": "test", "limit": None}
    file = report.write(tmp_path / "report.html", run, [question for question, _ in ASKED], recipe)
    with opened(browser, file.as_uri(), viewport=NARROW, color_scheme=scheme) as page:
        expect(page.get_by_role("heading", level=1)).to_contain_text(HOSTILE)
        for entry in page.locator("details").all():
            entry.evaluate("node => { node.open = true; }")
        assert page.get_by_role("img").count() == 4
        assert page.evaluate("window.ran === undefined")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]
        assert not faint(page)
        page.emulate_media(media="print")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(251, 251, 250)", "on paper it is light, whatever the screen is"
        assert not faint(page)
