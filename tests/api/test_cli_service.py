"""The command line against a running service; only the language model is scripted."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import REFUSED, main
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID, Serve, Service

DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."


@pytest.fixture
def service(serve: Serve) -> Iterator[Service]:
    with serve(ScriptedModel(DRAFT)) as running:
        yield running


def run(service: Service, *arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, [*arguments, "--base", service.url], input=text)


def test_an_answer_is_printed_with_its_quotes_and_where_they_are_from(service: Service) -> None:
    result = run(service, "ask", "Where was al-Rifai killed?")
    assert result.exit_code == 0, result.output
    sentence, _, citation, quote = result.output.splitlines()[:4]
    assert sentence == f"{DRAFT} [1]"
    assert citation == f"[1] {ARTICLE_ID}"
    assert "Anbar Province" in quote


def test_an_answer_as_json_is_the_body_of_the_reply(service: Service) -> None:
    reply = json.loads(run(service, "ask", "Where was al-Rifai killed?", "--json").output)
    assert reply["status"] == "answered"
    assert reply["citations"][0]["document_id"] == ARTICLE_ID


def test_a_refusal_is_its_reason_and_exit_code_3(service: Service) -> None:
    result = run(service, "ask", "Where was al-Rifai killed?", "--source", "nobody")
    assert result.exit_code == REFUSED
    assert result.output.strip()
    assert "[1]" not in result.output


def test_a_wrong_date_is_wrong_usage_in_one_line(service: Service) -> None:
    result = run(service, "ask", "Where?", "--as-of", "yesterday")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_search_prints_passages_in_rank_order(service: Service) -> None:
    result = run(service, "search", "airstrike in Anbar Province", "--limit", "2")
    assert result.exit_code == 0
    assert result.output.startswith(f"1. {ARTICLE_ID}")
    assert "airstrike in Anbar Province" in result.output


def test_articles_are_added_and_failures_listed(service: Service, tmp_path: Path) -> None:
    (tmp_path / "bridge.txt").write_text("The bridge of Aldermoor was opened on Monday.")
    (tmp_path / "empty.txt").write_text("")
    worker = threading.Thread(target=_work, args=(service, stop := threading.Event()))
    worker.start()
    try:
        result = run(service, "add", str(tmp_path), "--json")
        piped = run(service, "add", "-", text="The canal of Omega is closed.")
    finally:
        stop.set()
        worker.join()
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["counts"] == {"total": 2, "added": 1, "updated": 0, "unchanged": 0, "failed": 1}
    assert [(failure["id"], failure["code"]) for failure in report["failures"]] == [("empty", "empty_text")]
    assert piped.exit_code == 0
    assert piped.stdout == "1 added, 0 updated, 0 unchanged, 0 failed\n"
    found = run(service, "search", "When was the bridge of Aldermoor opened?", "--limit", "1")
    assert found.output.startswith("1. bridge")


def test_a_file_of_lines_goes_as_a_stream_and_its_job_can_be_shown_and_queued_again(
    service: Service, tmp_path: Path
) -> None:
    good = [json.dumps({"id": f"tram{n}", "text": f"Tram {n} of Aldermoor runs again."}) for n in range(3)]
    (tmp_path / "big.jsonl").write_text("\n".join([*good, "{no", "{}"]))
    worker = threading.Thread(target=_work, args=(service, stop := threading.Event()))
    worker.start()
    try:
        result = run(service, "add", str(tmp_path / "big.jsonl"), "--json")
        piped = run(service, "add", "-", "--as", "jsonl", "--json", text="\n".join([*good, "{no", '{"text": "New."}']))
    finally:
        stop.set()
        worker.join()
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["counts"] == {"total": 5, "added": 3, "updated": 0, "unchanged": 0, "failed": 2}
    assert [failure["id"] for failure in report["failures"]] == ["big.jsonl:4", "big.jsonl:5"]
    (job_id,) = report["jobs"]
    shown = run(service, "jobs", "show", job_id).output
    assert "5 of 5, 3 added, 2 failed" in shown
    assert "stream complete after 5 lines" in shown
    every = json.loads(run(service, "jobs", "show", job_id, "--failures", "--json").output)
    assert [failure["line"] for failure in every["failures"]] == [4, 5]
    assert job_id in run(service, "jobs", "list", "--state", "succeeded").output
    assert run(service, "jobs", "list", "--state", "failed").output == ""
    assert run(service, "jobs", "requeue", job_id).output == "0 queued again\n"
    assert run(service, "jobs", "show", "job_x").exit_code == 2
    through_the_pipe = json.loads(piped.stdout)
    assert through_the_pipe["counts"] == {"total": 5, "added": 1, "updated": 0, "unchanged": 3, "failed": 1}
    assert [failure["id"] for failure in through_the_pipe["failures"]] == ["stdin.jsonl:4"]
    assert "5 of 5" in run(service, "jobs", "cancel", *through_the_pipe["jobs"]).output


def _work(service: Service, stop: threading.Event) -> None:
    """The ingest worker's work, until told to stop."""
    while not stop.wait(0.05):
        service.work()
