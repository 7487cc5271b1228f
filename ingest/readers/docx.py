"""DOCX: paragraphs, tables and text boxes in the order of the document, and then its notes.

The elements are walked here: the library's own way leaves out what was inserted while changes are tracked, fields,
content controls, text boxes and notes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ingest.readers.authors import names
from rag.errors import Rejected
from rag.types import NewDocument

UNPACKED = 200 * 2**20
MOST_PARTS = 10_000
_DEEPEST = 8
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_USUAL = b"http://schemas.openxmlformats.org/"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# What stands around paragraphs and tables and says nothing itself.
_TRANSPARENT = frozenset("sdt sdtContent customXml smartTag ins moveTo".split())
_BLANK = frozenset("tab br cr ptab".split())
# What was deleted or moved away, how text is read aloud (`rt`), and what describes and shows nothing.
_LEFT_OUT = frozenset("del moveFrom rt pPr rPr sdtPr instrText delText".split())


def read(data: bytes, document_id: str, charset: str = "") -> NewDocument:  # noqa: ARG001
    """A line for each paragraph and each row of a table, under the title of its properties or its title paragraph.
    What was deleted while changes are tracked and what is hidden is left out, as it is in print.

    Raises `Rejected`: `encrypted`, `broken_file`, `unsupported_format` (an older Word file), `too_large`
    or `empty_text`.
    """
    import docx

    try:
        document = docx.Document(io.BytesIO(_transitional(data) if _guard(data) else data))
        lines = [line for line in (*_lines(document.element.body, document), *_notes(document)) if line]
        title = document.core_properties.title or next(_titles(document), "")
        authors = names([document.core_properties.author or ""])
    except Rejected:
        raise
    except Exception as error:
        # neither zipfile nor the library has one error for all that can be wrong with a package
        raise Rejected("broken_file", "this is not a Word document, or it is damaged") from error
    if not lines:
        raise Rejected("empty_text", "the document has no text")
    return NewDocument(text="\n".join(lines), id=document_id, title=title, authors=authors)


def _guard(data: bytes) -> bool:
    """Looks into the package without unpacking more than its list of parts, and tells whether it is a strict one.

    Raises `Rejected`, and what zipfile raises where it is none.
    """
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise Rejected("encrypted", "the document is protected by a password")
        raise Rejected("unsupported_format", "this is a Word file of the time before DOCX; save it as DOCX")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
        strict = _STRICT in package.read("_rels/.rels") if "_rels/.rels" in package.namelist() else False
    # what is unpacked is never more than a part says of itself: a part that is longer fails its checksum
    size = sum(part.file_size for part in parts)
    if size > UNPACKED or len(parts) > MOST_PARTS:
        raise Rejected("too_large", f"the document unpacks to {size:,} bytes; {UNPACKED:,} is the most")
    if any(part.flag_bits & 1 for part in parts):
        raise Rejected("encrypted", "the document is protected by a password")
    return strict


def _transitional(data: bytes) -> bytes:
    """A document saved as "Strict Open XML", with the names that the library knows: the same under other addresses."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as strict, zipfile.ZipFile(file, "w") as package:
        for part in strict.infolist():
            content = strict.read(part)
            if part.filename.endswith((".xml", ".rels")):
                content = _STRICT_NAME.sub(rb"%s\1/2006/\2" % _USUAL, content)
            package.writestr(part.filename, content)
    return file.getvalue()


def _lines(place: Any, document: Any, depth: int = 0) -> Iterator[str]:
    """Of the body, a cell, a text box or a note: `place` is its element."""
    for block in _plain(place, {"p", "tbl"}):
        if _name(block) == "p":
            boxes: list[Any] = []
            yield " ".join("".join(_characters(block, boxes)).split())
            for box in boxes if depth < _DEEPEST else ():
                yield from _lines(box, document, depth + 1)
        elif depth < _DEEPEST:
            from docx.table import Table

            yield from (_row(row, document, depth) for row in Table(block, document).rows)


def _row(row: Any, document: Any, depth: int) -> str:
    """The cells of a row, one that spans several once."""
    cells = dict.fromkeys(cell._tc for cell in row.cells)
    return " | ".join(text for cell in cells if (text := " ".join(_lines(cell, document, depth + 1)).strip()))


def _plain(place: Any, wanted: set[str]) -> Iterator[Any]:
    """The elements of these names directly in a place, as they are once its changes are accepted."""
    for child in place.iterchildren("{*}*"):
        name = _name(child)
        if name in wanted:
            yield child
        elif name == "AlternateContent":
            yield from _plain(_chosen(child), wanted)
        elif name in _TRANSPARENT:
            yield from _plain(child, wanted)


def _characters(place: Any, boxes: list[Any]) -> Iterator[str]:
    """The text of a paragraph, or of what is in it; the text boxes anchored in it are put on `boxes`."""
    for child in place.iterchildren("{*}*"):
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _BLANK:
            yield " "
        elif name == "noBreakHyphen":
            yield "-"
        elif name == "txbxContent":
            boxes.append(child)
        elif name == "AlternateContent":
            yield from _characters(_chosen(child), boxes)
        elif name not in _LEFT_OUT and not (name == "r" and _hidden(child)):
            yield from _characters(child, boxes)


def _chosen(alternatives: Any) -> Any:
    """The newer of two ways to say the same."""
    return next(alternatives.iterchildren("{*}Choice", "{*}Fallback"), alternatives)


def _hidden(run: Any) -> bool:
    marks = run.findall("{*}rPr/{*}vanish")
    return any((mark.get(f"{_W}val") or "1") not in {"0", "false", "off"} for mark in marks)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _notes(document: Any) -> Iterator[str]:
    """Footnotes, then endnotes; those that only draw a line between text and notes have a type."""
    from docx.oxml import parse_xml

    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes")):
            for note in parse_xml(relation.target_part.blob).iterchildren("{*}footnote", "{*}endnote"):
                if note.get(f"{_W}type", "normal") == "normal":
                    yield from _lines(note, document)


def _titles(document: Any) -> Iterator[str]:
    from docx.text.paragraph import Paragraph

    for element in islice(_plain(document.element.body, {"p"}), 20):
        style = Paragraph(element, document).style
        text = " ".join("".join(_characters(element, [])).split())
        if style is not None and style.name in {"Title", "Heading 1"} and text:
            yield text
