"""Reading in a process of its own: the same documents, and whatever a file does, the next one is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.apart import Apart
from ingest.readers import read
from rag.types import Failure
from tests.ingest.files import ARTICLE, docx, mail, page, pdf, rss

FILES = {
    "a.html": page(f"<h1>Tower</h1><p>{ARTICLE}</p>", '<meta name="date" content="2025-03-17">'),
    "b.pdf": pdf(ARTICLE),
    "c.docx": docx(ARTICLE),
    "d.eml": mail(ARTICLE, Subject="Tower", Date="Mon, 17 Mar 2025 09:30:00 +0100"),
    "e.rss": rss("<item><title>One</title></item>", "<item/>"),
    "f.txt": ARTICLE.encode(),
    "g.pdf": b"%PDF-",
    "h.xyz": b"?",
}
SLOW = b"<p>" + b"<i>a</i><b>b</b> c " * 700_000
"""Parsing this takes far longer than the test gives it."""


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with Apart() as reader:
        yield reader


@pytest.mark.parametrize("name", FILES)
def test_what_is_read_apart_is_what_is_read_in_place(apart: Apart, name: str) -> None:
    assert list(apart.read(FILES[name], name)) == list(read(FILES[name], name))


def test_a_file_is_read_from_its_path(apart: Apart, tmp_path: Path) -> None:
    (tmp_path / "c.docx").write_bytes(FILES["c.docx"])
    assert list(apart.read(tmp_path / "c.docx", "c.docx")) == list(read(FILES["c.docx"], "c.docx"))
    with pytest.raises(FileNotFoundError):
        list(apart.read(tmp_path / "none.docx", "none.docx"))


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    with Apart(seconds=2.0) as apart:
        (slow,) = apart.read(SLOW, "slow.html")
        assert isinstance(slow, Failure)
        assert (slow.id, slow.code) == ("slow", "timeout")
    with Apart() as apart:
        assert list(apart.read(FILES["a.html"], "a.html")) == list(read(FILES["a.html"], "a.html"))


def test_a_reader_that_was_killed_is_replaced(apart: Apart) -> None:
    list(apart.read(FILES["b.pdf"], "b.pdf"))
    assert apart._child is not None
    apart._child.kill()
    assert list(apart.read(FILES["b.pdf"], "b.pdf")) == list(read(FILES["b.pdf"], "b.pdf"))


def test_memory_is_bounded() -> None:
    with Apart(memory=150 * 2**20) as apart:
        (found,) = apart.read(b"<p>" + b"<b>a</b> " * 1_500_000, "large.html")
    assert isinstance(found, Failure)
    assert found.code in {"too_large", "broken_file"}
