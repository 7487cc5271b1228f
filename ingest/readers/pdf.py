"""PDF: the text of its pages. A form feed stands between two pages, and becomes a line end when it is stored."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from ingest.readers.authors import names
from rag.errors import Rejected
from rag.types import NewDocument

MOST_PAGES = 5_000
FEWEST_REPEATS = 3
SECONDS = 45.0
_PASSWORD, _SECURITY = 4, 5
_FULL = 0.75
_SHARE = 0.6
_LONGEST_EDGE = 120
_NUMBER = re.compile(r"\d{1,5}")
_ENDS = re.compile(r"[.!?:;…][”’\"')\]]*$")
# What programs write into the title of a file when its author wrote none, such as the name of another file.
_NO_TITLE = re.compile(
    r"^(?:Microsoft (?:Word|PowerPoint|Excel) - .*|untitled.*|.*\.(?:docx?|indd|qxd|pdf|tmp|rtf)"
    r"|(?=[!-~]*\d)[!-~]*[_:.][!-~]*)$",
    re.I,
)

Shape = tuple[str, int | None]
"""A line, or a line without one of its numbers and how far that is from the number of the page."""


def read(data: bytes, document_id: str, charset: str = "") -> NewDocument:  # noqa: ARG001
    """Its text, with lines that run on put together again and without headers and footers, under the title it gives
    itself, and where its pages start.

    The times a file was made and changed are not those of the article, so they stay unknown.
    Raises `Rejected`: `encrypted`, `broken_file`, `too_large`, or `empty_text` for pages that are only pictures.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in {_PASSWORD, _SECURITY}:
            raise Rejected("encrypted", "the file is protected by a password") from error
        raise Rejected("broken_file", "this is not a PDF file, or it is damaged") from error
    try:
        if len(document) > MOST_PAGES:
            raise Rejected("too_large", f"the file has {len(document):,} pages; {MOST_PAGES:,} is the most")
        pages = [reflowed(page) for page in without_repeated(list(_pages(document)))]
        title = str(document.get_metadata_value("Title")).strip()
        authors = names([str(document.get_metadata_value("Author"))])
    except pdfium.PdfiumError as error:
        raise Rejected("broken_file", "a page of the file is damaged") from error
    finally:
        document.close()
    text = "\f".join(pages)
    if not text.strip():
        raise Rejected("empty_text", "the pages have no text; pictures of text are not read")
    starts = tuple(accumulate((len(page) + 1 for page in pages[:-1]), initial=0))
    title = "" if _NO_TITLE.match(title) else title
    return NewDocument(text=text, id=document_id, title=title, pages=starts, authors=authors)


def without_repeated(pages: list[str]) -> list[str]:
    """The pages without a first or last line that most of them share, as it is or but for counting the pages.

    That is a header or a footer where at least `FEWEST_REPEATS` pages have it and three in five, of all or of every
    other one; a short file, or a last line with any other number in it, loses nothing. A page has at most two of each.
    """
    for _ in range(2):
        edges = [_outermost(page) for page in pages]
        shapes = [
            {at: _shapes(line, number) for at, line in edge if len(line) <= _LONGEST_EDGE}
            for number, edge in enumerate(edges)
        ]
        gone: list[set[int]] = [set() for _ in pages]
        # a book has one header on its left pages and another on its right ones
        for some in (slice(None), slice(0, None, 2), slice(1, None, 2)):
            counts = Counter(shape for edge in shapes[some] for shape in set[Shape]().union(*edge.values()))
            least = max(FEWEST_REPEATS, math.ceil(_SHARE * len(shapes[some])))
            repeated = {shape for shape, count in counts.items() if count >= least}
            for edge, lines in zip(shapes[some], gone[some], strict=True):
                lines |= {at for at, known in edge.items() if known & repeated}
        if not any(gone):
            return pages
        pages = [
            "\n".join(line for at, line in enumerate(page.splitlines()) if at not in lines)
            for page, lines in zip(pages, gone, strict=True)
        ]
    return pages


def reflowed(page: str) -> str:
    """The lines of a page, where one that runs on into the next is put together with it.

    A line runs on when it is about as long as the longest and no sentence ends with it. A word divided at its
    end is made whole again.
    """
    lines = [" ".join(line.replace("\x02", "").split()) for line in page.replace("\ufffe", "\x02").splitlines()]
    width = max(map(len, lines), default=0)
    out: list[str] = []
    runs_on = False
    for line in lines:
        if not line:
            runs_on = False
            continue
        if runs_on and out[-1].endswith("-") and line[0].islower():
            out[-1] = out[-1][:-1] + line
        elif runs_on:
            out[-1] += " " + line
        else:
            out.append(line)
        runs_on = len(line) >= _FULL * width and not _ENDS.search(line)
    return "\n".join(out)


def _pages(document: Any) -> Iterator[str]:
    began = time.monotonic()
    for page in document:
        if time.monotonic() - began > SECONDS:
            raise Rejected("timeout", f"the file took longer than {SECONDS:.0f} seconds to read")
        yield page.get_textpage().get_text_bounded(errors="replace")


def _outermost(page: str) -> list[tuple[int, str]]:
    """The first and the last line with text, by their number."""
    lines = [(number, line.strip()) for number, line in enumerate(page.splitlines()) if line.strip()]
    return [lines[0], *lines[1:][-1:]] if lines else []


def _shapes(line: str, page: int) -> set[Shape]:
    """A line as it is, and without each number in it in turn, with how far that is from the number of the page."""
    shapes: set[Shape] = {(line, None)}
    for found in _NUMBER.finditer(line):
        shapes.add((f"{line[: found.start()]}#{line[found.end() :]}", int(found.group()) - page))
    return shapes
