"""The page at `/` as files: whole, under a strict policy, and sent again only when they have changed."""

from __future__ import annotations

import re

from api.routes.page import assets
from tests.service import Service

HTML = assets()["index.html"].content.decode()


def test_the_front_is_the_page_under_a_policy_that_lets_nothing_in(service: Service) -> None:
    reply = service.http.get("/")
    assert (reply.status_code, reply.text) == (200, HTML)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = reply.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"} <= set(policy)
    assert {"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in reply.headers["Content-Security-Policy"]
    assert service.http.get("/docs").status_code == 200


def test_every_file_the_page_names_is_there_and_is_sent_again_only_when_it_has_changed(service: Service) -> None:
    named = set(re.findall(r'(?:src|href)="(web/[^"]+)"', HTML))
    assert {name.removeprefix("web/") for name in named} == assets().keys() - {"index.html"}
    for name in ("", *named):
        reply = service.http.get(f"/{name}")
        assert reply.status_code == 200, name
        assert reply.headers["Cache-Control"] == "no-cache"
        again = service.http.get(f"/{name}", headers={"If-None-Match": f'W/{reply.headers["ETag"]}, "other"'})
        assert (again.status_code, again.content) == (304, b"")
        assert service.http.head(f"/{name}").headers["ETag"] == reply.headers["ETag"]


def test_scripts_import_only_what_the_page_loads_at_once() -> None:
    for name, asset in assets().items():
        if name.endswith(".js"):
            imported = re.findall(r'from "\./([^"]+)"', asset.content.decode())
            assert set(imported) <= assets().keys()
            assert all(f'href="web/{each}"' in HTML for each in imported), name


def test_nothing_of_the_page_is_inline_comes_from_elsewhere_or_makes_markup_of_a_string() -> None:
    assert not re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", HTML)
    for name, asset in assets().items():
        text = asset.content.decode()
        assert not re.findall(r"(?:src|href|url\(|import )[\"'= (]*(?:https?:)?//", text), name
        assert not re.findall(r"(?:inner|outer|Adjacent)HTML|document\.write|\beval\b|new Function", text)


def test_what_is_no_file_of_the_page_is_not_found(service: Service) -> None:
    for path in ("/web/none.js", "/web/..%2fapp.py", "/web/", "/web/index.html/x"):
        assert service.http.get(path).status_code == 404
