"""Every format, made by its own tools, to documents; and what cannot be read, by its code."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers import ENDINGS, read
from ingest.readers.metadata import time_of
from rag.types import Failure, NewDocument
from tests.ingest.files import ARTICLE, docx, mail, page, rss


def one(data: bytes, name: str, charset: str = "") -> NewDocument:
    (found,) = read(data, name, charset)
    assert isinstance(found, NewDocument), found
    return found


def code(data: bytes, name: str) -> str:
    (found,) = read(data, name)
    assert isinstance(found, Failure), found
    assert found.detail
    return found.code


# -- HTML -------------------------------------------------------------------------------------------


def test_a_page_is_its_article_without_what_stands_around_it() -> None:
    text = one(page(f"<h1>Tower</h1><p>{ARTICLE}</p><p>It reopens in <b>2027</b>.</p>"), "a.html").text
    assert ARTICLE in text
    assert "It reopens in 2027." in text
    assert not [around for around in ("Politics", "rice", "rights") if around in text]


def test_json_ld_says_what_is_known_before_anything_else() -> None:
    stated = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "A site"},
            {
                "@type": ["NewsArticle"],
                "headline": "Orvik restores &amp; reopens its tower",
                "datePublished": "2025-03-17T09:30:00+01:00",
                "dateModified": "2025-03-18T10:00:00Z",
                "author": [{"@type": "Person", "name": "Jane Doe"}],
                "publisher": {"@type": "NewsMediaOrganization", "name": "The Orvik Courier"},
                "inLanguage": "en-GB",
            },
        ],
    }
    head = (
        f'<script type="application/ld+json">{json.dumps(stated)}</script><title>Other | Site</title>'
        '<meta property="og:title" content="Another"><meta property="og:site_name" content="Elsewhere">'
        '<link rel="canonical" href="https://courier.example/tower">'
    )
    found = one(page(f"<h1>H</h1><p>{ARTICLE}</p>", head), "a.html")
    assert (found.title, found.source, found.language) == (
        "Orvik restores & reopens its tower",
        "The Orvik Courier",
        "en-GB",
    )
    assert found.published_at == datetime(2025, 3, 17, 8, 30, tzinfo=UTC)
    assert (found.id, found.url) == ("", "https://courier.example/tower")


def test_meta_elements_say_the_rest() -> None:
    head = (
        '<meta property="og:title" content="Tower restored"><meta property="og:site_name" content="Courier">'
        '<meta property="article:published_time" content="2025-03-17T09:30:00Z">'
        '<meta property="og:url" content="https://courier.example/t?id=3">'
    )
    found = one(page(f"<p>{ARTICLE}</p>", head, "de"), "a.html")
    assert (found.title, found.source, found.language) == ("Tower restored", "Courier", "de")
    assert (found.url, found.published_at) == (
        "https://courier.example/t?id=3",
        datetime(2025, 3, 17, 9, 30, tzinfo=UTC),
    )


def test_a_page_that_comments_a_correction_corrects_an_article_of_its_own_site() -> None:
    items = [{"url": "https://www.courier.example/tower"}, "https://elsewhere.example/tower", {"url": 7}, "tower"]
    stated = [{"@type": "CorrectionComment", "parentItem": item} for item in items]
    script = f'<script type="application/ld+json">{json.dumps(stated)}</script>'
    own = '<link rel="canonical" href="https://courier.example/correction">'
    assert one(page(f"<p>{ARTICLE}</p>", script + own), "a.html").corrects == ("https://www.courier.example/tower",)
    assert one(page(f"<p>{ARTICLE}</p>", script), "a.html").corrects == ()


@pytest.mark.parametrize(
    "address", ["https://courier.example/", "https://courier.example", "/tower", "javascript:1", ""]
)
def test_an_address_that_names_no_article_is_no_identity(address: str) -> None:
    found = one(page(f"<p>{ARTICLE}</p>", f'<link rel="canonical" href="{address}">'), "news/a.html")
    assert (found.id, found.url) == ("news/a", "")


def test_what_a_page_does_not_say_stays_unknown() -> None:
    found = one(f"<p>{ARTICLE}</p>".encode(), "a.htm")
    assert found == NewDocument(text=ARTICLE, id="a")


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("<meta charset='windows-1251'><p>Городской совет решил восстановить башню.</p>".encode("cp1251"), ""),
        ("<p>Городской совет решил восстановить башню.</p>".encode("cp1251"), "windows-1251"),
        ("<meta charset='utf-8'><p>Городской совет решил восстановить башню.</p>".encode("utf-16"), ""),
        (
            '<?xml version="1.0" encoding="utf-8"?><p>Городской совет решил восстановить башню.</p>'.encode(),
            "",
        ),
    ],
    ids=["meta", "header", "mark", "declaration"],
)
def test_a_page_is_read_in_its_character_set(data: bytes, charset: str) -> None:
    assert one(data, "a.html", charset).text == "Городской совет решил восстановить башню."


def test_a_few_broken_bytes_do_not_cost_the_page() -> None:
    body = f"<p>{ARTICLE} “Café” in Zürich.</p>" + f"<p>{ARTICLE}</p>" * 10
    assert "“Caf\ufffd” in Zürich" in one(page(body).replace("é".encode(), b"\xc3"), "a.html").text


def test_a_page_that_is_not_in_the_set_it_names_is_read_in_the_one_it_is_in() -> None:
    data = page(f"<p>{ARTICLE} Café in Zürich.</p>").decode().encode("cp1252")
    assert "Café in Zürich." in one(data, "a.html").text


LINKS = "".join(f'<li><a href="/{number}">Section number {number} of the news</a></li>' for number in range(60))
PAGES = [
    (b"", "empty_text"),
    (b"<html><body><img src='a.png'></body></html>", "empty_text"),
    (b"<html><body><script>var a = 'some words that are not text';</script></body></html>", "empty_text"),
    (f"<body><ul>{LINKS}</ul></body>".encode(), "not_an_article"),
    (b"<body><p>Log in</p></body>", "not_an_article"),
    (b"<div>" * 100_000 + b"words that nobody can reach here", "broken_file"),
    (b"<p>" + b"word " * 4_000_000, "too_large"),
]


@pytest.mark.parametrize(("data", "expected"), PAGES, ids=[f"{n}-{expected}" for n, (_, expected) in enumerate(PAGES)])
def test_a_page_without_an_article_has_a_code(data: bytes, expected: str) -> None:
    assert code(data, "a.html") == expected


# -- DOCX -------------------------------------------------------------------------------------------


def test_docx_is_its_paragraphs_and_tables_in_order() -> None:
    found = one(
        docx(ARTICLE, "It reopens in 2027.", title="Tower", table=[["Cost", "3 million"], ["Built", "1820"]]), "a.docx"
    )
    assert found.title == "Tower"
    assert found.text == f"Tower\n{ARTICLE}\nIt reopens in 2027.\nCost | 3 million\nBuilt | 1820"


def _word(*blocks: str) -> bytes:
    """A document with these blocks of its markup in it, and with footnotes."""
    from docx import Document
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import parse_xml

    spaces = {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    }
    known = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    document = Document()
    for block in blocks:
        (element,) = parse_xml(f"<all {known}>{block}</all>")
        document.element.body.insert(-1, element)
    notes = (
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>---</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="1"><w:p><w:r><w:t>From the minutes.</w:t></w:r></w:p></w:footnote>'
    )
    blob = f"<w:footnotes {known}>{notes}</w:footnotes>".encode()
    part = Part(PackURI("/word/footnotes.xml"), "application/xml", blob, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_docx_is_read_as_it_would_be_printed() -> None:
    def run(text: str, mark: str = "") -> str:
        return f'<w:r><w:rPr>{mark}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'

    box = f"<w:txbxContent><w:p>{run('In a box.')}</w:p></w:txbxContent>"
    found = one(
        _word(
            f"<w:p>{run('It cost ')}<w:ins>{run('51')}</w:ins><w:del><w:r><w:delText>44</w:delText></w:r></w:del>"
            f"<w:fldSimple>{run(' million')}</w:fldSimple>{run(' or so', '<w:vanish/>')}{run('.')}</w:p>",
            f"<w:sdt><w:sdtContent><w:p>{run('In a control.')}</w:p></w:sdtContent></w:sdt>",
            f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
            f"</mc:AlternateContent></w:r>{run('Around')}<w:r><w:noBreakHyphen/></w:r>{run('it.')}</w:p>",
        ),
        "a.docx",
    )
    assert found.text == "It cost 51 million.\nIn a control.\nAround-it.\nIn a box.\nFrom the minutes."


def test_a_strict_docx_is_read_too() -> None:
    with zipfile.ZipFile(io.BytesIO(docx(ARTICLE, title="Tower"))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    usual = rb"http://schemas\.openxmlformats\.org/(officeDocument|wordprocessingml|drawingml)/2006/(\w+)"
    strict = {name: re.sub(usual, rb"http://purl.oclc.org/ooxml/\1/\2", data) for name, data in parts.items()}
    found = one(_package(strict), "a.docx")
    assert (found.title, found.text) == ("Tower", f"Tower\n{ARTICLE}")


def _package(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return file.getvalue()


def test_a_docx_that_cannot_be_read_has_a_code() -> None:
    whole = docx(ARTICLE)
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500
    assert code(docx(), "a.docx") == "empty_text"
    assert code(whole[: len(whole) // 2], "a.docx") == "broken_file"
    assert code(_package({"word/document.xml": b"<x/>"}), "a.docx") == "broken_file"
    assert code(ole + "EncryptedPackage".encode("utf-16-le"), "a.docx") == "encrypted"
    assert code(ole, "a.docx") == "unsupported_format"
    assert code(ARTICLE.encode(), "a.docx") == "broken_file"


def test_a_bomb_is_seen_before_it_goes_off() -> None:
    zeros = b"0" * 2**20
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(250):
            part.write(zeros)
    assert len(file.getvalue()) < 2**20
    assert code(file.getvalue(), "a.docx") == "too_large"


def test_entities_in_a_docx_are_not_expanded() -> None:
    bomb = (
        b'<!DOCTYPE d [<!ENTITY a "'
        + b"ha" * 1000
        + b'">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(6))
    )
    with zipfile.ZipFile(io.BytesIO(docx(ARTICLE))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    body = parts["word/document.xml"].partition(b"?>")[2].replace(b"Orvik", b"&g;")
    parts["word/document.xml"] = bomb + b"]>" + body
    (found,) = read(_package(parts), "a.docx")
    assert isinstance(found, Failure) or len(found.text) < 1_000


# -- mail -------------------------------------------------------------------------------------------


def test_a_newsletter_is_its_text_under_its_subject() -> None:
    headers = {
        "From": '"The Orvik Courier" <news@courier.example>',
        "Subject": "Täglich: the tower",
        "Date": "Mon, 17 Mar 2025 09:30:00 +0100",
        "Message_ID": "<20250317.1@courier.example>",
    }
    assert one(mail(ARTICLE, **headers), "box/a.eml") == NewDocument(
        text=ARTICLE,
        id="20250317.1@courier.example",
        title="Täglich: the tower",
        source="The Orvik Courier",
        authors=("The Orvik Courier",),
        published_at=datetime(2025, 3, 17, 8, 30, tzinfo=UTC),
    )


def test_html_is_read_where_plain_text_says_nothing() -> None:
    markup = f"<html><body><p>{ARTICLE}</p></body></html>"
    assert one(mail(page=markup), "a.eml").text == ARTICLE
    assert one(mail("View this in your browser.", markup), "a.eml").text == ARTICLE
    assert one(mail(f"{ARTICLE} {ARTICLE}", markup), "a.eml").text == f"{ARTICLE} {ARTICLE}"


def test_a_message_that_cannot_be_read_has_a_code() -> None:
    assert code(mail(Subject="Nothing"), "a.eml") == "empty_text"
    assert code(b"\0\1\2", "a.eml") == "broken_file"
    nested = b"Content-Type: message/rfc822\n\n" * 5_000 + b"Subject: deep\n\nText."
    (found,) = read(nested, "a.eml")
    assert isinstance(found, Failure)


# -- feeds ------------------------------------------------------------------------------------------


def test_a_feed_is_a_document_for_each_entry() -> None:
    first = (
        "<item><title>Tower &amp; town</title><link>https://courier.example/1</link>"
        "<pubDate>Mon, 17 Mar 2025 09:30:00 +0100</pubDate><description>Short.</description>"
        f"<content:encoded><![CDATA[<p>{ARTICLE}</p><p>Two.</p>]]></content:encoded></item>"
    )
    second = (
        '<item><guid isPermaLink="false">urn:2</guid><description>Only &lt;b&gt;this&lt;/b&gt;.</description></item>'
    )
    whole, short, empty = read(rss(first, second, "<item/>"), "f.xml")
    assert whole == NewDocument(
        text=f"{ARTICLE}\nTwo.",
        title="Tower & town",
        url="https://courier.example/1",
        source="The Orvik Courier",
        published_at=datetime(2025, 3, 17, 8, 30, tzinfo=UTC),
        language="en",
    )
    assert short == NewDocument(text="Only this.", id="urn:2", source="The Orvik Courier", language="en")
    assert isinstance(empty, Failure)
    assert (empty.id, empty.code) == ("f.xml:3", "empty_text")


ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Courier</title><entry><title>T</title><id>urn:1</id>'
    '<link href="https://courier.example/2"/><updated>2025-03-17T10:00:00Z</updated>'
    '<content type="html">&lt;p&gt;Zürich is a town.&lt;/p&gt;</content></entry></feed>'
)


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_atom_is_read_too(charset: str) -> None:
    found = one(ATOM.encode(charset), "f.atom")
    assert (found.text, found.url, found.published_at) == (
        "Zürich is a town.",
        "https://courier.example/2",
        datetime(2025, 3, 17, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<svg/>", "unsupported_format"),
        (b"", "unsupported_format"),
        (
            b'<!DOCTYPE r [<!ENTITY a "aaa">]><rss><channel><item><title>&a;</title></item></channel></rss>',
            "broken_file",
        ),
        (
            b'<!DOCTYPE r SYSTEM ">" [<!ENTITY a "aaa">]><rss><channel><item><title>&a;</title></item></channel></rss>',
            "broken_file",
        ),
        (rss(), "empty_text"),
        (rss("<item><title>" + "x" * 17_000_000 + "</title></item>"), "too_large"),
        (rss("<item/>" * 6_000), "too_large"),
    ],
    ids=["svg", "empty", "entities", "other entities", "no entry", "long", "many"],
)
def test_a_feed_that_cannot_be_read_has_a_code(data: bytes, expected: str) -> None:
    assert code(data, "f.rss") == expected


# -- all --------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300), ending=st.sampled_from(sorted(ENDINGS)), real=st.booleans())
def test_no_bytes_break_a_reader(data: bytes, ending: str, real: bool) -> None:
    """Whatever is in a file, reading it gives documents and failures with a code and a sentence."""
    start = {".pdf": b"%PDF-1.7\n", ".html": b"<p>", ".eml": b"Subject: a\n", ".rss": b"<rss>"}.get(ending, b"")
    for found in read(start + data if real else data, f"a{ending}"):
        assert isinstance(found, NewDocument) or (found.code and found.detail)


@pytest.mark.parametrize("value", ["", "soon", "2025", 5, None, "0001-01-01", "99999-01-01T00:00:00", "x" * 99])
def test_a_time_that_is_none_is_unknown(value: object) -> None:
    assert time_of(value) is None
