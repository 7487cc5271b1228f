"""What a page says about itself: JSON-LD first, then its `meta` elements, then what is plain from its markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from ingest.readers.authors import later, names
from ingest.readers.fields import moment
from ingest.readers.markup import Tree, plain
from rag.errors import Rejected
from rag.identity import host_of
from rag.types import MAX_AUTHORS

_ARTICLES = ("article", "posting", "report", "review")
_MOST_OBJECTS = 1_000
_TITLES = ("og:title", "twitter:title", "dc.title", "citation_title")
_SOURCES = ("og:site_name", "citation_journal_title", "dc.publisher", "application-name")
_PUBLISHED = (
    "article:published_time og:article:published_time datepublished pubdate publish-date parsely-pub-date "
    "citation_publication_date dc.date.issued dcterms.issued dc.date dcterms.date date sailthru.date"
).split()
_UPDATED = "article:modified_time og:article:modified_time og:updated_time datemodified dcterms.modified".split()
_AUTHORS = (
    "article:author author citation_author parsely-author sailthru.author byl dc.creator dcterms.creator twitter:author"
).split()
_BETWEEN = re.compile(r"\s+(?:[|:–—·»-]|::|//)\s+")
_LONGEST_NAME = 6
"""Words."""
_EARLIEST = datetime(1500, 1, 1, tzinfo=UTC)
# Day before month or after it cannot be told where both are figures, so the month is a word or the year comes first.
_WRITTEN = ("%Y/%m/%d", "%Y-%m-%d", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Unknown strings are `""`, an unknown time None. `url` is the canonical one, whole; `corrects` are addresses of
    articles on the same host that the page says to correct. `authors` are names.
    """

    title: str = ""
    source: str = ""
    url: str = ""
    language: str = ""
    published_at: datetime | None = None
    corrects: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    updated_at: datetime | None = None


def facts(root: Tree) -> PageFacts:
    """What the page `root` says of itself."""
    stated = _article(root)
    metas = _metas(root)
    titles = [_text(stated.get("headline")), *(metas.get(name, "") for name in _TITLES), _heading(root)]
    marked = [each.get("datetime") or "" for each in root.iter("time") if each.get("pubdate") is not None]
    marked += [each.get("datetime") or "" for each in root.xpath("(//article//time)[1]")]
    marked += root.xpath("//*[@itemprop='datePublished']/@content|//*[@itemprop='datePublished']/@datetime")
    modified = root.xpath("//*[@itemprop='dateModified']/@content|//*[@itemprop='dateModified']/@datetime")
    published = _time([stated.get("datePublished"), *(metas.get(name) for name in _PUBLISHED), *marked])
    url = _canonical(root, stated, metas)
    return PageFacts(
        title=_first(plain(title) for title in titles),
        source=_first([_names(stated.get("publisher")), *(metas.get(name, "") for name in _SOURCES)]),
        url=url,
        corrects=_corrected(root, url),
        language=_first(
            [_text(stated.get("inLanguage")), root.get("lang") or "", metas.get("content-language", "")]
        ).replace("_", "-"),
        published_at=published,
        authors=_authors(root, stated),
        updated_at=later(
            _time([stated.get("dateModified"), *(metas.get(name) for name in _UPDATED), *modified]), published
        ),
    )


def _heading(root: Tree) -> str:
    """The heading of the first level, if there is one only, else the title of the page.

    Where that heading is the name of the site, which the page's title has not or has last, it is the first one of the
    second level that the title begins with.
    """
    whole = plain(_first_text(root, "title"))
    first = [plain("".join(each.itertext())) for each in root.iter("h1")]
    if len(first) != 1 or not first[0]:
        return whole
    parts = [part.casefold() for part in _BETWEEN.split(whole)]
    if first[0].casefold() not in parts[:-1] and first[0].casefold() != whole.casefold():
        for second in root.iter("h2"):
            found = plain("".join(second.itertext())).rstrip(" #¶")
            if found and found.casefold() in (parts[0], whole.casefold()):
                return found
    return first[0]


def time_of(value: object) -> datetime | None:
    """A time as pages, feeds and mails write it (ISO 8601, RFC 2822, `March 5, 2024`), None for what is none."""
    if not isinstance(value, str) or not 8 <= len(value.strip()) <= 60:
        return None
    found = value.strip()
    try:
        time = moment(found)
    except Rejected:
        try:
            time = parsedate_to_datetime(found)
            time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            time = _written(found)
    return time if time and time >= _EARLIEST else None


def _written(value: str) -> datetime | None:
    """A day as people write it, with or without a time; UTC."""
    words = " ".join(value.replace(",", " ").split())
    for form in (day + clock for clock in _CLOCKS for day in _WRITTEN):
        with suppress(ValueError):
            return datetime.strptime(words, form).replace(tzinfo=UTC)
    return None


def _article(root: Tree) -> dict[str, Any]:
    """The JSON-LD object that describes the article; empty for none."""
    return next((stated for stated in _stated(root) if _is_a(stated, _ARTICLES)), {})


def _authors(root: Tree, stated: dict[str, Any]) -> tuple[str, ...]:
    """As its JSON-LD has them, else the `meta` elements of the first name that has any, else as its byline does."""
    value = stated.get("author")
    every = [each for each in (value if isinstance(value, list) else [value])[:MAX_AUTHORS] if each]
    if any(isinstance(each, dict) and not each.get("name") for each in every):
        described = {_text(one.get("@id")): one for one in _stated(root) if one.get("@id") and one.get("name")}
        every = [described.get(_text(each.get("@id")), each) if isinstance(each, dict) else each for each in every]
    if found := names(_text(each.get("name") if isinstance(each, dict) else each) for each in every):
        return found
    every_meta = _every_meta(root)
    for name in _AUTHORS:
        if found := names(plain(content) for content in every_meta.get(name, ())):
            return found
    return _byline(root)


def _byline(root: Tree) -> tuple[str, ...]:
    """What stands where a page's author does, if it reads like a name: few words, written as names are."""
    from trafilatura.metadata import extract_author

    try:
        found = names([plain(extract_author(root) or "")])
    except Exception:
        # as with the text: the library promises nothing about markup that is broken enough
        return ()
    words = [name.split() for name in found]
    short = all(
        len(" ".join(each)) > 1 and len(each) <= _LONGEST_NAME and not (each[0][0].islower() or each[-1][0].islower())
        for each in words
    )
    return found if short else ()


def _corrected(root: Tree, url: str) -> tuple[str, ...]:
    """What a page that is a `CorrectionComment` is a comment on; a page speaks for its own host only."""
    found = []
    for stated in _stated(root):
        if _is_a(stated, ("correctioncomment",)):
            for name in ("parentItem", "about", "itemReviewed"):
                item = stated.get(name)
                address = (item.get("url") or item.get("@id")) if isinstance(item, dict) else item
                if isinstance(address, str) and host_of(address) and host_of(address) == host_of(url):
                    found.append(address.strip())
    return tuple(dict.fromkeys(found))


def _stated(root: Tree) -> Iterator[dict[str, Any]]:
    """Every object of its JSON-LD."""
    for script in root.xpath("//script[contains(@type, 'ld+json')]"):
        try:
            value = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _objects(value)


def _is_a(stated: dict[str, Any], kinds: tuple[str, ...]) -> bool:
    own = stated.get("@type")
    names = own if isinstance(own, list) else [own]
    return any(isinstance(name, str) and name.lower().endswith(kinds) for name in names)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object at the top, in lists and in graphs. The nesting is walked without recursion."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST_OBJECTS:
        seen += 1
        current = waiting.pop(0)
        if isinstance(current, list):
            waiting += current
        elif isinstance(current, dict):
            yield current
            waiting += [current[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in current]


def _metas(root: Tree) -> dict[str, str]:
    """The first content of each `meta` name or property, in lower case."""
    return {name: contents[0] for name, contents in _every_meta(root).items()}


def _every_meta(root: Tree) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        content = (meta.get("content") or "").strip()
        if name and content:
            found.setdefault(name.lower(), []).append(content)
    return found


def _canonical(root: Tree, stated: dict[str, Any], metas: dict[str, str]) -> str:
    """The address the page gives itself. That of a front page says nothing about an article and is not taken."""
    links = root.xpath("//link[@rel='canonical']/@href")
    page = stated.get("mainEntityOfPage")
    page = page.get("@id") if isinstance(page, dict) else page
    for address in (*links, metas.get("og:url"), stated.get("url"), page):
        if not isinstance(address, str):
            continue
        try:
            whole = address.strip()
            parts = urlsplit(whole)
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.hostname and (parts.path.strip("/") or parts.query):
            return whole
    return ""


def _names(value: Any) -> str:
    """The names of people or of an organisation, however they are written down."""
    every = value if isinstance(value, list) else [value]
    names = (_text(each.get("name")) if isinstance(each, dict) else _text(each) for each in every[:20])
    return ", ".join(name for name in names if name and not name.startswith(("http:", "https:")))


def _text(value: Any) -> str:
    value = value[0] if isinstance(value, list) and value else value
    return plain(value) if isinstance(value, str) else ""


def _first_text(root: Tree, tag: str) -> str:
    return next(("".join(each.itertext()) for each in root.iter(tag)), "")


def _first(values: Any) -> str:
    return next((value.strip() for value in values if value and value.strip()), "")


def _time(values: list[Any]) -> datetime | None:
    return next((time for time in map(time_of, values) if time), None)
