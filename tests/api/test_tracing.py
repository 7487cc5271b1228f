"""OpenTelemetry's variables say whether spans are sent, and what is not installed is no reason to end."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api import tracing
from api.tracing import Tracing
from rag.errors import Overloaded
from rag.seams import Message
from rag.types import Lap, Refusal, Status
from rag.usage import Usage, count
from tests.api.receiver import Receiver, receiver, told
from tests.fakes import ScriptedModel
from tests.service import Serve

EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."
REFUSAL = Refusal("ans_1", Status.NOT_FOUND, "No article.", (), "m", {"total": 1})


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*tracing.CONFIGURED, "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_is_sent_unless_an_endpoint_is_named_and_the_sdk_is_not_disabled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert tracing.sending() is None
    monkeypatch.setenv(tracing.CONFIGURED[0], "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert tracing.sending() is None


def test_without_an_exporter_a_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(tracing.CONFIGURED[0], "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, EXPORTER, None)
    assert tracing.sending() is None
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


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver that OpenTelemetry's variables name. What is not sent at the end is not sent while a test runs."""
    with receiver() as made:
        monkeypatch.setenv(tracing.CONFIGURED[0], made.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-token=s3cret")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
        for name in ("OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT"):
            monkeypatch.setenv(name, "600000")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "600")
        yield made


class Counted(ScriptedModel):
    """One that tells its tokens, as the real one does."""

    async def stream(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
        async for word in super().stream(messages, max_tokens):
            yield word
        count({"input_tokens": 300, "output_tokens": 20})


def test_a_service_that_ends_has_sent_its_spans_and_no_word_of_anybody(serve: Serve, collector: Receiver) -> None:
    trace_id, parent_id = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    headers = {"traceparent": f"00-{trace_id}-{parent_id}-01", "X-Request-ID": "r-7", "Cookie": "c=k3ks"}
    with serve(Counted(DRAFT), tracing=Tracing("qwen2.5-1.5b", tracing.sending())) as service:
        reply = service.http.post("/v1/ask", json={"question": "Where was al-Rifai killed?"}, headers=headers).json()
        assert reply["status"] == "answered"
        assert not collector.raw
    assert {sender["service.name"] for sender in collector.resources()} == {"groundwire"}
    assert {sender["deployment.environment"] for sender in collector.resources()} == {"test"}
    spans = {span.name: span for span in collector.spans()}
    assert {"ask", "retrieve", "rank", "verify", "chat qwen2.5-1.5b"} <= spans.keys()
    assert {span.trace_id.hex() for span in spans.values()} == {trace_id}
    ask = spans.pop("ask")
    assert ask.parent_span_id.hex() == parent_id
    assert {span.parent_span_id for span in spans.values()} == {ask.span_id}
    for span in spans.values():
        assert ask.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
    assert told(ask) == {
        "groundwire.request_id": "r-7",
        "groundwire.status": "answered",
        "groundwire.answer_id": reply["id"],
    }
    assert told(spans["chat qwen2.5-1.5b"]) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "llama.cpp",
        "gen_ai.request.model": "qwen2.5-1.5b",
        "gen_ai.usage.input_tokens": 300,
        "gen_ai.usage.output_tokens": 20,
    }
    sent = b"".join(collector.raw)
    for word in (b"Rifai", b"Anbar", b"killed", b"s3cret", b"k3ks"):
        assert word not in sent


def test_a_receiver_that_does_not_answer_does_not_keep_the_service_from_ending(
    collector: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "LAST_SECONDS", 0.1)
    collector.answers.clear()
    made = Tracing("local", tracing.sending())
    made.ask({}, None).end()
    made.close()  # would wait for ten minutes
    assert collector.came.wait(120)
    assert not collector.answers.is_set()
