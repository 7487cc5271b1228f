"""What a service did and how it is, for Prometheus. Labels come from fixed sets: never a path, a question or a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.runtime import ChildState
from rag.store import Backlog, Counts
from rag.types import Answer, Refusal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_DRAFT, TOO_LITTLE_SUPPORT = "no_draft", "support"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a service is at one moment. What could not be found out is None, or is missing."""

    running: int = 0
    waiting: int = 0
    parts: Mapping[str, str | None] = field(default_factory=dict)
    counts: Counts | None = None
    backlog: Backlog | None = None
    children: tuple[ChildState, ...] = ()
    memory: Mapping[str, int] = field(default_factory=dict)
    disk_free: int | None = None


class Metrics:
    """Counts from the start of one app on, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._stages = Histogram(
            "groundwire_stage_seconds",
            "Time a question spent in a stage: queue, understand, retrieve, rank, generate, verify.",
            ["stage"],
            registry=registry,
            buckets=SECONDS,
        )
        self._answers = Counter("groundwire_answers", "Replies to questions.", ["status"], registry=registry)
        self._refusals = Counter(
            "groundwire_refusals",
            "Refusals, by the check that the best draft failed, support, or no_draft.",
            ["status", "reason"],
            registry=registry,
        )
        self._tokens = Counter(
            "groundwire_model_tokens", "Tokens, where the model tells them.", ["kind"], registry=registry
        )
        self._requests = Counter("groundwire_requests", "Requests.", ["method", "route", "status"], registry=registry)
        self._durations = Histogram(
            "groundwire_request_seconds", "Time to the end of a reply.", ["route"], registry=registry, buckets=SECONDS
        )
        self._problems = Counter("groundwire_problems", "Errors that clients were told.", ["code"], registry=registry)
        self._rejected = Counter("groundwire_questions_rejected", "Questions met by a full line.", registry=registry)

    def stage(self, stage: str, seconds: float) -> None:
        self._stages.labels(stage).observe(seconds)

    def replied(self, reply: Answer | Refusal) -> None:
        """An answer or a refusal was completed."""
        self._answers.labels(reply.status).inc()
        for stage, milliseconds in reply.timings_ms.items():
            if stage != "total":
                self.stage(stage, milliseconds / 1000)
        if isinstance(reply, Refusal):
            self._refusals.labels(reply.status, refused_for(reply)).inc()

    def tokens(self, read: int | None, written: int | None) -> None:
        for kind, count in (("read", read), ("written", written)):
            if count is not None:
                self._tokens.labels(kind).inc(count)

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request to a route, given as its template, has ended."""
        self._requests.labels(method if method in METHODS else "other", route, status).inc()
        self._durations.labels(route).observe(seconds)

    def problem(self, code: str) -> None:
        """A client was told an error."""
        self._problems.labels(code).inc()
        if code == "overloaded":
            self._rejected.inc()

    def page(self, now: Snapshot) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(_Page(self._registry, now))


class _Page(CollectorRegistry):
    """What was counted, and how things are now."""

    def __init__(self, counted: CollectorRegistry, now: Snapshot) -> None:
        super().__init__()
        self.register(_Counted(counted))
        self.register(_Now(now))


class _Counted(Collector):
    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            # when each series began is another series for every one there is, and nobody asks
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class _Now(Collector):
    def __init__(self, now: Snapshot) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        now = self._now
        yield _gauge("questions_running", "Questions being answered.", now.running)
        yield _gauge("questions_waiting", "Questions waiting for the model.", now.waiting)
        parts = {part: float(wrong is None) for part, wrong in now.parts.items()}
        yield _gauges("part_ready", "Whether a part can answer.", "part", parts)
        if now.counts:
            yield _gauge("documents", "Documents held.", now.counts.documents)
            yield _gauge("passages", "Passages held.", now.counts.passages)
        if now.backlog:
            yield _gauge("ingest_waiting_documents", "Documents not taken in yet.", now.backlog.waiting)
            yield _gauge("ingest_lag_seconds", "Age of the oldest job that is not done.", now.backlog.lag_seconds)
            yield _gauge("ingest_failed_documents", "Documents of all jobs that failed.", now.backlog.failed)
        restarts = CounterMetricFamily("groundwire_child_restarts", "Times started again.", labels=["child"])
        for child in now.children:
            restarts.add_metric([child.name], child.restarts)
        yield restarts
        running = {child.name: float(child.state == "running") for child in now.children}
        yield _gauges("child_running", "Whether a child process runs.", "child", running)
        yield _gauges("process_resident_bytes", "Memory of each process.", "process", now.memory)
        if now.disk_free is not None:
            yield _gauge("disk_free_bytes", "Room on the disk of the data folder.", now.disk_free)


def refused_for(refusal: Refusal) -> str:
    """The check that the best draft failed; `support` where it failed none; `no_draft` where there was none."""
    best = max(refusal.verdicts, key=lambda verdict: (-len(verdict.faults), verdict.support), default=None)
    if best is None:
        return NO_DRAFT
    return best.faults[0].check if best.faults else TOO_LITTLE_SUPPORT


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"groundwire_{name}", meaning, value=value)


def _gauges(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"groundwire_{name}", meaning, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
