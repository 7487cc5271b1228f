"""HTML: the article of a page without what stands around it, and what the page says about it."""

from __future__ import annotations

from ingest.readers.markup import Tree, characters, lines, tree_of
from ingest.readers.metadata import facts
from rag.errors import Rejected
from rag.types import NewDocument

_FEWEST_WORDS = 5
_MOST_LINKED = 0.6


def read(data: bytes, document_id: str, charset: str = "") -> NewDocument:
    """The article of a page. Its identity is the canonical address it gives itself, else the file's name.

    Raises `Rejected`: `not_an_article` for a page that has text but none that could be one.
    """
    page = characters(data, charset)
    root = tree_of(page)
    known = facts(root)
    text = article(page, root)
    return NewDocument(
        text=text,
        id="" if known.url else document_id,
        title=known.title,
        url=known.url,
        source=known.source,
        published_at=known.published_at,
        language=known.language,
        corrects=known.corrects,
        authors=known.authors,
        updated_at=known.updated_at,
    )


def article(page: str, root: Tree) -> str:
    """The text of the article in a page. Raises `Rejected`: `empty_text` or `not_an_article`."""
    whole = lines(root)
    if not whole:
        raise Rejected("empty_text", "the page has no text")
    for extract in (_trafilatura, _readability):
        text = extract(page)
        if len(text.split()) >= _FEWEST_WORDS:
            return text
    text = lines(root, everything=False)
    linked = sum(len("".join(link.itertext())) for link in root.iter("a"))
    if len(text.split()) < _FEWEST_WORDS or linked > _MOST_LINKED * len(text):
        raise Rejected("not_an_article", "the page has no article that could be told from what stands around it")
    return text


def _trafilatura(page: str) -> str:
    import trafilatura

    try:
        return trafilatura.extract(page, include_comments=False, include_tables=True, deduplicate=False) or ""
    except Exception:
        # the library promises nothing about markup that is broken enough; the next one has its try
        return ""


def _readability(page: str) -> str:
    from readability import Document

    try:
        root = tree_of(Document(page).summary(html_partial=True))
    except Exception:
        return ""
    text = lines(root)
    linked = sum(len("".join(link.itertext())) for link in root.iter("a"))
    return text if linked <= _MOST_LINKED * len(text) else ""
