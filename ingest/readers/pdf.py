"""PDF: the text of its pages. A form feed stands between two pages, and becomes a line end when it is stored."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from rag.errors import Rejected
from rag.types import NewDocument

MOST_PAGES = 5_000
SECONDS = 45.0
_PASSWORD, _SECURITY = 4, 5
_FULL = 0.75
_ENDS = re.compile(r"[.!?:;…][”’\"')\]]*$")
# What programs write into the title of a file when its author wrote none.
_NO_TITLE = re.compile(
    r"^(?:Microsoft (?:Word|PowerPoint|Excel) - .*|untitled.*|.*\.(?:docx?|indd|qxd|pdf|tmp|rtf))$", re.I
)


def read(data: bytes, document_id: str, charset: str = "") -> NewDocument:  # noqa: ARG001
    """Its text, with lines that run on put together again, under the title it gives itself.

    The time a file was made is not the time an article was published, so that stays unknown.
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
        text = "\f".join(_pages(document))
        title = str(document.get_metadata_value("Title")).strip()
    except pdfium.PdfiumError as error:
        raise Rejected("broken_file", "a page of the file is damaged") from error
    finally:
        document.close()
    if not text.strip():
        raise Rejected("empty_text", "the pages have no text; pictures of text are not read")
    return NewDocument(text=text, id=document_id, title="" if _NO_TITLE.match(title) else title)


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
        yield reflowed(page.get_textpage().get_text_bounded(errors="replace"))
