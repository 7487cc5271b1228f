"""E-mail: a newsletter as it was saved."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parseaddr

from ingest.readers.authors import names
from ingest.readers.html import article
from ingest.readers.markup import characters, laid_out, lines, tree_of
from ingest.readers.metadata import time_of
from ingest.readers.text import decoded
from rag.errors import Rejected
from rag.types import NewDocument

MOST_PARTS = 1_000
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:")
# The line before a message in a mailbox, which some programs keep when they save one alone.
_ENVELOPE = re.compile(rb"From [^\n]{1,1000}\n")
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,400})>")
_SHORT = 200


def read(data: bytes, document_id: str, charset: str = "") -> NewDocument:  # noqa: ARG001
    """The text of the message under its subject, published when it was sent. Its `Message-ID` is its identity.

    The plain text is taken; where there is none, or it only says that there is HTML, the HTML. Attachments are not
    read. Raises `Rejected`.
    """
    data = data.lstrip()
    envelope = _ENVELOPE.match(data)
    data = data[envelope.end() :] if envelope else data
    if not _HEADER.match(data):
        raise Rejected("broken_file", "this is not a message: it does not begin with headers")
    try:
        message = email.message_from_bytes(data, policy=default)
        assert isinstance(message, EmailMessage)
        plain, page = _bodies(message)
        sender, subject = str(message.get("From", "")), str(message.get("Subject", ""))
        sent, own = str(message.get("Date", "")), _MESSAGE_ID.search(str(message.get("Message-ID", "")))
    except Rejected:
        raise
    except Exception as error:
        # the parser is lenient, but what it finds is not always what it expects
        raise Rejected("broken_file", "the message is damaged") from error
    text = plain.strip()
    if page and len(text) < _SHORT:
        try:
            text = max(text, _of_page(page), key=len)
        except Rejected:
            if not text:
                raise
    if not text:
        raise Rejected("empty_text", "the message has no text")
    name, address = parseaddr(sender)
    return NewDocument(
        text=text,
        id=own.group(1) if own and own.group(1).isprintable() else document_id,
        title=" ".join(subject.split()),
        source=" ".join((name or address).split()),
        published_at=time_of(sent),
        authors=names([name]),
    )


def _bodies(message: EmailMessage) -> tuple[str, str]:
    """All the plain text that is no attachment, and the first HTML."""
    plain: list[str] = []
    page = ""
    for number, part in enumerate(_parts(message)):
        if number >= MOST_PARTS:
            raise Rejected("too_large", f"the message has more than {MOST_PARTS:,} parts")
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            plain.append(_content(part))
        elif kind == "text/html" and not page:
            page = characters(_payload(part), part.get_content_charset() or "")
    return "\n\n".join(text for text in plain if text.strip()), page


def _of_page(page: str) -> str:
    """The text of a page that came by mail. One laid out in tables is a letter as a whole, with no article to be told
    from what stands around it. Raises `Rejected`.
    """
    root = tree_of(page)
    return lines(root) if laid_out(root) else article(page, root)


def _parts(message: Message) -> Iterator[Message]:
    """The message and its parts in order, without attachments and what is in them, such as another message."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part is not message and part.get_content_disposition() == "attachment":
            continue
        yield part
        if part.is_multipart():
            waiting += reversed(part.get_payload())  # type: ignore[arg-type]


def _content(part: Message) -> str:
    text = decoded(_payload(part), part.get_content_charset() or "").replace("\r\n", "\n")
    return _unflowed(text) if part.get_param("format") == "flowed" else text


def _unflowed(text: str) -> str:
    """Its lines as they were written: in text of this kind one that ends in a space goes on in the next (RFC 3676)."""
    lines = text.split("\n")
    ends = (not line.endswith(" ") or line == "-- " or line.startswith(">") for line in lines)
    return "".join(line + "\n" * end for line, end in zip(lines, ends, strict=True))


def _payload(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
