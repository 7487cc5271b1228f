"""Traces, by OpenTelemetry's semantic conventions for generative AI. The names of these are here and nowhere else.

Only the API is needed, and without an SDK it does nothing. `sending` makes what sends spans where the OTEL_* variables
say, if the extra `traces` is installed. No question, answer or passage is ever part of a span.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider
from opentelemetry.util.types import Attributes

from rag.errors import GroundwireError
from rag.types import Answer, Lap, Refusal
from rag.usage import Usage

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider as Sending

log = logging.getLogger("groundwire.api")

ASK, CHAT = "ask", "chat"
OPERATION, MODEL = "gen_ai.operation.name", "gen_ai.request.model"
PROVIDER, LOCAL = "gen_ai.provider.name", "llama.cpp"
READ, WRITTEN = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
ERROR = "error.type"
CONFIGURED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
LAST_SECONDS = 2.0
"""How long spans that were not sent yet may hold up the end of the service."""
_NANOSECONDS = 1_000_000_000


class Tracing:
    """Makes spans: `ask`, and in it one for each stretch of `retrieve`, `rank`, `chat` (the model) and `verify`."""

    def __init__(self, model: str, provider: TracerProvider | None = None) -> None:
        """`model` as the settings name it. Without a provider it is that of the process, which usually does nothing."""
        self._provider = provider
        vendor, _, name = model.rpartition(":")
        self._model = {PROVIDER: vendor or LOCAL, MODEL: name}
        self._tracer = trace.get_tracer("groundwire", tracer_provider=provider)

    def close(self) -> None:
        """Send what was not sent yet, and no more from then on. Waits for a receiver for `LAST_SECONDS` at most."""
        shutdown = getattr(self._provider, "shutdown", None)
        if shutdown is None:  # nothing is sent
            return
        ending = threading.Thread(target=shutdown, name="spans", daemon=True)
        ending.start()
        ending.join(LAST_SECONDS)

    def ask(self, headers: Mapping[str, str], request_id: str | None) -> AskSpan:
        """The span of one question, in the trace that the request's `traceparent` names, if it names one."""
        context = propagate.extract(dict(headers))
        named = {"groundwire.request_id": request_id} if request_id else {}
        return AskSpan(self._tracer, self._tracer.start_span(ASK, context, SpanKind.SERVER, named), self._model)


class AskSpan:
    """The span of a question while it is answered; `end` it."""

    def __init__(self, tracer: trace.Tracer, span: Span, model: Mapping[str, str]) -> None:
        self._tracer = tracer
        self._span = span
        self._model = model
        self._began: int | None = None

    def turn(self) -> None:
        """The question has waited for its turn, and is put now."""
        self._began = time.time_ns()

    def completed(self, reply: Answer | Refusal, laps: Sequence[Lap], usage: Usage) -> None:
        """Make the spans of the stages. The tokens of all calls of the model are told on the last of its spans."""
        self._span.set_attributes({"groundwire.status": reply.status, "groundwire.answer_id": reply.id})
        last = max((place for place, lap in enumerate(laps) if lap.stage == "generate"), default=None)
        for place, lap in enumerate(laps):
            self._lap(lap, usage if place == last else Usage())

    def failed(self, error: BaseException) -> None:
        code = error.code if isinstance(error, GroundwireError) else type(error).__name__
        self._span.set_status(Status(StatusCode.ERROR))
        self._span.set_attribute(ERROR, code)

    def end(self) -> None:
        self._span.end()

    def _lap(self, lap: Lap, usage: Usage) -> None:
        began = self._began or time.time_ns()
        context = trace.set_span_in_context(self._span)
        start, end = (began + round(seconds * _NANOSECONDS) for seconds in (lap.start, lap.end))
        if lap.stage == "generate":
            told = {READ: usage.read, WRITTEN: usage.written}
            attributes: Attributes = {
                OPERATION: CHAT,
                **self._model,
                **{key: n for key, n in told.items() if n is not None},
            }
            name = f"{CHAT} {self._model[MODEL]}"
            span = self._tracer.start_span(name, context, SpanKind.CLIENT, attributes, start_time=start)
        else:
            span = self._tracer.start_span(lap.stage, context, start_time=start)
        span.end(end)


def sending() -> Sending | None:
    """What sends spans by OTLP over HTTP to the endpoint that OpenTelemetry's variables name; None where none does."""
    if (
        not any(os.environ.get(name) for name in CONFIGURED)
        or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    ):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider as Provider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("OTEL_* names an endpoint, but traces need more: pip install 'groundwire[traces]'")
        return None
    resource = Resource({SERVICE_NAME: "groundwire"}).merge(OTELResourceDetector().detect())
    # The app ends it; the process is ended by a signal, and so by nothing that waits for its regular exit.
    provider = Provider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
