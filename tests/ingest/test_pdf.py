"""PDF: its text in whole paragraphs, page by page, without what is printed on every page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean import clean
from ingest.readers.pdf import FEWEST_REPEATS, reflowed, without_repeated
from tests.ingest.files import ARTICLE, pdf
from tests.ingest.test_formats import code, one


def test_pdf_has_whole_paragraphs_and_its_pages_apart() -> None:
    found = one(pdf(f"Tower restored\n{ARTICLE}\nThe end.", "Second page.", title="The tower"), "a.pdf")
    assert found.title == "The tower"
    assert found.text == f"Tower restored\n{ARTICLE}\nThe end.\fSecond page."
    assert clean(found, 10_000).text == found.text.replace("\f", "\n")
    assert [found.text[start:][:6] for start in clean(found, 10_000).pages] == ["Tower ", "Second"]


def test_a_pdf_that_cannot_be_read_has_a_code() -> None:
    whole = pdf(ARTICLE)
    assert code(pdf(ARTICLE, password="secret"), "a.pdf") == "encrypted"
    assert code(whole[: len(whole) // 2], "a.pdf") == "broken_file"
    assert code(b"%PDF-1.7\n", "a.pdf") == "broken_file"
    assert code(pdf(""), "a.pdf") == "empty_text"


def test_headers_footers_and_page_numbers_are_no_text() -> None:
    bodies = [f"On day {number} the tower of Orvik was {number + 3} metres high." for number in range(1, 5)]
    found = one(pdf(*(f"The Orvik Courier\n{body}\nPage {at} of 4" for at, body in enumerate(bodies, 1))), "a.pdf")
    assert found.text == "\f".join(bodies)
    assert [found.text[start:].partition("\f")[0] for start in found.pages] == bodies


def test_left_and_right_pages_may_have_headers_of_their_own() -> None:
    bodies = [f"On day {number} the tower of Orvik was {number * number + 3} metres high." for number in range(1, 8)]
    headed = [f"{'Lind et al.' if at % 2 else f'{at + 360} Towers'}\n{body}" for at, body in enumerate(bodies, 1)]
    assert without_repeated(headed) == bodies
    assert without_repeated(headed[:4]) == headed[:4], "two of a kind may be text"


@pytest.mark.parametrize("title", ["sag-39-3-4-0902-21:sag-0", "report_v2", "Untitled-1", "Microsoft Word - a.doc"])
def test_the_name_of_a_file_is_no_title(title: str) -> None:
    assert one(pdf(ARTICLE, title=title), "a.pdf").title == ""


@pytest.mark.parametrize(
    "pages",
    [
        ["Total: 12", "Total: 30", "Total: 7", "Total: 41"],
        ["The same line.", "The same line."],
        ["One.", "Two.", "The end.", "The end.", "Three."],
        [],
        ["", "", ""],
    ],
    ids=["other numbers", "few pages", "few of them", "none", "empty"],
)
def test_a_line_that_may_be_text_is_kept(pages: list[str]) -> None:
    assert without_repeated(pages) == pages


LINES = st.lists(st.sampled_from(["Courier", "Page 1", "Page 2", "a b", "12", ""]), max_size=4).map("\n".join)


@given(st.lists(LINES, max_size=6))
def test_only_first_and_last_lines_that_repeat_are_left_out(pages: list[str]) -> None:
    kept = without_repeated(pages)
    assert len(kept) == len(pages)
    for before, after in zip(pages, kept, strict=True):
        lines, left = before.splitlines(), [line for line in after.splitlines() if line.strip()]
        solid = [line for line in lines if line.strip()]
        assert len(solid) - len(left) <= 4
        assert any(solid[start : start + len(left)] == left for start in range(len(solid) + 1))
    if len(pages) < FEWEST_REPEATS:
        assert kept == pages


def test_a_title_that_a_program_wrote_is_none() -> None:
    assert one(pdf(ARTICLE, title="Microsoft Word - tower.doc"), "a.pdf").title == ""


LONG = "The council of the town decided on Monday that the"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (f"{LONG}\r\nOrvik tower is to be restored.", f"{LONG} Orvik tower is to be restored."),
        (f"Heading\r\n{LONG}\r\nend.", f"Heading\n{LONG} end."),
        (f"{LONG} re-\r\nstored tower.", f"{LONG} restored tower."),
        (f"{LONG} visi\x02tors.", f"{LONG} visitors."),
        (f"{LONG} end.\r\nAnother one.", f"{LONG} end.\nAnother one."),
        ("", ""),
    ],
)
def test_lines_that_run_on_are_put_together(page: str, text: str) -> None:
    assert reflowed(page) == text


@given(st.text(alphabet="ab .-\n\x02", max_size=80))
def test_reflowing_loses_no_letter(page: str) -> None:
    assert [c for c in reflowed(page) if c in "ab"] == [c for c in page if c in "ab"]
