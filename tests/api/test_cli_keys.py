"""`groundwire keys`, and where a service may be bound to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api import keys
from api.binding import check_binding
from api.cli import WRONG, main
from rag.errors import SetupError
from rag.settings import load_settings


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GROUNDWIRE_DATA", str(tmp_path))
    monkeypatch.delenv("GROUNDWIRE_KEY", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", *arguments])


def test_a_key_is_printed_once_and_never_kept(data: Path) -> None:
    made = run("create", "desk", "--scope", "ask", "--scope", "write", "--expires", "2999-12-31")
    key = made.stdout.strip()
    assert keys.id_of(key)
    assert "first key" in made.stderr
    assert key not in made.stderr + run("list").output + run("list", "--json").output
    secret = key.split("_", 2)[2].encode()
    assert not any(secret in file.read_bytes() for file in data.rglob("*") if file.is_file())
    (row,) = json.loads(run("list", "--json").output)
    assert (row["name"], row["scopes"], row["state"]) == ("desk", ["ask", "write"], "usable")
    assert row["expires_at"] == "2999-12-31T23:59:59.999999+00:00"
    assert "first key" not in run("create", "second", "--scope", "ask").stderr


def test_a_revoked_key_stays_in_the_list_and_its_name_is_free() -> None:
    made = json.loads(run("create", "desk", "--scope", "ask", "--json").output)
    assert run("revoke", "desk").output == f"{made['id']} revoked\n"
    assert run("revoke", "desk").exit_code == WRONG
    assert f"{made['id']}  ask" in run("list").output
    assert "revoked" in run("list").output
    assert run("create", "desk", "--scope", "ask").exit_code == 0


def test_what_makes_no_sense_makes_no_key() -> None:
    for arguments in (
        ("create", "desk"),
        ("create", "desk", "--scope", "admin"),
        ("create", "", "--scope", "ask"),
        ("create", "x\x1b[31m", "--scope", "ask"),
        ("create", "x" * 101, "--scope", "ask"),
        ("create", "desk", "--scope", "ask", "--expires", "soon"),
        ("create", "desk", "--scope", "ask", "--expires", "2020-01-01"),
        ("revoke", "nobody"),
    ):
        assert run(*arguments).exit_code == WRONG, arguments
    assert run("list").stdout == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.9"])
def test_loopback_needs_no_key(host: str) -> None:
    check_binding(load_settings(host=host))


def test_elsewhere_the_service_is_bound_only_where_a_key_can_be_used() -> None:
    everywhere = [load_settings(host=host) for host in ("0.0.0.0", "::", "192.0.2.1", "news.example", "")]
    for settings in everywhere:
        with pytest.raises(SetupError, match="groundwire keys create"):
            check_binding(settings)
    run("create", "desk", "--scope", "ask")
    for settings in everywhere:
        check_binding(settings)
    run("revoke", "desk")
    for settings in everywhere:
        with pytest.raises(SetupError, match="loopback"):
            check_binding(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cors_origins", "*"),
        ("cors_origins", "https://news.example/"),
        ("cors_origins", "news.example"),
        ("trusted_proxies", "proxy"),
        ("trusted_proxies", "10.0.0.0/8, 300.1.1.1"),
    ],
)
def test_a_site_or_a_proxy_that_cannot_be_understood_is_named(name: str, value: str) -> None:
    with pytest.raises(SetupError, match=f"GROUNDWIRE_{name.upper()}"):
        load_settings(**{name: value})
