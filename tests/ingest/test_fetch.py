"""Pages are fetched from the public network only, within bounds, and politely."""

from __future__ import annotations

import ipaddress
import itertools
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.addresses import is_public
from ingest.apart import Apart
from ingest.fetch import MOST_REDIRECTS, checked
from ingest.pages import MOST_OF_A_FEED, Pages
from rag.errors import Rejected
from rag.types import Failure, NewDocument
from tests.ingest.files import ARTICLE, page, pdf, rss
from tests.ingest.website import Reply, Website, code, fetcher, website

PRIVATE = (
    "127.0.0.1 127.9.9.9 10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0 255.255.255.255 224.0.0.1 "
    "192.0.2.1 198.18.0.1 240.0.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 2001:db8::1 ::ffff:127.0.0.1 "
    "::ffff:10.0.0.1 ::127.0.0.1 2002:7f00:1:: 2002:a00:1::1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 "
    "2001:0:7f00:1:: nonsense 2130706433 0x7f.1 fec0::1 192.0.0.8 192.88.99.1 ::ffff:192.0.0.8"
).split()


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as running:
        yield running


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_is_known_as_such(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_what_it_is_by_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for prefix in (0xFFFF << 32, 0x64_FF9B << 96):
        assert is_public(str(ipaddress.IPv6Address(prefix | number))) == is_public(str(address))
    assert is_public(str(address)) <= address.is_global


WRITTEN = [
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0x7f.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "localhost",
]


@pytest.mark.parametrize("host", WRITTEN)
def test_loopback_is_refused_however_it_is_written(site: Website, host: str) -> None:
    from ingest.fetch import Fetcher

    site.pages["/"] = Reply(b"secret")
    assert code(Fetcher(), site.url("/", host)) == "private_address"
    assert site.asked == []


@pytest.mark.parametrize("host", ["inside.example", "mixed.example", "mapped.example"])
def test_a_name_of_which_one_address_is_private_is_refused(site: Website, host: str) -> None:
    assert code(fetcher(), site.url("/", host)) == "private_address"
    assert site.asked == []


def test_a_redirect_to_a_private_address_is_not_followed(site: Website) -> None:
    for target in (
        site.url("/secret", "inside.example"),
        "http://[::1]/",
        "http://0/",
        "http://169.254.169.254/latest",
    ):
        site.pages["/go"] = Reply(status=302, headers={"Location": target})
        assert code(fetcher(), site.url("/go")) == "private_address"
    for target in ("file:///etc/passwd", "http://[::1/", "http://[]/", "http://]/", "//news.example@10.0.0.1/"):
        site.pages["/go"] = Reply(status=302, headers={"Location": target})
        assert code(fetcher(), site.url("/go")) == "invalid_url"


def test_a_name_that_changes_its_meaning_gains_nothing(site: Website) -> None:
    """The address that was checked is the one that is connected to: a name is asked for once a connection."""
    from ingest.fetch import Fetcher

    answers = itertools.chain([["127.0.0.1"], ["127.0.0.1"]], itertools.repeat(["10.0.0.1"]))
    site.pages["/a"] = Reply(page(f"<p>{ARTICLE}</p>"))
    fetch = Fetcher(lambda host, port: next(answers), ("127.0.0.1",))
    assert fetch.get(site.url("/a")).body
    assert code(fetch, site.url("/a")) == "private_address"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://news.example/a",
        "file:///etc/passwd",
        "gopher://news.example",
        "news.example",
        "http://",
        "http://user:secret@news.example/",
        "http://news.example:99999/",
        "http://news.example:0/",
        "http://[::1/",
        "http://a b/",
        "http://" + "a" * 3_000,
        "http://exa\tmple..com/",
        "",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    assert code(fetcher(), url) == "invalid_url"


def test_an_address_is_sent_in_ascii_and_cannot_break_the_request() -> None:
    assert checked("HTTP://Zürich.example/Ä b?q=ö#part") == "http://xn--zrich-kva.example/%C3%84%20b?q=%C3%B6"
    assert "\r" not in checked("http://news.example/a\r\nX-Evil: 1")
    assert checked("http://[2606:2800::1]:80/a%20b") == "http://[2606:2800::1]/a%20b"


def test_robots_are_asked_once_and_obeyed(site: Website) -> None:
    rules = b"User-agent: *\nDisallow: /private*secret\nAllow: /private/open-secret\n"
    site.pages["/robots.txt"] = Reply(rules, "text/plain")
    site.pages["/a"] = Reply(b"<p>A page.</p>")
    site.pages["/private/open-secret"] = Reply(b"<p>A page.</p>")
    fetch = fetcher()
    assert fetch.get(site.url("/a")).body == b"<p>A page.</p>"
    assert fetch.get(site.url("/private/open-secret")).body
    assert code(fetch, site.url("/private/a-secret")) == "robots_disallowed"
    assert [path for path, _ in site.asked].count("/robots.txt") == 1
    assert site.paths() == ["/a", "/private/open-secret"]


def test_a_site_whose_rules_cannot_be_had_is_left_alone(site: Website) -> None:
    site.pages["/robots.txt"] = Reply(status=503)
    site.pages["/a"] = Reply(b"<p>A page.</p>")
    assert code(fetcher(), site.url("/a")) == "robots_disallowed"
    assert site.paths() == []


def test_robots_of_the_site_that_a_redirect_leads_to_count(site: Website) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: Groundwire\nDisallow: /kept\n", "text/plain")
    site.pages["/go"] = Reply(status=301, headers={"Location": site.url("/kept", "other.example")})
    site.pages["/kept"] = Reply(b"<p>A page.</p>")
    assert code(fetcher(), site.url("/go")) == "robots_disallowed"


def test_redirects_are_followed_so_far(site: Website) -> None:
    for number in range(MOST_REDIRECTS):
        site.pages[f"/{number}"] = Reply(status=302, headers={"Location": f"{number + 1}"})
    site.pages[f"/{MOST_REDIRECTS}"] = Reply(b"<p>The end.</p>")
    found = fetcher().get(site.url("/0"))
    assert (found.url, found.body) == (site.url(f"/{MOST_REDIRECTS}"), b"<p>The end.</p>")
    site.pages["/loop"] = Reply(status=302, headers={"Location": "/loop"})
    assert code(fetcher(), site.url("/loop")) == "too_many_redirects"


@pytest.mark.parametrize(
    ("status", "expected"),
    [(404, "not_found"), (410, "not_found"), (403, "http_error"), (500, "http_error"), (304, "http_error")],
)
def test_what_the_server_refuses_has_a_code(site: Website, status: int, expected: str) -> None:
    site.pages["/a"] = Reply(status=status)
    assert code(fetcher(), site.url("/a")) == expected


def test_nobody_there_is_unreachable() -> None:
    with website() as gone:
        pass
    assert code(fetcher(), gone.url("/a")) == "unreachable"
    assert code(fetcher(), "http://no-such-name.invalid/") == "unreachable"


def _zeros() -> Iterator[bytes]:
    while True:
        yield b"0" * 65_536


def test_a_page_that_never_ends_is_too_large(site: Website) -> None:
    site.pages["/a"] = Reply(stream=_zeros)
    assert code(fetcher(largest=2**20), site.url("/a")) == "too_large"


def _drops() -> Iterator[bytes]:
    while True:
        time.sleep(0.02)
        yield b"x"


def test_a_server_that_sends_a_drop_at_a_time_is_given_up(site: Website) -> None:
    site.pages["/a"] = Reply(stream=_drops)
    site.pages["/feed"] = Reply(b"<rss><channel>", "application/rss+xml", stream=_drops)
    assert code(fetcher(seconds=0.5), site.url("/a")) == "timeout"
    assert code(fetcher(seconds=0.5), site.url("/feed")) == "timeout"


def test_a_page_that_has_not_changed_is_not_sent_again(site: Website) -> None:
    site.pages["/a"] = Reply(b"<p>First.</p>", headers={"ETag": '"1"'})
    fetch = fetcher()
    first = fetch.get(site.url("/a"))
    assert fetch.get(site.url("/a")) == first
    assert [headers.get("if-none-match") for path, headers in site.asked if path == "/a"] == [None, '"1"']
    site.pages["/a"] = Reply(b"<p>Second.</p>", headers={"ETag": '"2"'})
    assert fetch.get(site.url("/a")).body == b"<p>Second.</p>"


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_come_back_is_waited_for(site: Website, status: int) -> None:
    site.pages["/a"] = Reply(status=status, headers={"Retry-After": "3"})
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        site.pages["/a"] = Reply(b"<p>Here.</p>")
        fetch._not_before.clear()

    fetch = fetcher(sleep=wait)
    assert fetch.get(site.url("/a")).body == b"<p>Here.</p>"
    (seconds,) = waited
    assert 2 < seconds <= 3
    assert site.paths() == ["/a", "/a"]


@pytest.mark.parametrize("later", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT", "99999999999999999999"])
def test_a_server_that_asks_for_longer_than_there_is_time_is_left_alone_until_then(site: Website, later: str) -> None:
    site.pages["/a"] = Reply(status=429, headers={"Retry-After": later})
    fetch = fetcher(sleep=_never)
    assert code(fetch, site.url("/a")) == "try_later"
    site.pages["/a"] = Reply(b"<p>Here.</p>")
    assert code(fetch, site.url("/a")) == "try_later"
    assert site.paths() == ["/a"], "it is not even asked"
    assert fetch.get(site.url("/a", "other.example")).body, "another site is"


def test_a_server_that_is_busy_and_does_not_say_until_when_is_not_waited_for(site: Website) -> None:
    site.pages["/a"] = Reply(status=503)
    assert code(fetcher(sleep=_never), site.url("/a")) == "try_later"
    site.pages["/a"] = Reply(status=429, headers={"Retry-After": "soon"})
    waited: list[float] = []
    assert code(fetcher(sleep=waited.append, seconds=30), site.url("/a")) == "try_later"
    assert len(waited) == 1


def _never(seconds: float) -> None:
    raise AssertionError(f"{seconds} seconds were waited for")


def test_a_feed_that_never_ends_is_too_large(site: Website, apart: Apart) -> None:
    def entries() -> Iterator[bytes]:
        yield b"<rss><channel>"
        while True:
            yield b"<item><title>Again.</title></item>" * 1_000

    site.pages["/feed"] = Reply(media="text/xml", stream=entries)
    (found,) = Pages(fetcher(largest=2**20), apart).documents([site.url("/feed")])
    assert isinstance(found, Failure)
    assert found.code == "too_large"


def test_a_page_speaks_of_corrections_on_its_own_site_only(site: Website, apart: Apart) -> None:
    own, other = site.url("/tower"), "https://elsewhere.example/tower"
    site.pages["/n.md"] = Reply(
        f"---\ncorrects: [{own}, {other}, known-id]\n---\nIt was 1820.".encode(), "text/markdown"
    )
    line = f'{{"text": "It was 1820.", "retracts": ["{other}", "known-id"]}}'
    site.pages["/n.jsonl"] = Reply(line.encode(), "application/jsonl")
    note, lined = Pages(fetcher(), apart).documents([site.url("/n.md"), site.url("/n.jsonl")])
    assert isinstance(note, NewDocument)
    assert isinstance(lined, NewDocument)
    assert note.corrects == (own, f"{site.url('/n.md')}#known-id")
    assert lined.retracts == (f"{site.url('/n.jsonl')}#known-id",)


# -- pages to documents -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with Apart() as reader:
        yield reader


def test_pages_become_documents_and_the_rest_is_named(site: Website, apart: Apart) -> None:
    head = f'<link rel="canonical" href="{site.url("/tower")}"><meta property="og:title" content="Tower">'
    site.pages["/tower?utm=1"] = Reply(page(f"<p>{ARTICLE}</p>", head))
    site.pages["/report"] = Reply(pdf(ARTICLE), "application/pdf")
    site.pages["/note.txt"] = Reply("Zürich".encode("latin-1"), "text/plain; charset=iso-8859-1")
    site.pages["/picture"] = Reply(b"\x89PNG", "image/png")
    urls = [site.url(path) for path in ("/tower?utm=1", "/report", "/note.txt", "/picture", "/none")]
    tower, report, note, picture, none = Pages(fetcher(), apart).documents(urls)
    assert isinstance(tower, NewDocument)
    assert isinstance(report, NewDocument)
    assert (tower.id, tower.url, tower.title, tower.text) == ("", site.url("/tower"), "Tower", ARTICLE)
    assert (report.id, report.url, report.text) == ("", urls[1], ARTICLE)
    assert note == NewDocument(text="Zürich", url=urls[2])
    assert isinstance(picture, Failure)
    assert (picture.id, picture.code) == (urls[3], "unsupported_format")
    assert isinstance(none, Failure)
    assert (none.id, none.code) == (urls[4], "not_found")


def test_a_page_cannot_speak_for_another_site(site: Website, apart: Apart) -> None:
    site.pages["/a"] = Reply(page(f"<p>{ARTICLE}</p>", '<link rel="canonical" href="https://courier.example/tower">'))
    (found,) = Pages(fetcher(), apart).documents([site.url("/a")])
    assert isinstance(found, NewDocument)
    assert found.url == site.url("/a")


def test_a_feed_is_its_articles(site: Website, apart: Apart) -> None:
    long = " ".join([ARTICLE] * 5)
    items = (
        f"<item><title>Short</title><link>{site.url('/short')}</link><description>A summary.</description>"
        "<pubDate>Mon, 17 Mar 2025 09:30:00 +0000</pubDate></item>",
        f"<item><title>Whole</title><link>{site.url('/whole')}</link><description>{long}</description></item>",
        f"<item><title>Gone</title><link>{site.url('/gone')}</link></item>",
    )
    site.pages["/feed"] = Reply(rss(*items), "application/rss+xml")
    site.pages["/short"] = Reply(page(f"<p>{ARTICLE}</p>"))
    short, whole, gone = Pages(fetcher(), apart).documents([site.url("/feed")])
    assert isinstance(short, NewDocument)
    assert isinstance(whole, NewDocument)
    assert (short.text, short.title, short.source) == (ARTICLE, "Short", "The Orvik Courier")
    assert short.published_at is not None
    assert whole.text == long
    assert isinstance(gone, Failure)
    assert (gone.id, gone.code) == (site.url("/gone"), "not_found")
    assert "/whole" not in site.paths()


def test_a_feed_cannot_speak_for_another_site_nor_take_the_id_of_another_document(site: Website, apart: Apart) -> None:
    long = " ".join([ARTICLE] * 5)
    other = site.url("/theirs", "other.example")
    items = (
        f"<item><link>{other}</link><description>{long} Or so they say.</description></item>",
        f"<item><guid>known-id</guid><description>{long}</description></item>",
    )
    site.pages["/feed"] = Reply(rss(*items), "application/rss+xml")
    site.pages["/theirs"] = Reply(page(f"<p>{ARTICLE}</p>"))
    site.pages["/lines.jsonl"] = Reply(b'{"id": "known-id", "text": "One.", "url": "https://a.example/b"}', "")
    urls = [site.url("/feed"), site.url("/lines.jsonl")]
    theirs, own, line = Pages(fetcher(), apart).documents(urls)
    assert isinstance(theirs, NewDocument)
    assert isinstance(own, NewDocument)
    assert (theirs.url, theirs.text) == (other, ARTICLE)
    assert own.id == f"{urls[0]}#known-id"
    assert line == NewDocument("One.", id=f"{urls[1]}#known-id")


def test_a_feed_with_too_many_entries_says_what_was_left(site: Website, apart: Apart) -> None:
    items = [f"<item><guid>{n}</guid><title>Number {n} of many</title></item>" for n in range(MOST_OF_A_FEED + 5)]
    site.pages["/feed"] = Reply(rss(*items), "text/xml")
    *found, rest = Pages(fetcher(), apart).documents([site.url("/feed")])
    assert len(found) == MOST_OF_A_FEED
    assert isinstance(rest, Failure)
    assert (rest.id, rest.code) == (site.url("/feed"), "too_large")


def test_when_the_time_is_over_the_rest_is_named(site: Website, apart: Apart) -> None:
    site.pages["/a"] = Reply(page(f"<p>{ARTICLE}</p>"))
    (found,) = Pages(fetcher(), apart, seconds=-1).documents([site.url("/a")])
    assert isinstance(found, Failure)
    assert found.code == "timeout"


def test_a_feed_is_wanted_where_a_feed_is_asked_for(site: Website, apart: Apart) -> None:
    site.pages["/a"] = Reply(page(f"<p>{ARTICLE}</p>"))
    with pytest.raises(Rejected, match="neither"):
        Pages(fetcher(), apart).feed(site.url("/a"))
