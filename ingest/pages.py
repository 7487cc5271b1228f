"""Addresses of pages and feeds to documents."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from ingest.apart import Apart
from ingest.fetch import Fetcher, Page
from ingest.readers import ENDINGS, LINES, known
from ingest.readers.feed import is_feed
from rag.errors import Rejected
from rag.identity import host_of
from rag.types import Failure, NewDocument

AT_ONCE = 4
MOST_OF_A_FEED = 100
SECONDS = 120.0
WORDS_OF_AN_ARTICLE = 150
"""An entry of a feed with fewer is taken for a summary, and its page is fetched."""
MEDIA = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
    "text/markdown": ".md",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
}
"""What a file of a media type ends in."""
# Types that servers give to whatever they do not know; the name says more.
_VAGUE = {"text/plain": ".txt", "application/octet-stream": "", "binary/octet-stream": "", "": ""}

_NONE: Mapping[str, str] = MappingProxyType({})

Found = NewDocument | Failure


class Pages:
    """Fetches pages and reads them. `seconds` are for all that is asked for at once."""

    def __init__(self, fetcher: Fetcher, apart: Apart, seconds: float = SECONDS) -> None:
        self._fetcher = fetcher
        self._apart = apart
        self._seconds = seconds

    def documents(self, urls: Sequence[str]) -> list[Found]:
        """The documents at these addresses, in order, the articles of a feed in its place, and a failure for each that
        cannot be had. A failure has the address as its id.
        """
        deadline = time.monotonic() + self._seconds
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as threads:
            several = list(threads.map(lambda url: self._at(url, deadline), dict.fromkeys(urls)))
            whole = [
                [threads.submit(self._whole, each, deadline) for each in found] if feed else found
                for found, feed in several
            ]
            return [each.result() if isinstance(each, Future) else each for found in whole for each in found]

    def feed(self, url: str, validators: Mapping[str, str] = _NONE) -> tuple[list[Found], Mapping[str, str]] | None:
        """The entries of the feed at an address, as it has them, with what tells later whether it has changed; None
        if it has not since these `validators`. Raises `Rejected`, also where there is no feed.
        """
        page = self._fetcher.changed(url, validators)
        if page is None:
            return None
        if not is_feed(page.body):
            raise Rejected("unsupported_format", "there is neither an RSS nor an Atom feed at this address")
        return self._entries(url, page), page.validators

    def whole(self, entry: NewDocument) -> Found:
        """The article of a feed's entry: as the feed has it if that is an article, else its page."""
        return self._whole(entry, time.monotonic() + self._seconds)

    def _at(self, url: str, deadline: float) -> tuple[list[Found], bool]:
        """What is at an address, and whether it is a feed."""
        try:
            page = self._get(url, deadline)
            feed = is_feed(page.body) and ending_of(page) not in {".html", ".txt", ".md"}
            return self._entries(url, page) if feed else self._read(page), feed
        except Rejected as error:
            return [Failure(url, error.code, str(error))], False

    def _entries(self, url: str, page: Page) -> list[Found]:
        found = list(self._apart.read(page.body, "feed.xml", page.charset))
        if len(found) == 1 and isinstance(found[0], Failure) and found[0].id == "feed":
            raise Rejected(found[0].code, found[0].detail)
        found = [_linked(each, page.url) for each in found]
        if len(found) > MOST_OF_A_FEED:
            rest = f"the feed has {len(found):,} entries; the first {MOST_OF_A_FEED} were taken"
            return [*found[:MOST_OF_A_FEED], Failure(url, "too_large", rest)]
        return found

    def _whole(self, entry: Found, deadline: float) -> Found:
        if isinstance(entry, Failure) or not entry.url or len(entry.text.split()) >= WORDS_OF_AN_ARTICLE:
            return entry
        try:
            found = next(iter(self._read(self._get(entry.url, deadline))))
        except Rejected as error:
            return Failure(entry.url, error.code, str(error))
        if isinstance(found, Failure):
            return found
        return replace(
            found,
            title=found.title or entry.title,
            source=found.source or entry.source,
            published_at=found.published_at or entry.published_at,
            language=found.language or entry.language,
            authors=found.authors or entry.authors,
            updated_at=found.updated_at or entry.updated_at,
        )

    def _get(self, url: str, deadline: float) -> Page:
        if time.monotonic() > deadline:
            raise Rejected("timeout", "there was no time left for this page; ask for it again")
        return self._fetcher.get(url)

    def _read(self, page: Page) -> list[Found]:
        """The documents on a page; each is identified by an address on the host it came from."""
        ending = ending_of(page)
        if not ending:
            raise Rejected(
                "unsupported_format", f"a page of type {page.media or 'unknown'!r} is not read; {known()} are"
            )
        read = list(self._apart.read(page.body, f"page{ending}", page.charset))
        if not read:
            return [Failure(page.url, "empty_text", "there is nothing on the page")]
        if ending in LINES:
            return [each if isinstance(each, Failure) else _line(each, page.url) for each in read]
        return [
            Failure(page.url, each.code, each.detail)
            if isinstance(each, Failure)
            else _own(replace(each, id="", url=each.url if _same_host(each.url, page.url) else page.url), page.url)
            for each in read
        ]


def _linked(entry: Found, feed: str) -> Found:
    """An entry that is only a link has its article there, and so has one that links to another site than the feed's:
    a feed does not speak for others. An id of its own counts within the feed.
    """
    if isinstance(entry, Failure):
        only_link = entry.code == "empty_text" and entry.id.startswith(("http:", "https:"))
        return NewDocument("", url=entry.id) if only_link else entry
    if entry.url:
        return entry if _same_host(entry.url, feed) else replace(entry, text="")
    return replace(entry, id=_within(feed, entry.id))


def _line(document: NewDocument, place: str) -> NewDocument:
    """A document of a page of many."""
    own = document.url if _same_host(document.url, place) else ""
    return _own(replace(document, id=_within(place, document.id), url=own), place)


def _own(document: NewDocument, place: str) -> NewDocument:
    """Without what it says of the articles of other sites; an id that it names is one within the page."""

    def within(references: tuple[str, ...]) -> tuple[str, ...]:
        named = (each if "://" in each else _within(place, each) for each in references)
        return tuple(each for each in named if each and (_same_host(each, place) or each.startswith(f"{place}#")))

    return replace(document, corrects=within(document.corrects), retracts=within(document.retracts))


def _within(place: str, document_id: str) -> str:
    """An id that a page gives, made one that no other page can give; empty, so made of the content, if too long."""
    whole = f"{place}#{document_id}"
    return whole if document_id and len(whole) <= 512 else ""


def ending_of(page: Page) -> str:
    """The ending that a file of this page would have; empty for a type that cannot be read."""
    named = PurePosixPath(unquote(urlsplit(page.url).path)).suffix.lower()
    if page.media in _VAGUE:
        return named if named in ENDINGS else _VAGUE[page.media]
    return MEDIA.get(page.media, "")


def _same_host(one: str, other: str) -> bool:
    """A page may name the address it is best known by, but not speak for another site."""
    return host_of(one) != "" and host_of(one) == host_of(other)
