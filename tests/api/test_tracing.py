"""OpenTelemetry's variables say whether spans are sent, and what is not installed is no reason to end."""

from __future__ import annotations

import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api import tracing
from api.tracing import Tracing
from rag.errors import Overloaded
from rag.types import Lap, Refusal, Status
from rag.usage import Usage

EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
REFUSAL = Refusal("ans_1", Status.NOT_FOUND, "No article.", (), "m", {"total": 1})


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*tracing.CONFIGURED, "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_is_sent_unless_an_endpoint_is_named_and_the_sdk_is_not_disabled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not tracing.export()
    monkeypatch.setenv(tracing.CONFIGURED[0], "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not tracing.export()


def test_without_an_exporter_a_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(tracing.CONFIGURED[0], "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, EXPORTER, None)
    assert not tracing.export()
    assert "groundwire[traces]" in caplog.text


def test_tokens_are_told_on_the_last_call_of_the_model_and_a_vendor_is_named() -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    span = Tracing("ollama:llama3", provider).ask({}, None)
    span.turn()
    laps = [Lap("retrieve", 0, 1), Lap("generate", 1, 2), Lap("verify", 2, 3), Lap("generate", 3, 4)]
    span.completed(REFUSAL, laps, Usage(30, 5))
    span.end()
    first, last = (span for span in spans.get_finished_spans() if span.name == "chat llama3")
    assert "gen_ai.usage.input_tokens" not in (first.attributes or {})
    assert dict(last.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "ollama",
        "gen_ai.request.model": "llama3",
        "gen_ai.usage.input_tokens": 30,
        "gen_ai.usage.output_tokens": 5,
    }
    assert (last.start_time or 0) - (first.start_time or 0) == 2_000_000_000


def test_an_error_is_told_by_its_code() -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    span = Tracing("local", provider).ask({}, "r-1")
    span.failed(Overloaded("full", 3))
    span.end()
    (ask,) = spans.get_finished_spans()
    assert dict(ask.attributes or {}) == {"groundwire.request_id": "r-1", "error.type": "overloaded"}
