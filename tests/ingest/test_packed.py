"""Packed pages are unpacked within bounds."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Iterator

import pytest

from tests.ingest.files import ARTICLE, page
from tests.ingest.website import Reply, Website, code, fetcher, website


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as running:
        yield running


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_packed_page_is_unpacked_within_bounds(site: Website, coding: str) -> None:
    pack = gzip.compress if coding == "gzip" else zlib.compress
    site.pages["/a"] = Reply(pack(page(f"<p>{ARTICLE}</p>")), headers={"Content-Encoding": coding})
    site.pages["/bomb"] = Reply(pack(b"0" * 50_000_000), headers={"Content-Encoding": coding})
    site.pages["/bad"] = Reply(b"not packed", headers={"Content-Encoding": coding})
    site.pages["/br"] = Reply(b"?", headers={"Content-Encoding": "br"})
    fetch = fetcher(largest=2**20)
    assert fetch.get(site.url("/a")).body == page(f"<p>{ARTICLE}</p>")
    assert code(fetch, site.url("/bomb")) == "too_large"
    assert code(fetch, site.url("/bad")) == "broken_file"
    assert code(fetch, site.url("/br")) == "unsupported_format"


def test_a_packed_page_that_never_ends_costs_no_more_than_it_may(site: Website) -> None:
    """Empty blocks unpack to nothing; what follows the end was kept, all of it, by the library that unpacks."""
    packed = gzip.compress(b"<p>A page.</p>")
    empty = zlib.compressobj(wbits=31).flush(zlib.Z_SYNC_FLUSH) + b"\0\0\0\xff\xff" * 10_000
    nothing = itertools.chain([empty], itertools.repeat(empty[-50_000:]))
    after = itertools.chain([packed], itertools.repeat(b"0" * 65_536))
    for path, parts in (("/nothing", nothing), ("/after", after)):
        site.pages[path] = Reply(headers={"Content-Encoding": "gzip"}, stream=lambda parts=parts: parts)  # type: ignore[misc]
    fetch = fetcher(largest=2**20)
    assert code(fetch, site.url("/nothing")) == "too_large"
    assert fetch.get(site.url("/after")).body == b"<p>A page.</p>"
