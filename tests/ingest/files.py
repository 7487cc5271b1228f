"""Files of every format, made by the formats' own tools."""

from __future__ import annotations

import io
from email.message import EmailMessage

ARTICLE = (
    "Orvik will restore its signal tower, the town council decided on Monday. The work will cost 3 million crowns, "
    "Mayor Anna Lind said at a meeting in the Town Hall. The tower was built in 1820 by the navy."
)
"""An invented article."""


def pdf(*pages: str, title: str = "", password: str = "") -> bytes:
    """A page of text each; with a password, one that nobody can read without it."""
    from fpdf import FPDF

    file = FPDF()
    if title:
        file.set_title(title)
    if password:
        file.set_encryption(owner_password=f"{password}!", user_password=password)
    for page in pages:
        file.add_page()
        file.set_font("Helvetica", size=11)
        for paragraph in page.split("\n"):
            file.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
    return bytes(file.output())


def docx(*paragraphs: str, title: str = "", table: list[list[str]] | None = None) -> bytes:
    """Paragraphs, and after them a table."""
    from docx import Document

    document = Document()
    if title:
        document.add_heading(title, 0)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        grid = document.add_table(len(table), len(table[0]))
        for row, cells in enumerate(table):
            for column, text in enumerate(cells):
                grid.cell(row, column).text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def mail(text: str = "", page: str = "", **headers: str) -> bytes:
    """A message; `page` is its HTML. Underscores in names of headers stand for hyphens."""
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if text or not page:
        message.set_content(text)
    if page and text:
        message.add_alternative(page, subtype="html")
    elif page:
        message.set_content(page, subtype="html")
    return bytes(message)


def page(body: str, head: str = "", language: str = "en") -> bytes:
    """An HTML page with what stands around an article on it."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">{head}</head><body>'
        '<nav><a href="/">Home</a> <a href="/politics">Politics</a> <a href="/sport">Sport</a></nav>'
        f"<main><article>{body}</article></main><aside>Most read: ten ways to cook rice</aside>"
        "<footer>All rights reserved, contact the editors</footer></body></html>"
    ).encode()


def rss(*items: str, title: str = "The Orvik Courier") -> bytes:
    """A feed of items, as XML."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{title}</title><language>en</language>{''.join(items)}</channel></rss>"
    ).encode()
