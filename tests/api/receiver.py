"""A receiver of traces: OTLP over HTTP, as a collector takes it, on loopback."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Receiver:
    """What was sent to `url`, as it came and as what it means. `answers` is set while replies are given."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.raw: list[bytes] = []
        self.came = threading.Event()
        self.answers = threading.Event()
        self.answers.set()

    def resources(self) -> list[dict[str, str]]:
        """The attributes of each sender."""
        return [
            {each.key: each.value.string_value for each in one.resource.attributes}
            for raw in self.raw
            for one in ExportTraceServiceRequest.FromString(raw).resource_spans
        ]

    def spans(self) -> list[Span]:
        return [
            span
            for raw in self.raw
            for sender in ExportTraceServiceRequest.FromString(raw).resource_spans
            for scope in sender.scope_spans
            for span in scope.spans
        ]


def told(span: Span) -> dict[str, str | int]:
    """The attributes of a span."""
    found: dict[str, str | int] = {}
    for each in span.attributes:
        kind = each.value.WhichOneof("value")
        assert kind in ("string_value", "int_value"), each
        found[each.key] = each.value.string_value if kind == "string_value" else each.value.int_value
    return found


@contextmanager
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.raw.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            made.came.set()
            made.answers.wait()
            reply = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Receiver(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield made
        finally:
            made.answers.set()
            server.shutdown()
