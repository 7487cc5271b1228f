"""`groundwire sync` and `groundwire add URL` against a running service."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import WRONG, main
from api.cli.sync import synchronise
from api.client import Client
from tests.fakes import ScriptedModel
from tests.ingest.files import ARTICLE, docx, page, pdf, rss
from tests.ingest.website import Reply, Website, fetcher, website
from tests.service import ARTICLE_ID, Serve, Service


@pytest.fixture(scope="module")
def site() -> Iterator[Website]:
    with website() as running:
        yield running


@pytest.fixture(scope="module")
def service(serve: Serve, site: Website) -> Iterator[Service]:
    """A service whose worker works all the time."""
    stop = threading.Event()
    with serve(ScriptedModel(""), fetcher=fetcher()) as running:
        worker = threading.Thread(target=_work, args=(running, stop))
        worker.start()
        try:
            yield running
        finally:
            stop.set()
            worker.join()


def _work(service: Service, stop: threading.Event) -> None:
    while not stop.wait(0.05):
        service.work()


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GROUNDWIRE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def run(service: Service, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--base", service.url])


def ids(service: Service) -> set[str]:
    documents = service.http.get("/v1/documents", params={"limit": 200}).json()["documents"]
    return {document["id"] for document in documents}


def test_a_folder_is_mirrored(service: Service, tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "news"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.txt").write_text("The bridge of Aldermoor was opened on Monday.")
    (folder / "deep" / "two.pdf").write_bytes(pdf(ARTICLE))
    (folder / "three.docx").write_bytes(docx("The canal of Omega is closed until Friday."))
    (folder / "broken.pdf").write_bytes(b"%PDF-")
    (folder / "picture.png").write_bytes(b"?")
    before = ids(service)

    planned = run(service, "sync", str(folder), "--dry-run")
    assert planned.exit_code == 1
    assert planned.stdout.splitlines() == [
        "add deep/two",
        "add one",
        "add three",
        "would be: 3 added, 0 updated, 0 unchanged, 0 removed, 1 failed",
    ]
    assert ids(service) == before
    assert not data.exists()

    first = run(service, "sync", str(folder))
    assert first.exit_code == 1
    assert "broken: " in first.stderr
    assert "(broken_file)" in first.stderr
    assert first.stdout == "3 added, 0 updated, 0 unchanged, 0 removed, 1 failed\n"
    assert ids(service) == before | {"one", "deep/two", "three"}

    (folder / "broken.pdf").unlink()
    jobs = service.http.get("/v1/jobs").json()
    second = run(service, "sync", str(folder))
    assert (second.exit_code, second.stdout) == (0, "0 added, 0 updated, 3 unchanged, 0 removed, 0 failed\n")
    assert service.http.get("/v1/jobs").json() == jobs

    (folder / "one.txt").write_text("The bridge of Aldermoor was opened on Tuesday, not on Monday.")
    (folder / "three.docx").unlink()
    third = run(service, "sync", str(folder), "--json")
    report = json.loads(third.stdout)
    assert report["counts"] == {"added": 0, "updated": 1, "unchanged": 1, "removed": 0, "failed": 0}
    assert (report["plan"], report["gone"]) == ({"add": [], "update": ["one"], "remove": []}, 1)
    assert "Tuesday" in service.http.get("/v1/documents/one").json()["text"]

    planned = run(service, "sync", str(folder), "--remove", "--dry-run")
    assert planned.stdout.splitlines()[0] == "remove three"
    assert "three" in ids(service)
    fourth = run(service, "sync", str(folder), "--remove")
    assert fourth.stdout == "0 added, 0 updated, 2 unchanged, 1 removed, 0 failed\n"
    assert ids(service) == before | {"one", "deep/two"}
    assert ARTICLE_ID in ids(service), "what came another way is not touched"


def test_two_folders_share_no_ids_and_one_is_the_same_by_any_name(service: Service, tmp_path: Path) -> None:
    one, two, other = tmp_path / "one", tmp_path / "two", tmp_path / "other"
    for folder, place in ((one, "Kelm"), (two, "Pardoe")):
        folder.mkdir()
        (folder / "weir.txt").write_text(f"The weir of {place} was repaired by its owner on Friday.")
    other.symlink_to(two, target_is_directory=True)
    before = ids(service)
    assert run(service, "sync", str(one)).stdout.startswith("1 added")
    assert run(service, "sync", str(two)).stdout.startswith("1 added")
    (theirs,) = ids(service) - before - {"weir"}
    assert theirs.startswith("two-")
    assert theirs.endswith("/weir")
    assert "Kelm" in service.http.get("/v1/documents/weir").json()["text"]
    assert "Pardoe" in service.http.get(f"/v1/documents/{theirs}").json()["text"]
    for name in (other, tmp_path / "one" / ".." / "two"):
        assert run(service, "sync", str(name)).stdout == "0 added, 0 updated, 1 unchanged, 0 removed, 0 failed\n"
    (two / "weir.txt").unlink()
    assert run(service, "sync", str(two), "--remove").stdout.endswith("1 removed, 0 failed\n")
    assert ids(service) == before | {"weir"}


def test_what_was_added_before_is_recognised(service: Service, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "known.md").write_text("---\ntitle: Known\ndate: 2025-03-17\n---\nThe mill of Aldermoor burned down.\r\n")
    assert run(service, "add", str(folder)).exit_code == 0
    report = json.loads(run(service, "sync", str(folder), "--dry-run", "--json").stdout)
    assert report["plan"] == {"add": [], "update": [], "remove": []}
    assert report["counts"]["unchanged"] == 1


def test_a_feed_is_mirrored(service: Service, site: Website) -> None:
    def feed(*names: str) -> Reply:
        return Reply(rss(*(f"<item><link>{site.url(f'/{name}')}</link></item>" for name in names)), "text/xml")

    for name in ("lake", "hill"):
        site.pages[f"/{name}"] = Reply(page(f"<p>The {name} of Orvik is open to visitors again since Monday.</p>"))
    site.pages["/feed"] = feed("lake", "hill")
    before = ids(service)

    def sync(remove: bool = False) -> dict[str, int]:
        client = Client(service.url)
        report = synchronise(client, site.url("/feed"), remove=remove, dry_run=False, fetcher=fetcher())
        counts: dict[str, int] = report["counts"]
        return counts

    assert sync() == {"added": 2, "updated": 0, "unchanged": 0, "removed": 0, "failed": 0}
    assert sync() == {"added": 0, "updated": 0, "unchanged": 2, "removed": 0, "failed": 0}
    site.pages["/feed"] = feed("lake")
    assert sync(remove=True) == {"added": 0, "updated": 0, "unchanged": 1, "removed": 1, "failed": 0}
    assert len(ids(service) - before) == 1


def test_a_source_that_is_none_is_wrong_usage(service: Service, site: Website, tmp_path: Path) -> None:
    for source in (str(tmp_path / "nothing"), site.url("/feed", "localhost"), "http://"):
        result = run(service, "sync", source)
        assert result.exit_code == WRONG, result.output
        assert len(result.stderr.splitlines()) == 1


def test_a_page_is_added_by_its_address(service: Service, site: Website, tmp_path: Path) -> None:
    site.pages["/page"] = Reply(page("<p>The observatory of Orvik has found a comet, its director said on Sunday.</p>"))
    (tmp_path / "file.txt").write_text("The comet will be seen in May.")
    result = run(service, "add", site.url("/page"), str(tmp_path / "file.txt"), site.url("/none"), "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["counts"] == {"total": 3, "added": 2, "updated": 0, "unchanged": 0, "failed": 1}
    assert [(failure["id"], failure["code"]) for failure in report["failures"]] == [(site.url("/none"), "not_found")]
    found = service.http.post("/v1/search", json={"question": "What did the observatory find?", "limit": 1}).json()
    assert found["passages"][0]["url"] == site.url("/page")


def test_a_text_too_large_for_any_request_fails_alone(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDWIRE_MAX_REQUEST_BYTES", "4000000")
    (tmp_path / "large.txt").write_text("word " * 1_000_000)
    (tmp_path / "small.txt").write_text("The well of Omega is dry.")
    report = json.loads(run(service, "add", str(tmp_path), "--json").stdout)
    assert [(each["id"], each["code"]) for each in report["failures"]] == [("large", "too_large")]
    assert report["counts"]["added"] == 1
