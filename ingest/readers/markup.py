"""What HTML pages, feeds and newsletters share: markup to a tree, and a tree to lines of text."""

from __future__ import annotations

import re
from typing import Any

from ingest.readers.text import codec, decoded
from rag.errors import Rejected

LARGEST = 16 * 2**20
"""Bytes. No article is as large; what is takes minutes to parse."""

_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead title tr ul".split()
)
_UNSEEN = frozenset("script style noscript template head iframe object svg math button select textarea".split())
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_AROUND = frozenset("nav header footer aside form".split())
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})|encoding=[\"']([\w:.-]{2,40})[\"']", re.I
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FEW = 1_000
_FEW_MARKS = 100
_GAVE_UP = frozenset({"ERR_RESOURCE_LIMIT", "ERR_NO_MEMORY"})

Tree = Any
"""An element of lxml. The package has no types."""


def characters(data: bytes, charset: str = "") -> str:
    """A page as text: in the character set of its header, else of its own `meta`, else as plain text is read.

    Where a page is plainly what it says but for a few broken bytes, these become U+FFFD. Raises `Rejected`.
    """
    if len(data) > LARGEST:
        raise Rejected("too_large", f"the page has {len(data):,} bytes; {LARGEST:,} is the most")
    declared = _DECLARED.search(data[:4_096])
    own = (declared.group(1) or declared.group(2)).decode("ascii", "replace") if declared else ""
    data = data.replace(b"\0", b"") if data[:2] not in (b"\xff\xfe", b"\xfe\xff") else data
    named = codec(charset) or codec(own)
    text = data.decode(named or "utf-8", "replace")
    broken = text.count("\ufffd")
    if broken and broken * _FEW <= len(text) and sum(character > "\x7f" for character in text) > 2 * broken:
        return text
    return decoded(data, named)


def tree_of(page: str) -> Tree:
    """The root of a page. Raises `Rejected`: `empty_text` where there is no markup at all, `broken_file` where it
    is nested so deeply that the rest could not be read.
    """
    from lxml import etree, html

    parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
    root = None
    try:
        root = html.document_fromstring(_DECLARATION.sub("", page), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        if page.count("<") < _FEW_MARKS:
            raise Rejected("empty_text", "the page is empty") from error
    if root is None or any(entry.type_name in _GAVE_UP for entry in parser.error_log):
        raise Rejected("broken_file", "the markup is nested too deeply or needs too much memory")
    return root


def lines(root: Tree, everything: bool = True) -> str:
    """The text below `root`, a line for each block and white space made single, in the order of the page. The cells of
    a row stay together where a table holds data.

    Without `everything`, what stands around an article is left out: navigation, header, footer, asides and forms.
    """
    from lxml import etree

    unseen = _UNSEEN if everything else _UNSEEN | _AROUND
    found: list[str] = []
    hidden = 0
    cells = {cell for table in root.iter("table") if _holds_data(table) for cell in table.iter("td", "th")}
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else "script"
        if event == "start":
            hidden += tag in unseen
            between = " | " if element.getprevious() is not None else ""
            found += [between if element in cells else "\n"] * (tag in _BLOCKS) + [_spaced(element.text)] * (not hidden)
        else:
            hidden -= tag in unseen
            after = _spaced(element.tail) if not hidden and element is not root else ""
            found += ["\n"] * (tag in _BLOCKS and element not in cells) + [after]
    whole = (" ".join(line.split()) for line in "".join(found).split("\n"))
    return "\n".join(line for line in whole if line)


def _holds_data(table: Tree) -> bool:
    """Whether a table holds data and does not only place things: rows of as many cells, of words alone."""
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return False
    rows = [sum(cell.tag in ("td", "th") for cell in row) for row in table.iter("tr")]
    inside = _BLOCKS - {"thead", "tbody", "tfoot", "tr", "td", "th", "caption"} | {"img"}
    placing = any(each is not table for each in table.iter(*inside))
    return len(rows) > 1 and rows[0] > 1 and len(set(rows)) == 1 and not placing


def laid_out(root: Tree) -> bool:
    """Whether a page has tables that only place things: one that says so, or has another table or a heading in it."""
    return any(
        (table.get("role") or "").lower() in ("presentation", "none")
        or any(each is not table for each in table.iter("table", *_HEADINGS))
        for table in root.iter("table")
    )


def plain(fragment: str) -> str:
    """A title or a summary that may or may not be markup, as one line of text."""
    if "<" not in fragment and "&" not in fragment:
        return " ".join(fragment.split())
    try:
        return " ".join(lines(tree_of(fragment)).split())
    except Rejected:
        return ""


def _spaced(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("\r", " ")
