"""Who wrote an article and when it was updated, as files of every format say it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import read
from ingest.readers.authors import LONGEST, names
from rag.types import Failure, NewDocument
from tests.ingest.files import ARTICLE, mail, page, rss

PUBLISHED, UPDATED = datetime(2025, 3, 17, 8, tzinfo=UTC), datetime(2025, 3, 18, 10, tzinfo=UTC)
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def one(data: bytes, name: str) -> NewDocument:
    (found,) = read(data, name)
    assert isinstance(found, NewDocument), found
    return found


def stated(**fields: object) -> str:
    whole = {"@type": "NewsArticle", "datePublished": "2025-03-17T08:00:00Z", **fields}
    return f'<script type="application/ld+json">{json.dumps(whole)}</script>'


@pytest.mark.parametrize(
    ("head", "byline", "authors"),
    [
        (stated(author={"@type": "Person", "name": "Jane Doe"}), "", ("Jane Doe",)),
        (
            stated(author=[{"name": "Jane Doe"}, "John Roe", {"name": "jane@courier.example"}]),
            "",
            ("Jane Doe", "John Roe"),
        ),
        (stated(author={"@id": "#j"}, **{"@graph": [{"@id": "#j", "name": "Jane Doe"}]}), "", ("Jane Doe",)),
        ('<meta property="article:author" content="https://face.example/jane">', "", ()),
        (
            '<meta property="article:author" content="https://face.example/jane"><meta name="author" content="admin">'
            '<meta name="citation_author" content="Jane Doe"><meta name="citation_author" content="John Roe">',
            "",
            ("Jane Doe", "John Roe"),
        ),
        ("", '<p>By <a rel="author" href="/jane">Jane Doe</a></p>', ("Jane Doe",)),
        ("", '<div class="author-box">About the author</div>', ()),
        (stated(author={"@type": "Person"}, **{"@graph": [{"@type": "WebSite", "name": "A site"}]}), "", ()),
        ("", "", ()),
    ],
    ids=[
        "person",
        "several",
        "by reference",
        "only a link",
        "meta elements",
        "byline",
        "no name",
        "nobody",
        "unsigned",
    ],
)
def test_a_page_is_signed(head: str, byline: str, authors: tuple[str, ...]) -> None:
    assert one(page(f"<h1>Tower</h1>{byline}<p>{ARTICLE}</p>", head), "a.html").authors == authors


@pytest.mark.parametrize(
    ("head", "updated"),
    [
        (stated(dateModified="2025-03-18T10:00:00Z"), UPDATED),
        (stated() + '<meta property="article:modified_time" content="2025-03-18T11:00:00+01:00">', UPDATED),
        (stated(dateModified="2025-03-17T08:00:00Z"), None),
        (stated(dateModified="2025-03-16"), None),
        (stated(dateModified="lately"), None),
        ('<meta property="article:modified_time" content="2025-03-18T10:00:00Z">', UPDATED),
        ('<meta http-equiv="last-modified" content="2025-03-18T10:00:00Z">', None),
    ],
    ids=["json-ld", "meta", "as published", "before", "no time", "alone", "of the file"],
)
def test_a_page_was_updated_after_it_was_published(head: str, updated: datetime | None) -> None:
    found = one(page(f"<h1>Tower</h1><p>{ARTICLE}</p>", head), "a.html")
    assert found.updated_at == updated
    assert found.published_at in (PUBLISHED, None)


@pytest.mark.parametrize(
    ("front", "authors", "updated"),
    [
        ("author: Jane Doe\nupdated: 2025-03-18T10:00:00Z", ("Jane Doe",), UPDATED),
        ('authors: [Jane Doe, "John Roe", admin]\nlastmod: 2025-03-18T10:00:00Z', ("Jane Doe", "John Roe"), UPDATED),
        ("authors:\n  - Jane Doe\n  - j@courier.example\nmodified: soon", ("Jane Doe",), None),
        ("date: 2025-03-19\nupdated: 2025-03-18", (), None),
    ],
)
def test_front_matter_is_signed(front: str, authors: tuple[str, ...], updated: datetime | None) -> None:
    found = one(f"---\n{front}\n---\nText.".encode(), "a.md")
    assert (found.authors, found.updated_at, found.text) == (authors, updated, "Text.")


def test_a_line_says_both_as_the_contract_has_them() -> None:
    lines = [
        {"text": "a", "authors": ["Jane Doe", "John Roe"], "updated_at": "2025-03-18T10:00:00Z"},
        {"text": "b", "authors": "Jane Doe"},
        {"text": "c", "authors": [1]},
        {"text": "d", "updated_at": "soon"},
        {"text": "e", "authors": None, "updated_at": None},
    ]
    good, *wrong, none = read("\n".join(map(json.dumps, lines)).encode(), "f.jsonl")
    assert good == NewDocument("a", authors=("Jane Doe", "John Roe"), updated_at=UPDATED)
    assert none == NewDocument("e")
    assert [(each.code, "authors" in each.detail) for each in wrong if isinstance(each, Failure)] == [
        ("invalid_record", True),
        ("invalid_record", True),
        ("invalid_record", False),
    ]


def test_entries_of_feeds_are_signed() -> None:
    day = "<pubDate>Mon, 17 Mar 2025 08:00:00 GMT</pubDate>"
    changed = '<atom:updated xmlns:atom="http://www.w3.org/2005/Atom">2025-03-18T10:00:00Z</atom:updated>'
    creators = f"<dc:creator {DC}>Jane Doe</dc:creator><dc:creator {DC}>John Roe</dc:creator>"
    body = "<title>T</title><description>Words here.</description>"
    items = (
        creators + day + changed,
        f"<author>jane@courier.example (Jane Doe)</author>{day}",
        "<author>a@b.example</author>",
    )
    found = list(read(rss(*(f"<item>{body}{item}</item>" for item in items)), "a.rss"))
    assert [(each.authors, each.published_at, each.updated_at) for each in found if isinstance(each, NewDocument)] == [
        (("Jane Doe", "John Roe"), PUBLISHED, UPDATED),
        (("Jane Doe",), PUBLISHED, None),
        ((), None, None),
    ]


def test_the_one_time_of_an_entry_is_that_of_its_publication() -> None:
    entry = "<entry><id>x</id><title>T</title><author><name>Jane Doe</name></author><content>Words.</content>{}</entry>"
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"><title>S</title>{}</feed>'
    changed, first = "<updated>2025-03-18T10:00:00Z</updated>", "<published>2025-03-17T08:00:00Z</published>"
    alone, both = (one(feed.format(entry.format(times)).encode(), "a.atom") for times in (changed, first + changed))
    assert (alone.authors, alone.published_at, alone.updated_at) == (("Jane Doe",), UPDATED, None)
    assert (both.published_at, both.updated_at) == (PUBLISHED, UPDATED)


def test_properties_of_files_name_authors_and_no_update() -> None:
    from docx import Document
    from fpdf import FPDF

    printed = FPDF()
    printed.set_author("Jane Doe; John Roe")
    printed.add_page()
    printed.set_font("Helvetica", size=11)
    printed.multi_cell(0, 6, ARTICLE)
    word, file = Document(), io.BytesIO()
    word.add_paragraph(ARTICLE)
    word.core_properties.author, word.core_properties.modified = "Jane Doe; John Roe", UPDATED
    word.save(file)
    for data, name in ((bytes(printed.output()), "a.pdf"), (file.getvalue(), "a.docx")):
        found = one(data, name)
        assert (found.authors, found.updated_at) == (("Jane Doe", "John Roe"), None)


@pytest.mark.parametrize(
    ("sender", "authors"), [("Jane Doe <jane@courier.example>", ("Jane Doe",)), ("jane@courier.example", ())]
)
def test_a_message_is_by_whom_it_is_from(sender: str, authors: tuple[str, ...]) -> None:
    assert one(mail(ARTICLE, From=sender), "a.eml").authors == authors


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("By Jane Doe", ("Jane Doe",)),
        ("Byron Lee", ("Byron Lee",)),
        ("Jane Doe; John Roe; Jane Doe", ("Jane Doe", "John Roe")),
        ("Jane Doe <jane@courier.example>", ("Jane Doe",)),
        ("Adminata Usery (BBC)", ("Adminata Usery (BBC)",)),
        *((junk, ()) for junk in ("", " ; ", "admin", "WP-Admin2", "user1", "Microsoft Office User", "python-docx")),
        *((junk, ()) for junk in ("a@b.example", "www.b.example", "HTTPS://b.example/jane", "/authors/jane", "@jane")),
        *((junk, ()) for junk in ("-", "2025", "unknown author", "x" * (LONGEST + 1))),
    ],
)
def test_what_names_nobody_is_left_out(said: str, found: tuple[str, ...]) -> None:
    assert names([said]) == found


def test_megabytes_are_no_name_and_are_not_looked_through_for_one() -> None:
    # a pattern that looks for an address in this would take hours
    assert names(["x" * 5_000_000, "Jane Doe"]) == ("Jane Doe",)


@given(st.lists(st.text(max_size=30)))
def test_a_name_found_is_found_again_as_it_is(said: list[str]) -> None:
    found = names(said)
    assert names(found) == found
    assert all(name == " ".join(name.split()) for name in found)


def test_a_version_where_the_author_stands_is_nobody() -> None:
    page = b'<html><body><p class="author">v1.2, Aug 2022</p><p>The harbour was opened on Monday by the mayor.</p>'
    assert one(page, "p.html").authors == ()
