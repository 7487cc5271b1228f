"""Collections over HTTP and from the command line; only the language model is scripted."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from api.cli import WRONG, main
from evals.client import Client
from rag.errors import Unavailable
from tests.fakes import ScriptedModel
from tests.ingest.files import ARTICLE, docx
from tests.service import ARTICLE_ID, Body, Serve, Service

TEXT = "The bridge of Aldermoor was opened on Monday."
ASKED = "When was the bridge of Aldermoor opened?"


@pytest.fixture(scope="module")
def service(serve: Serve) -> Iterator[Service]:
    with serve(ScriptedModel(TEXT, preference=0.9)) as running:
        yield running


def add(service: Service, collection: str, *documents: Body) -> Body:
    """Adds, does the worker's work and follows the job by the address that was given for it."""
    reply = service.http.post("/v1/documents", json={"documents": documents, "collection": collection})
    service.work()
    job: Body = service.http.get(reply.raise_for_status().headers["Location"]).raise_for_status().json()
    return job


def collections(service: Service) -> dict[str, int]:
    listed = service.http.get("/v1/collections").json()["collections"]
    return {each["name"]: each["documents"] for each in listed}


@contextmanager
def working(service: Service) -> Iterator[None]:
    """The worker's work is done meanwhile."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.1):
            with suppress(Unavailable):  # as a worker goes on, whose collection was deleted under its hands
                service.work()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


def test_a_document_answers_in_its_collection_only(service: Service) -> None:
    assert add(service, "bridges", {"id": "b", "text": TEXT})["counts"]["added"] == 1
    assert add(service, "canals", {"id": "c", "text": "The canal of Omega is closed."})["state"] == "succeeded"
    answer = service.http.post("/v1/ask", json={"question": ASKED, "collection": "bridges"}).json()
    assert (answer["status"], answer["independent_sources"]) == ("answered", 1)
    assert {citation["document_id"] for citation in answer["citations"]} == {"b"}
    for elsewhere in ({}, {"collection": None}, {"collection": "default"}, {"collection": "canals"}):
        found = service.http.post("/v1/search", json={"question": ASKED} | elsewhere).json()["passages"]
        assert "b" not in {passage["document_id"] for passage in found}
    event, refused = service.streamed({"question": ASKED, "collection": "canals"})[-1]
    assert (event, refused["citations"]) == ("answer", [])
    assert refused["status"] in ("not_found", "unsupported")


def test_documents_and_jobs_are_read_and_removed_where_they_are(service: Service) -> None:
    job = add(service, "reading", {"id": "same", "text": TEXT})
    add(service, "other", {"id": "same", "text": "Another text."})
    here = {"collection": "reading"}
    assert service.http.get("/v1/documents/same", params=here).json()["text"] == TEXT
    assert code(service.http.get("/v1/documents/same")) == (404, "not_found")
    assert [each["id"] for each in service.http.get("/v1/documents", params=here).json()["documents"]] == ["same"]
    assert [each["id"] for each in service.http.get("/v1/documents").json()["documents"]] == [ARTICLE_ID]
    assert service.http.get("/v1/jobs", params=here).json()["jobs"] == [job]
    assert code(service.http.get(f"/v1/jobs/{job['job_id']}")) == (404, "not_found")
    assert service.http.delete("/v1/documents/same", params=here).status_code == 204
    assert service.http.get("/v1/documents/same", params={"collection": "other"}).is_success


def test_files_go_into_the_collection_that_the_form_names(service: Service) -> None:
    reply = service.http.post(
        "/v1/documents/upload", files={"files": ("a.docx", docx(ARTICLE))}, data={"collection": "files"}
    )
    service.work()
    assert service.http.get(reply.headers["Location"]).json()["counts"]["added"] == 1
    assert collections(service)["files"] == 1


def test_a_collection_nobody_made_is_a_problem_of_its_own(service: Service) -> None:
    nowhere = {"collection": "nowhere"}
    replies = [
        service.http.post("/v1/ask", json={"question": "Who?"} | nowhere),
        service.http.post("/v1/ask", json={"question": "Who?"} | nowhere, headers={"Accept": "text/event-stream"}),
        service.http.post("/v1/search", json={"question": "Who?"} | nowhere),
        service.http.get("/v1/documents", params=nowhere),
        service.http.get("/v1/documents/a", params=nowhere),
        service.http.delete("/v1/documents/a", params=nowhere),
        service.http.get("/v1/jobs", params=nowhere),
        service.http.delete("/v1/collections/nowhere"),
    ]
    assert {code(reply) for reply in replies} == {(404, "unknown_collection")}
    assert "nowhere" not in collections(service)


@pytest.mark.parametrize("name", ["", "Big", "-a", "a b", "ä", "a" * 65])
def test_a_name_that_none_can_have_is_invalid_wherever_it_stands(service: Service, name: str) -> None:
    replies = [
        service.http.post("/v1/ask", json={"question": "Who?", "collection": name}),
        service.http.post("/v1/documents", json={"documents": [{"text": TEXT}], "collection": name}),
        service.http.get("/v1/documents", params={"collection": name}),
    ]
    assert {(code(reply), reply.json()["field"]) for reply in replies} == {((422, "invalid_input"), "collection")}


def test_a_deleted_collection_is_gone_and_the_default_one_stays(service: Service) -> None:
    add(service, "brief", {"id": "b", "text": TEXT})
    service.http.post("/v1/documents", json={"documents": [{"id": "c", "text": TEXT}], "collection": "brief"})
    assert service.http.delete("/v1/collections/brief").status_code == 204
    assert "brief" not in collections(service)
    asked = {"question": ASKED, "collection": "brief"}
    assert code(service.http.post("/v1/search", json=asked)) == (404, "unknown_collection")
    assert code(service.http.delete("/v1/collections/default")) == (422, "invalid_input")
    add(service, "brief", {"id": "d", "text": "Nothing of that sort."})
    assert [p["document_id"] for p in service.http.post("/v1/search", json=asked).json()["passages"]] == ["d"]
    assert collections(service)["default"] == 1


def test_without_a_name_everything_is_as_if_there_were_no_others(service: Service) -> None:
    asked = {"question": "Where was al-Rifai killed?"}
    before = service.http.post("/v1/search", json=asked).json()["passages"]
    text = service.http.get(f"/v1/documents/{ARTICLE_ID}").json()["text"]
    add(service, "twin", {"id": ARTICLE_ID, "text": text}, {"id": "more", "text": text})
    assert service.http.post("/v1/search", json=asked).json()["passages"] == before
    reply = service.http.post("/v1/documents", json={"documents": [{"id": ARTICLE_ID, "text": text}]})
    assert reply.headers["Location"] == f"/v1/jobs/{reply.json()['job_id']}"


def test_an_evaluation_may_have_a_collection_of_its_own(service: Service) -> None:
    client = Client(service.url, collection="measured")
    try:
        with working(service):
            client.add([{"id": "m", "text": TEXT}])
        assert client.document_ids() == ["m"]
        assert client.text("m", 1) == TEXT
        assert [passage["document_id"] for passage in client.search({"question": ASKED}, 5)] == ["m"]
        assert len(client.jobs()) == 1
        client.delete("m")
    finally:
        client.close()


def run(service: Service, *arguments: str) -> Result:
    with working(service):
        return CliRunner().invoke(main, [*arguments, "--base", service.url])


def test_commands_take_the_collection_that_is_meant(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDWIRE_DATA", str(tmp_path / "data"))
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.txt").write_text(TEXT)
    into = ("--collection", "desk")
    assert run(service, "ask", ASKED, *into).exit_code == WRONG, "there is no such collection yet"
    planned = run(service, "sync", str(folder), "--dry-run", *into)
    assert planned.stdout.splitlines()[0] == "add one"
    assert "desk" not in collections(service)
    assert run(service, "sync", str(folder), *into).stdout.startswith("1 added, 0 updated")
    assert run(service, "sync", str(folder), *into).stdout.startswith("0 added, 0 updated, 1 unchanged")
    assert run(service, "add", str(folder), *into).stdout.startswith("0 added, 0 updated, 1 unchanged")
    job_id = json.loads(run(service, "jobs", "list", "--json", *into).stdout)["jobs"][0]["job_id"]
    assert run(service, "jobs", "cancel", job_id).exit_code == WRONG, "it is no job of the default collection"
    for what in ("show", "cancel", "requeue"):
        assert run(service, "jobs", what, job_id, *into).exit_code == 0
    assert run(service, "search", ASKED, *into).output.startswith("1. one")
    assert TEXT in run(service, "ask", ASKED, *into).output
    assert "one" not in run(service, "search", ASKED, "--limit", "1").output.split()
    (folder / "one.txt").unlink()
    assert "1 removed" in run(service, "sync", str(folder), "--remove", *into).stdout
    assert "desk" in run(service, "collections").stdout
    listed = json.loads(run(service, "collections", "--delete", "desk", "--json").stdout)["collections"]
    assert listed[0] == {"name": "default", "documents": 1, "passages": listed[0]["passages"], "waiting": 0}
    assert "desk" not in {each["name"] for each in listed}
    assert run(service, "collections", "--delete", "desk").exit_code == WRONG


def test_one_that_cannot_be_read_says_so_hides_no_other_and_can_be_removed(service: Service) -> None:
    key = service.engine.store.register("broken", 100)
    path = service.engine.settings.store_of(key)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"no database" * 1_000)
    listed = {each["name"]: each for each in service.http.get("/v1/collections").json()["collections"]}
    assert "restore" in listed["broken"]["error"]
    assert "error" not in listed["default"]
    assert code(service.http.get("/v1/documents", params={"collection": "broken"})) == (503, "store_damaged")
    assert service.http.get("/metrics").status_code == 200
    assert service.http.delete("/v1/collections/broken").status_code == 204
    assert "broken" not in collections(service)
