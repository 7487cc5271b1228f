"""kill -9 of the worker, Chroma and the API at drawn moments of an ingest: afterwards every document is there once.

`FAULT_DOCUMENTS` says how many, and `FAULT_SEED` draws other moments; with 5,000 it is killed more often.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api import runtime
from api.client import Client
from api.keeper import Patience
from evals.service import Service, serving
from rag.adapters.chroma import ChromaIndex
from rag.compose import open_embedder
from rag.errors import GroundwireError
from rag.settings import load_settings
from rag.store import Store
from rag.types import Job, JobState
from tests.faults.test_kills import kill, pids
from tests.modelserver import model_server

pytestmark = pytest.mark.fault

DOCUMENTS = int(os.environ.get("FAULT_DOCUMENTS", "120"))
SEED = int(os.environ.get("FAULT_SEED", "1"))
WAIT_SECONDS = 300.0 + DOCUMENTS / 5
INGESTING = ("worker", "chroma", "api")
NDJSON = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "killed"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service without a language model of its own: nothing is asked here."""
    with (
        model_server(lambda _: "") as url,
        serving(tmp_path, seeds=False, model="scripted", environment={"GROUNDWIRE_MODEL_URL": url}) as running,
    ):
        yield running


def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
    return found


def lines() -> list[bytes]:
    return [
        json.dumps(
            {"id": f"d{number:05}", "text": f"Report {number}. The bridge of town {number} was opened."}
        ).encode()
        + b"\n"
        for number in range(DOCUMENTS)
    ]


def moments(draw: random.Random) -> list[tuple[int, str]]:
    """After how many documents which part is killed: each part at least once, and none so often that it is given up."""
    most = Patience().most // 2 if DOCUMENTS >= 1_000 else 1
    killed = [name for name in INGESTING for _ in range(most)]
    draw.shuffle(killed)
    return list(zip(sorted(draw.sample(range(1, DOCUMENTS * 3 // 4), len(killed))), killed, strict=True))


def sent_while_the_api_is_killed(service: Service, store: Store) -> None:
    """The stream is broken off in the middle by a killed API, and sent again with the same key."""
    every = lines()

    def first_half() -> Iterator[bytes]:
        yield b"".join(every[: DOCUMENTS // 2])
        until(lambda: any(job.total for job in store.jobs(1)), "nothing is accepted")
        killed = kill(service, "api")
        until(lambda: pids(service.data).get("api", killed) != killed, "the API is not back")
        yield b"".join(every[DOCUMENTS // 2 :])

    client = Client(service.base)
    with pytest.raises(GroundwireError):
        client.send("/v1/documents", first_half(), None, NDJSON)

    def again() -> bool:
        try:
            return bool(client.send("/v1/documents", iter(every), None, NDJSON))
        except GroundwireError:  # it is still starting
            return False

    until(again, "the stream was not taken")


def test_killed_again_and_again_every_document_is_there_exactly_once_and_whole(service: Service) -> None:
    with closing(Store.open(service.data / "store.sqlite3")) as store:
        sent_while_the_api_is_killed(service, store)
        (job,) = store.jobs(10)

        def done() -> Job:
            return store.job(job.id)

        def reached(moment: int) -> bool:
            return done().done >= moment

        def runs(name: str) -> bool:
            return name in pids(service.data)

        for moment, name in moments(random.Random(SEED)):
            until(partial(reached, moment), "the ingest stands still")
            until(partial(runs, name), f"{name} is not back")
            kill(service, name)
        until(lambda: done().state in {JobState.SUCCEEDED, JobState.FAILED}, "the job does not end")
        ended = done()
        assert (ended.state, ended.failures) == (JobState.SUCCEEDED, ())
        assert (ended.added, ended.total) == (DOCUMENTS, DOCUMENTS), "one that was done twice would be unchanged"
        counts = store.counts()
        assert (counts.documents, counts.versions, counts.queued_documents) == (DOCUMENTS, DOCUMENTS, 0)
        assert counts.passages == DOCUMENTS, "each is one passage long"
        state = until(lambda: runtime.read(service.data), "the service is gone")
        stamp = open_embedder(load_settings(data=service.data)).stamp
        with closing(ChromaIndex(state.chroma_url, stamp)) as index:
            until(lambda: held(index) == store.passage_ids(), "the index does not hold what the store says")
        assert not store.outbox(1)


def held(index: ChromaIndex) -> set[str]:
    try:
        return index.ids()
    except GroundwireError:  # Chroma is still starting
        return set()
