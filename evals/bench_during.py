"""How long asks and searches take while articles are taken in, beside how long the same take while nothing is.

A part of `evals.bench_ingest`, with the real model: the questions on `seeds/` are asked of a service that holds these
articles, first with nothing else to do, then with more made articles waiting than it can take in meanwhile. These go
to a collection of their own, so that both times the same is read and drafted.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from evals.bench import HERE, SEARCHES
from evals.client import Client
from evals.measures import percentile
from evals.questions import choose, read_set
from evals.service import serving
from evals.wire import facts, text, write
from rag.errors import GroundwireError
from rag.types import FINAL, NewDocument

ASKS = 20
WAITING = 6_000
"""More than can be taken in while so much is asked."""

Spread = dict[str, dict[str, float]]


def made(count: int) -> Iterator[NewDocument]:
    """Articles made by rule, of a usual length."""
    for number in range(count):
        draw = random.Random(number)
        yield NewDocument(text(write(draw, facts(draw, draw.randrange(8, 30)), 0)), f"made-{number}")


def during(data: Path) -> dict[str, Spread]:
    """Seconds of an ask and of a search, median and 95th percentile, `idle` and `during` ingest.

    Raises `GroundwireError` where an ask fails, and where all articles were taken in before the last was asked.
    """
    questions = [question for question in read_set(HERE / "sets" / "seeds").questions if question.answerable]
    asked = [question.body() for question in choose(questions, ASKS)]
    with serving(data) as service, closing(Client(service.base)) as client:
        client.ask(asked[0])
        times = {"idle": _times(client, asked)}
        body = "".join(json.dumps({"text": each.text, "id": each.id}) + "\n" for each in made(WAITING))
        posted = httpx.post(
            f"{service.base}/v1/documents",
            params={"collection": "made"},
            content=body,
            headers={"Content-Type": "application/x-ndjson"},
            timeout=300,
        )
        job = posted.raise_for_status().json()["job_id"]
        times["during"] = _times(client, asked)
        if httpx.get(f"{service.base}/v1/jobs/{job}", params={"collection": "made"}).json()["state"] in FINAL:
            raise GroundwireError("all articles were taken in before the last question was asked")
    return {what: {when: _spread(each[what]) for when, each in times.items()} for what in ("ask", "search")}


def told(spreads: dict[str, Spread]) -> list[str]:
    """Both, and how many times as long it takes during ingest."""
    lines = [f"{'':<10}{'idle p50':>12}{'p95':>10}{'during p50':>14}{'p95':>10}{'times: p50':>14}{'p95':>8}"]
    for what, spread in spreads.items():
        idle, busy = spread["idle"], spread["during"]
        lines.append(
            f"{what:<10}{idle['p50']:>10.3f} s{idle['p95']:>8.3f} s{busy['p50']:>12.3f} s{busy['p95']:>8.3f} s"
            f"{busy['p50'] / idle['p50']:>14.2f}{busy['p95'] / idle['p95']:>8.2f}"
        )
    return lines


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    return {"p50": percentile(seconds, 50) or 0.0, "p95": percentile(seconds, 95) or 0.0}


def _times(client: Client, asked: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """Seconds of each ask, and of `SEARCHES` searches."""
    return {
        "ask": [_asked(client, body) for body in asked],
        "search": [_searched(client, asked[number % len(asked)]) for number in range(SEARCHES)],
    }


def _asked(client: Client, body: dict[str, Any]) -> float:
    reply = client.ask(body)
    if reply.error:
        raise GroundwireError(reply.error)
    return reply.seconds


def _searched(client: Client, body: dict[str, Any]) -> float:
    began = time.perf_counter()
    client.search(body, 10)
    return time.perf_counter() - began
