"""What is stored is what was written, but for what no text needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean import clean
from rag.errors import Rejected
from rag.types import NewDocument

SEED = Path(__file__).parents[2] / "seeds" / "000_fbce3f8ec0114fc5.txt"


def text_of(text: str) -> str:
    return clean(NewDocument(text=text), 1_000).text


def test_the_seed_article_is_stored_to_the_letter() -> None:
    given = SEED.read_bytes().decode("utf-8")
    assert clean(NewDocument(text=given), 10_000).text == given


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("  two  spaces \n", "  two  spaces \n"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("page\x0cnext\x0bline\x85end", "page\nnext\nline\nend"),
        ("tab\there", "tab\there"),
        ("nul\0bell\x07delete\x7fc1\x9b", "nulbelldeletec1"),
        ("half \ud83d a pair", "half  a pair"),
        ("\ufeffmark", "mark"),
        ("“é” \u200d \u2028 🍐", "“é” \u200d \u2028 🍐"),
    ],
)
def test_only_line_ends_and_control_characters_change(given: str, stored: str) -> None:
    assert text_of(given) == stored


@pytest.mark.parametrize("text", ["", " \n\t", "\0\0", "\ufeff"])
def test_nothing_is_rejected_as_empty(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        text_of(text)
    assert caught.value.code == "empty_text"


def test_too_much_is_rejected_as_too_large() -> None:
    with pytest.raises(Rejected) as caught:
        text_of("x" * 1_001)
    assert caught.value.code == "too_large"
    assert text_of("x" * 1_000)


def test_other_fields_become_single_lines() -> None:
    cleaned = clean(NewDocument(text="x", title=" A\n\ttitle\0 ", source="\x07S ", url=" http://a.b "), 10)
    assert (cleaned.title, cleaned.source, cleaned.url) == ("A title", "S", "http://a.b")


def test_a_field_without_measure_is_rejected() -> None:
    with pytest.raises(Rejected) as caught:
        clean(NewDocument(text="x", title="t" * 4_001), 10)
    assert caught.value.code == "invalid_record"


def test_times_are_in_utc() -> None:
    east = datetime(2025, 3, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert clean(NewDocument(text="x", published_at=east), 10).published_at == datetime(2025, 2, 28, 23, tzinfo=UTC)
    naive = datetime(2025, 3, 1)
    assert clean(NewDocument(text="x", published_at=naive), 10).published_at == datetime(2025, 3, 1, tzinfo=UTC)


def test_references_are_sorted_and_each_there_once() -> None:
    found = clean(NewDocument("x", corrects=("b", " a\0 ", "b", ""), retracts=("c",)), 10)
    assert (found.corrects, found.retracts) == (("a", "b"), ("c",))
    with pytest.raises(Rejected) as caught:
        clean(NewDocument("x", corrects=tuple(map(str, range(101)))), 10)
    assert caught.value.code == "invalid_record"


@given(st.lists(st.text(alphabet="a\r\n\f\0\ufeff é🍐"), min_size=1, max_size=5))
def test_pages_start_where_they_did_once_the_text_is_clean(parts: list[str]) -> None:
    """Whatever is left out or put together on the way, what a page had stays on it."""
    raw = "\f".join(parts)
    starts = tuple(accumulate((len(part) + 1 for part in parts[:-1]), initial=0))
    if not raw.strip(" \r\n\f\0\ufeff"):
        return
    found = clean(NewDocument(raw, pages=starts), 1_000)
    assert len(found.pages) == len(parts)
    bounds = [*found.pages, len(found.text)]
    for part, start, end in zip(parts, bounds, bounds[1:], strict=False):
        letters = [character for character in part if character in "aé🍐"]
        assert [character for character in found.text[start:end] if character in "aé🍐"] == letters


@pytest.mark.parametrize("pages", [(1, 2), (0, 0), (0, 5, 3), (0, 99), (0, -1)])
def test_starts_that_cannot_be_are_none(pages: tuple[int, ...]) -> None:
    assert clean(NewDocument("abcdefgh", pages=pages), 10).pages == ()


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    try:
        once = text_of(text)
    except Rejected:
        return
    assert text_of(once) in {once, once.removeprefix("\ufeff")}
    once.encode()
