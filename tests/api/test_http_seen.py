"""A service as seen from outside: /metrics, spans, and log lines that name their request."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from api import runtime
from api.cli import main
from api.cli.status import _problems
from api.runtime import ChildState, Runtime
from api.tracing import Tracing
from rag import logs
from tests.fakes import ScriptedModel
from tests.service import Serve, Service

QUESTION = {"question": "Where was al-Rifai killed?"}
DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."
STREAMED = {"Accept": "text/event-stream"}


class Seen:
    """A service with one place in line, and what it showed before a test began."""

    def __init__(self, service: Service, spans: InMemorySpanExporter) -> None:
        self.http = service.http
        self.service = service
        self._spans = spans
        spans.clear()
        self._before = self._values()

    def grown(self, name: str, **labels: str) -> float:
        """How much a metric grew since the test began."""
        key = (name, frozenset(labels.items()))
        return self._values().get(key, 0.0) - self._before.get(key, 0.0)

    def now(self, name: str, **labels: str) -> float:
        return self._values()[name, frozenset(labels.items())]

    def labels(self) -> set[str]:
        return {value for _, labels in self._values() for _, value in labels}

    def spans(self) -> list[ReadableSpan]:
        return list(self._spans.get_finished_spans())

    def _values(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        page = self.http.get("/metrics")
        assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        samples = (sample for family in text_string_to_metric_families(page.text) for sample in family.samples)
        return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


@pytest.fixture(scope="module")
def running(serve: Serve) -> Iterator[tuple[Service, InMemorySpanExporter]]:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    with serve(ScriptedModel(DRAFT), tracing=Tracing("local-model", provider), queue_limit=1) as service:
        yield service, spans


@pytest.fixture
def seen(running: tuple[Service, InMemorySpanExporter]) -> Seen:
    service, spans = running
    service.model.drafts = [DRAFT]
    return Seen(service, spans)


def test_an_answer_is_counted_with_the_time_of_its_stages(seen: Seen) -> None:
    assert seen.http.post("/v1/ask", json=QUESTION).json()["status"] == "answered"
    assert seen.grown("groundwire_answers_total", status="answered") == 1
    for stage in ("queue", "retrieve", "rank", "generate", "verify"):
        assert seen.grown("groundwire_stage_seconds_count", stage=stage) == 1
    assert seen.grown("groundwire_requests_total", method="POST", route="/v1/ask", status="200") == 1
    assert seen.now("groundwire_documents") == 1
    assert seen.now("groundwire_passages") >= 1
    assert seen.now("groundwire_disk_free_bytes") > 0
    assert seen.now("groundwire_process_resident_bytes", process="api") > 0
    assert seen.now("groundwire_part_ready", part="index") == 1


@pytest.mark.parametrize(
    ("draft", "reason"),
    [("", "no_draft"), ("Al-Rifai was killed in Paris by 700 men.", "number"), ("I do not know.", "support")],
)
def test_a_refusal_is_counted_by_its_reason(seen: Seen, draft: str, reason: str) -> None:
    seen.service.model.drafts = [draft]
    status = seen.http.post("/v1/ask", json=QUESTION).json()["status"]
    assert seen.grown("groundwire_answers_total", status=status) == 1
    assert seen.grown("groundwire_refusals_total", status=status, reason=reason) == 1


def test_no_label_says_what_was_asked_or_by_what_path(seen: Seen) -> None:
    seen.http.get("/v1/jobs/secret1?key=secret2")
    seen.http.get("/secret3")
    seen.http.request("PURGE", "/v1/ask")
    seen.http.post("/v1/search", json={"question": "secret5"})
    assert seen.grown("groundwire_requests_total", method="GET", route="/v1/jobs/{job_id}", status="404") == 1
    assert seen.grown("groundwire_requests_total", method="GET", route="none", status="404") == 1
    assert seen.grown("groundwire_requests_total", method="other", route="/v1/ask", status="405") == 1
    assert seen.grown("groundwire_problems_total", code="no_such_path") == 1
    assert not [label for label in seen.labels() if "secret" in label.lower()]


def test_the_line_and_those_it_turned_away_are_shown(seen: Seen) -> None:
    model = seen.service.model
    model.pause()
    asking = [threading.Thread(target=seen.http.post, args=("/v1/ask",), kwargs={"json": QUESTION}) for _ in range(2)]
    try:
        for thread in asking:
            thread.start()
        seen.service.until_waiting(1)
        assert (seen.now("groundwire_questions_running"), seen.now("groundwire_questions_waiting")) == (1, 1)
        assert seen.http.post("/v1/ask", json=QUESTION).status_code == 503
    finally:
        model.resume()
        for thread in asking:
            thread.join()
    assert seen.grown("groundwire_questions_rejected_total") == 1
    assert seen.grown("groundwire_problems_total", code="overloaded") == 1
    assert seen.now("groundwire_questions_running") == 0


def test_what_waits_to_be_taken_in_shows_as_lag_and_its_log_names_the_request(
    seen: Seen, caplog: pytest.LogCaptureFixture
) -> None:
    assert seen.now("groundwire_ingest_lag_seconds") == 0
    body = {"documents": [{"id": "late", "text": "Rain fell on Oslo."}, {"id": "none", "text": ""}]}
    caplog.handler.addFilter(logs.mark)
    with caplog.at_level(logging.INFO):
        job = seen.http.post("/v1/documents", json=body, headers={"X-Request-ID": "r-7"}).json()
        assert seen.now("groundwire_ingest_waiting_documents") == 2
        assert seen.now("groundwire_ingest_lag_seconds") > 0
        seen.service.work()
    assert seen.now("groundwire_ingest_lag_seconds") == 0
    assert seen.grown("groundwire_ingest_failed_documents") == 1
    taken = [vars(record) for record in caplog.records if record.getMessage() == "documents were taken in"]
    (line,) = [line for line in taken if line["job_id"] == job["job_id"]]
    assert (line["request_id"], line["added"], line["failed"], line["codes"]) == ("r-7", 1, 1, ["empty_text"])
    assert "Oslo" not in caplog.text


def test_processes_are_shown_and_status_says_what_to_do_about_each_problem(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = seen.service.engine.settings.data
    monkeypatch.setenv("GROUNDWIRE_DATA", str(data))
    monkeypatch.setenv("GROUNDWIRE_MODEL_URL", "http://127.0.0.1:9/v1")

    def status(*children: ChildState) -> tuple[int, dict[str, Any], str]:
        runtime.write(data, Runtime(os.getpid(), seen.service.url, "", "", children))
        told = CliRunner().invoke(main, ["status", "--json"])
        return told.exit_code, json.loads(told.stdout), CliRunner().invoke(main, ["status"]).output

    well = ChildState("api", os.getpid(), "running", 0, "", "api.log")
    with runtime.alone(data):
        code, report, text = status(well)
        assert (code, report["problems"]) == (0, [])
        assert report["ingest"]["waiting"] == 0
        assert report["disk"]["free"] > 0
        assert "queue 0 documents wait" in text
        broken = ChildState("worker", None, "broken", 8, "was ended by SIGKILL", "worker.log")
        code, report, text = status(well, broken)
        assert code == 1
        (problem,) = report["problems"]
        assert problem["problem"] == "worker was ended by SIGKILL again and again"
        assert "worker.log says why" in problem["remedy"]
        assert f"! {problem['problem']}\n  → {problem['remedy']}" in text
        assert seen.now("groundwire_child_restarts_total", child="worker") == 8
        assert seen.now("groundwire_child_running", child="worker") == 0
        assert seen.now("groundwire_child_running", child="api") == 1
        assert seen.now("groundwire_process_resident_bytes", process="supervisor") > 0


def test_status_tells_a_low_disk_and_long_waiting_documents(seen: Seen) -> None:
    report: dict[str, Any] = {
        "running": True,
        "parts": {"index": {"ok": False, "detail": "it holds 2 of 3 passages yet"}},
        "processes": [],
        "collections": [
            {"name": "default", "waiting": 3, "lag_seconds": 1_800.0, "failed": 2, "given_up": 2},
            {"name": "sport", "error": "it is missing"},
            {"name": "archive", "waiting": 0, "lag_seconds": 0.0, "failed": 2, "given_up": 7},
        ],
        "disk": {"free": 2**20},
    }
    problems = _problems(seen.service.engine.settings.model_copy(update={"model_url": "http://127.0.0.1:9"}), report)
    assert [problem["problem"].partition(" ")[0] for problem in problems] == [
        "index:",
        "3",
        "2",
        "the",
        "7",
        "only",
    ]
    assert all(problem["remedy"] for problem in problems)
    assert problems[3]["problem"] == "the store of sport cannot be read: it is missing"
    assert problems[4]["problem"].startswith("7 documents of archive were given up")
    assert "`groundwire jobs requeue JOB --collection archive`" in problems[4]["remedy"]


def test_every_collection_is_counted_and_one_that_is_lost_is_named(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = seen.service.engine.settings
    monkeypatch.setenv("GROUNDWIRE_DATA", str(settings.data))
    monkeypatch.setenv("GROUNDWIRE_MODEL_URL", "http://127.0.0.1:9/v1")
    before = {name: seen.now(f"groundwire_{name}") for name in ("documents", "ingest_waiting_documents")}
    documents = [{"text": "One."}, {"text": "Two."}, {"text": ""}]
    added = seen.http.post("/v1/documents", json={"documents": documents, "collection": "sport"})
    assert seen.now("groundwire_ingest_waiting_documents") == before["ingest_waiting_documents"] + 3
    seen.service.work()
    assert seen.now("groundwire_documents") == before["documents"] + 2
    listed = CliRunner().invoke(main, ["jobs", "list", "--collection", "sport", "--base", seen.service.url])
    assert added.json()["job_id"] in listed.output
    shown = CliRunner().invoke(
        main, ["jobs", "show", added.json()["job_id"], "--collection", "sport", "--base", seen.service.url]
    )
    assert "empty_text" in shown.output

    def report() -> dict[str, Any]:
        told: dict[str, Any] = json.loads(CliRunner().invoke(main, ["status", "--json"]).stdout)
        return told

    default, sport = report()["collections"]
    assert (default["name"], sport["name"], sport["documents"], sport["failed"]) == ("default", "sport", 2, 1)
    assert report()["collection"]["documents"] == default["documents"] + 2
    assert re.search(r"^  sport +2 documents, 2 passages$", CliRunner().invoke(main, ["status"]).output, re.MULTILINE)
    key = seen.service.engine.store.key_of("sport")
    settings.store_of(key or "").rename(settings.data / "away")
    missing = [each for each in report()["problems"] if "sport" in each["problem"]]
    assert "is missing" in missing[0]["problem"]
    assert "groundwire collections --delete sport" in missing[0]["remedy"]
    (settings.data / "away").rename(settings.store_of(key or ""))
    seen.http.delete("/v1/collections/sport").raise_for_status()


def test_the_registry_of_one_app_knows_nothing_of_another() -> None:
    from api.metrics import Metrics, Snapshot

    one, other = Metrics(), Metrics()
    one.problem("overloaded")
    assert b'code="overloaded"' in one.page(Snapshot())
    assert b'code="overloaded"' not in other.page(Snapshot())


def by_name(spans: list[ReadableSpan]) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans}


@pytest.mark.parametrize("headers", [{}, STREAMED])
def test_a_question_is_a_span_with_its_stages_in_the_callers_trace(seen: Seen, headers: dict[str, str]) -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    called = {"traceparent": f"00-{trace_id}-b7ad6b7169203331-01", "X-Request-ID": "r-8"}
    assert "Anbar" in seen.http.post("/v1/ask", json=QUESTION, headers=headers | called).text
    spans = seen.spans()
    names = by_name(spans)
    assert set(names) == {"ask", "retrieve", "rank", "chat local-model", "verify"}
    assert {f"{span.context.trace_id:032x}" for span in spans} == {trace_id}
    ask = names["ask"]
    assert attributes(ask)["groundwire.status"] == "answered"
    assert attributes(ask)["groundwire.request_id"] == "r-8"
    for span in spans:
        if span is not ask:
            assert span.parent is not None
            assert span.parent.span_id == ask.context.span_id
            assert times(ask)[0] <= times(span)[0] <= times(span)[1]
    assert times(names["retrieve"])[1] <= times(names["rank"])[1] <= times(names["verify"])[1]
    chat = attributes(names["chat local-model"])
    assert chat["gen_ai.operation.name"] == "chat"
    assert chat["gen_ai.request.model"] == "local-model"
    assert not [value for span in spans for value in attributes(span).values() if "Rifai" in str(value)]


def test_a_question_that_fails_is_a_span_that_says_so(seen: Seen) -> None:
    def fails(_: object) -> str:
        raise RuntimeError("never shown")

    seen.service.model.drafts = [fails]
    assert seen.http.post("/v1/ask", json=QUESTION).status_code == 500
    (ask,) = seen.spans()
    assert not ask.status.is_ok
    assert attributes(ask)["error.type"] == "RuntimeError"
    assert seen.grown("groundwire_problems_total", code="internal_error") == 1


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def times(span: ReadableSpan) -> tuple[int, int]:
    assert span.start_time is not None
    assert span.end_time is not None
    return span.start_time, span.end_time


def test_every_metric_is_documented_and_no_other(seen: Seen) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    rows = re.findall(r"^\| (`groundwire_.+?) \|", page, re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    families = text_string_to_metric_families(seen.http.get("/metrics").text)
    shown = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    assert shown == documented
