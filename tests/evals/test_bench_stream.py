"""The measurement of long streams: what is sent, and what is made of the figures."""

from __future__ import annotations

import json
from typing import Any

from evals.bench_stream import done, lines, table


def test_the_stream_has_a_document_of_its_own_a_line() -> None:
    every = b"".join(lines(450)).splitlines()
    assert len({json.loads(line)["id"] for line in every}) == 450
    assert every == b"".join(lines(450)).splitlines(), "the same ones every time"


def test_what_is_wanted_stands_beside_what_was_found() -> None:
    counts = {"total": 4, "added": 1, "updated": 0, "unchanged": 1, "failed": 1}
    found: dict[str, Any] = {
        "documents": 4,
        "receiving": 2.0,
        "api_more": 21.0,
        "done": done({"counts": counts}),
        "rate": 3.0,
        "left": 60.0,
    }
    found |= {"memory": {"ingest.worker": {"before": 1.0, "most": 900.0}}, "disk": {"chroma": 7.0}, "wrong": ["no"]}
    found |= {"delete_ms": 5.0, "cancel_ms": 6.0, "ended": {"state": "succeeded", "counts": counts}}
    said = "\n".join(table(found | {"asked": {"idle, job": {"p50": 1.0, "p95": 2.0, "most": 3.0}}}))
    assert "2 a second" in said
    assert "21 MB more" in said
    assert "900 MB at most, 3 documents in" in said
    assert said.endswith("! no")
