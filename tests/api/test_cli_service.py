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


def _work(service: Service, stop: threading.Event) -> None:
    """The ingest worker's work, until told to stop."""
    while not stop.wait(0.05):
        service.work()
