"""Keys, scopes, callers and limits, without a service."""

from __future__ import annotations

import hmac
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import callers, keys
from api.denials import KeyMissing, KeyRefused, RateLimited, TooManyAtOnce
from api.limits import Limits
from api.scopes import CLOSED, Kind, kind_of, scope_of

KEY = keys.make()
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"


def test_a_key_has_256_random_bits_and_what_is_kept_does_not_hold_them() -> None:
    made = [keys.make() for _ in range(50)]
    assert len({key.text for key in made}) == len({key.id for key in made}) == 50
    assert all(keys.id_of(key.text) == key.id and key.digest == keys.digest(key.text) for key in made)
    assert all(len(key.text.split("_", 2)[2]) == 43 for key in made)
    assert not any(key.text.split("_", 2)[2] in key.digest + key.id for key in made)


def test_a_key_fits_its_own_digest_and_nothing_else_does() -> None:
    assert keys.fits(KEY.text, KEY.digest)
    assert not keys.fits(KEY.text, keys.make().digest)
    assert not keys.fits(KEY.text, None)
    assert not keys.fits("", None)


@pytest.mark.parametrize("kept", [KEY.digest, keys.make().digest, None], ids=["its own", "another", "none"])
def test_whole_digests_are_compared_in_constant_time_also_where_there_is_no_such_key(
    monkeypatch: pytest.MonkeyPatch, kept: str | None
) -> None:
    compared: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return constant(one, other)

    constant = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert keys.fits(KEY.text, kept) is (kept == KEY.digest)
    [(given_, against)] = compared
    assert given_ == KEY.digest
    assert len(against) == len(given_)


@given(st.integers(0, len(KEY.text) - 1), st.sampled_from(CHARACTERS))
def test_a_key_with_any_other_character_is_another_key(place: int, character: str) -> None:
    changed = KEY.text[:place] + character + KEY.text[place + 1 :]
    assert keys.fits(changed, KEY.digest) is (changed == KEY.text)


@given(st.integers(0, len(KEY.text) - 1), st.text(max_size=5))
def test_a_part_of_a_key_and_more_than_a_key_are_no_keys(length: int, more: str) -> None:
    assert keys.id_of(KEY.text[:length]) is None
    assert keys.id_of(KEY.text + more) == (None if more else KEY.id)


@given(st.text())
def test_no_text_is_taken_for_a_key_that_is_not_formed_like_one(text: str) -> None:
    assert keys.id_of(text) is None
    with pytest.raises(KeyRefused):
        keys.bearer([f"Bearer {text}"])


@pytest.mark.parametrize(
    "header", [f"Bearer {KEY.text}", f"bearer {KEY.text}", f"BEARER   {KEY.text} "], ids=["Bearer", "bearer", "spaces"]
)
def test_the_scheme_is_read_in_any_case_and_the_key_as_it_is(header: str) -> None:
    assert keys.bearer([header]) == KEY.text


@pytest.mark.parametrize(
    "headers",
    [
        [KEY.text],
        [f"Basic {KEY.text}"],
        [f"Bearer{KEY.text}"],
        [f"Bearer {KEY.text} {KEY.text}"],
        [f"Bearer {KEY.text}, Bearer {KEY.text}"],
        [f"Bearer {KEY.text.upper()}"],
        [f"Bearer {KEY.text}\u0430"],
        ["Bearer " + "a" * 60_000],
        [f"Bearer {KEY.text}", f"Bearer {KEY.text}"],
        [""],
    ],
)
def test_what_is_not_one_bearer_key_is_refused(headers: list[str]) -> None:
    with pytest.raises(KeyRefused) as refused:
        keys.bearer(headers)
    assert KEY.text not in str(refused.value)


def test_no_header_is_told_apart_from_a_wrong_one() -> None:
    with pytest.raises(KeyMissing):
        keys.bearer([])


@given(st.text(), st.text())
def test_a_log_is_left_with_the_public_part_of_a_key(before: str, after: str) -> None:
    text = keys.masked(f"{before} {KEY.text}/{after}")
    assert KEY.text not in text
    assert f"gw_{KEY.id}_…" in text


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/ask", "ask"),
        ("POST", "/v1/search", "ask"),
        ("POST", "/v1/chat/completions", "ask"),
        ("GET", "/v1/models", "ask"),
        ("POST", "/mcp", "ask"),
        ("DELETE", "/mcp/", "ask"),
        ("GET", "/v1/answers/ans_1", "ask"),
        ("POST", "/v1/answers/ans_1/feedback", "ask"),
        ("GET", "/v1/documents", "ask"),
        ("GET", "/v1/documents/a/b", "ask"),
        ("GET", "/v1/sources", "ask"),
        ("POST", "/v1/documents", "write"),
        ("POST", "/v1/documents/fetch", "write"),
        ("DELETE", "/v1/documents/a", "write"),
        ("GET", "/v1/jobs", "write"),
        ("GET", "/v1/jobs/job_1", "write"),
        ("DELETE", "/v1/jobs/job_1", "write"),
        ("GET", "/v1/asking", "ask"),
        ("POST", "/v1/asking", "write"),
        ("GET", "/metrics", "ask"),
        ("GET", "/", None),
        ("GET", "/healthz", None),
        ("GET", "/readyz", None),
        ("GET", "/docs", None),
        ("GET", "/openapi.json", None),
        ("GET", "/v1x", None),
    ],
)
def test_each_path_needs_the_scope_it_is_for(method: str, path: str, scope: str | None) -> None:
    assert scope_of(method, path) == scope


METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "X"])


@given(METHODS, st.sampled_from(CLOSED), st.text())
def test_nothing_below_a_closed_path_is_open_and_whatever_changes_something_is_counted(
    method: str, top: str, rest: str
) -> None:
    path = f"{top}/{rest}"
    assert scope_of(method, path) in ("ask", "write")
    assert (kind_of(method, path) is Kind.READS) == (method in ("GET", "HEAD"))


PROXIES = callers.networks("10.0.0.0/8, 192.0.2.1, fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1", "198.51.100.1, 192.0.2.1"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1, nobody"], "10.1.2.3"),
        ("10.1.2.3", [""], "10.1.2.3"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("::ffff:10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("", [], ""),
    ],
)
def test_a_request_counts_for_the_nearest_address_that_is_no_trusted_proxy(
    peer: str, forwarded: list[str], counted: str
) -> None:
    assert callers.caller(peer, forwarded, PROXIES) == counted


@given(st.lists(st.text(max_size=20)))
def test_without_trusted_proxies_nobody_says_who_he_is(forwarded: list[str]) -> None:
    assert callers.caller("203.0.113.5", forwarded, ()) == "203.0.113.5"


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("LOCALHOST:1", True),
        ("[::1]:8000", True),
        ("127.0.0.2:8000", True),
        ("evil.example", False),
        ("localhost.evil.example:8000", False),
        ("127.0.0.1.evil.example", False),
        ("evil.example@localhost.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_only_names_of_this_machine_are_local(host: str, local: bool) -> None:
    assert callers.is_local(host, "127.0.0.2") is local


def test_a_page_is_our_own_or_of_a_site_that_was_named() -> None:
    assert callers.is_own("http://localhost:8000", "localhost:8000", ())
    assert callers.is_own("https://news.example", "localhost:8000", {"https://news.example"})
    for other in ("null", "http://localhost:8001", "https://news.example", "http://localhost:8000.evil.example", ""):
        assert not callers.is_own(other, "localhost:8000", ())


class Clock:
    now = 1_000_000_020.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.time", clock)
    return clock


def test_so_many_a_minute_for_each_kind_and_each_caller(clock: Clock) -> None:
    limits = Limits({Kind.ASKS: 3, Kind.WRITES: 0}, 0)
    for _ in range(3):
        limits.count(Kind.ASKS, "a")
    with pytest.raises(RateLimited, match="at most 3 asks a minute") as limited:
        limits.count(Kind.ASKS, "a")
    assert 1 <= limited.value.retry_after <= 60
    limits.count(Kind.ASKS, "b")
    for kind in (Kind.WRITES, Kind.READS):
        for _ in range(10):
            limits.count(kind, "a")
    clock.now += 120
    limits.count(Kind.ASKS, "a")


def test_a_window_slides_so_that_the_end_of_a_minute_does_not_double_what_is_allowed(clock: Clock) -> None:
    limits = Limits({Kind.ASKS: 60}, 0)
    for _ in range(60):
        limits.count(Kind.ASKS, "a")
    clock.now += 61
    assert sum(passes(limits) for _ in range(60)) < 60


def passes(limits: Limits) -> bool:
    try:
        limits.count(Kind.ASKS, "a")
    except RateLimited:
        return False
    return True


def test_so_many_at_once_and_a_place_is_given_back_however_a_request_ends() -> None:
    limits = Limits({}, 2)
    with limits.turn("a"), limits.turn("b"):
        with suppress(ZeroDivisionError), limits.turn("a"):
            with pytest.raises(TooManyAtOnce) as refused:
                limits.turn("a")
            assert refused.value.retry_after == 1
            raise ZeroDivisionError
        with limits.turn("a"):
            pass
