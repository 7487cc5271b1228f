"""What the OpenAPI description says holds: schemathesis makes requests of it, and holds the replies to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes import ScriptedModel
from tests.service import Serve, Service

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
PHASES = os.environ.get("FUZZ_PHASES", "examples,coverage,fuzzing,stateful").split(",")
ONLY = os.environ.get("FUZZ_ONLY")

def nowhere(host: str, port: int) -> list[Any]:
    raise OSError("no name is looked up in a test")


@pytest.fixture(scope="module")
def own(serve: Serve) -> Iterator[Service]:
    from ingest.fetch import Fetcher

    model = ScriptedModel("Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15.")
    with serve(model, fetcher=Fetcher(resolve=nowhere)) as service:
        yield service


def test_the_service_does_what_its_description_says(own: Service) -> None:
    import schemathesis, collections, time
    from schemathesis.config import SchemathesisConfig
    from schemathesis.engine import from_schema, events

    config = SchemathesisConfig.from_dict({
        "seed": 1, "continue-on-failure": True,
        "generation": {"max-examples": EXAMPLES, "deterministic": False, "database": "none", "no-shrink": True},
        "phases": {p: {"enabled": p in PHASES} for p in ("examples", "coverage", "fuzzing", "stateful")},
    } | ({"checks": {"positive_data_acceptance": {"enabled": True}}}))
    print(config)
    schema = schemathesis.openapi.from_url(f"{own.url}/openapi.json", config=config)
    if ONLY: schema = schema.include(path=ONLY)
    began = time.monotonic()
    n = collections.Counter()
    for event in from_schema(schema).execute():
        if isinstance(event, events.PhaseStarted): print(event.phase.name, time.monotonic() - began)
        if isinstance(event, (events.ScenarioFinished)):
            n[event.phase, event.recorder.label] += len(event.recorder.interactions)
        if isinstance(event, events.NonFatalError): print("ERR", event.info, event.label, repr(event.value)[:500])
        if isinstance(event, events.FatalError): raise event.exception
        if isinstance(event, events.EngineFinished): last = event
    print(last.stop_reason, time.monotonic() - began)
    for k, v in sorted(n.items(), key=lambda kv: -kv[1])[:60]: print(k, v)
    for f in last.failures: 
        print("FAIL", type(f).__name__, f.operation, f.title, str(f.message)[:600], getattr(f, "case_id", ""))
    print(own.http.get("/readyz").text)
    assert not last.failures
