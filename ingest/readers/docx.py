"""DOCX: paragraphs and tables in the order of the document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from rag.errors import Rejected
from rag.types import NewDocument

UNPACKED = 200 * 2**20
MOST_PARTS = 10_000
_DEEPEST = 8
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read(data: bytes, document_id: str, charset: str = "") -> NewDocument:  # noqa: ARG001
    """A line for each paragraph and each row of a table, under the title of its properties or its title paragraph.

    Raises `Rejected`: `encrypted`, `broken_file`, `unsupported_format` (an older Word file), `too_large`
    or `empty_text`.
    """
    import docx

    try:
        _guard(data)
        document = docx.Document(io.BytesIO(data))
        lines = [line for line in _lines(document) if line]
        title = document.core_properties.title or next(_titles(document), "")
    except Rejected:
        raise
    except Exception as error:
        # neither zipfile nor the library has one error for all that can be wrong with a package
        raise Rejected("broken_file", "this is not a Word document, or it is damaged") from error
    if not lines:
        raise Rejected("empty_text", "the document has no text")
    return NewDocument(text="\n".join(lines), id=document_id, title=title)


def _guard(data: bytes) -> None:
    """Looks into the package without unpacking it. Raises `Rejected`, and what zipfile raises where it is none."""
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise Rejected("encrypted", "the document is protected by a password")
        raise Rejected("unsupported_format", "this is a Word file of the time before DOCX; save it as DOCX")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
    # what is unpacked is never more than a part says of itself: a part that is longer fails its checksum
    size = sum(part.file_size for part in parts)
    if size > UNPACKED or len(parts) > MOST_PARTS:
        raise Rejected("too_large", f"the document unpacks to {size:,} bytes; {UNPACKED:,} is the most")
    if any(part.flag_bits & 1 for part in parts):
        raise Rejected("encrypted", "the document is protected by a password")


def _lines(place: Any, depth: int = 0) -> Iterator[str]:
    """Of a document or of a cell, which may hold tables of its own."""
    for block in place.iter_inner_content():
        if hasattr(block, "rows"):
            if depth < _DEEPEST:
                yield from (_row(row, depth) for row in block.rows)
        else:
            yield " ".join(block.text.split())


def _row(row: Any, depth: int) -> str:
    """The cells of a row, one that spans several once."""
    cells = dict.fromkeys(row.cells)
    return " | ".join(text for cell in cells if (text := " ".join(_lines(cell, depth + 1)).strip()))


def _titles(document: Any) -> Iterator[str]:
    for paragraph in document.paragraphs[:20]:
        if paragraph.style is not None and paragraph.style.name in {"Title", "Heading 1"} and paragraph.text.strip():
            yield paragraph.text
