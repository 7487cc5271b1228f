"""The clients of a load run, for locust: each asks, searches, adds, reads and deletes, and writes down what came back.

A question that was told when to come back is kept, and asked again then; meanwhile its client does other things.

`evals.load` starts this file, in a process of its own since locust replaces what the standard library does with
sockets. `LOAD_QUESTIONS` names a JSON list of questions, `LOAD_LEDGER` the file to write to, a JSON object a line.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from locust import HttpUser, between, task

LONGEST_PAUSE = 10
PLACES = ("Orvik", "Tarn Bay", "Lowmere", "Halden", "Brisk", "Estrow", "Quillan", "Dunmore", "Veyle", "Marrow")
THINGS = ("bridge", "harbour", "library", "ferry", "market", "school", "tramway", "museum", "reservoir", "theatre")
DEEDS = ("opened", "closed", "was sold", "flooded", "was repaired", "was named anew", "burned", "was painted")

_questions: list[str] = json.loads(Path(os.environ["LOAD_QUESTIONS"]).read_text("utf-8"))
_ledger = Path(os.environ["LOAD_LEDGER"]).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115 - open to the end


def article() -> str:
    """Some sentences that no other article has."""
    said = (
        f"The {random.choice(THINGS)} of {random.choice(PLACES)} {random.choice(DEEDS)} "
        f"on day {random.randrange(10**6)}, said clerk {uuid4().hex[:8]}."
        for _ in range(random.randint(3, 12))
    )
    return " ".join(said)


class Reader(HttpUser):
    """Somebody who mostly looks things up, and now and then adds an article, reads it again and takes it out."""

    wait_time = between(0.5, 2.0)

    def on_start(self) -> None:
        self.added: list[tuple[str, str]] = []
        self.indexed: list[str] = []
        self.question = ""
        self.since = self.due = 0.0

    @task(6)
    def search(self) -> None:
        self._call("search", "POST", "/v1/search", json={"question": random.choice(_questions), "limit": 5})

    @task(3)
    def ask(self) -> None:
        """A new question, or the one that waits to be asked again, from when it was first asked."""
        now = time.perf_counter()
        if self.question and now < self.due:
            return
        if not self.question:
            self.question, self.since = random.choice(_questions), now
        self._call("ask", "POST", "/v1/ask", json={"question": self.question}, since=self.since)
        if self.again:
            self.due = time.perf_counter() + self.again
        else:
            self.question = ""

    @task(3)
    def add(self) -> None:
        name, text = f"load-{uuid4().hex}", article()
        body = {"documents": [{"id": name, "title": text[:40], "text": text, "source": "Load"}]}
        # As clients do that must lose nothing: a key, so that sending it again adds nothing twice.
        headers = {"Idempotency-Key": name}
        reply = self._call("add", "POST", "/v1/documents", json=body, headers=headers, document=name, length=len(text))
        if reply is not None:
            self.added.append((name, reply["job_id"]))

    @task(2)
    def follow(self) -> None:
        """Whether what was added is there by now."""
        if self.added:
            name, job = self.added.pop(0)
            reply = self._call("job", "GET", f"/v1/jobs/{job}", name="/v1/jobs/{job_id}")
            if reply is None or reply["state"] != "succeeded":
                self.added.append((name, job))
            else:
                self.indexed.append(name)

    @task(2)
    def read(self) -> None:
        if self.indexed:
            path = f"/v1/documents/{random.choice(self.indexed)}"
            self._call("read", "GET", path, name="/v1/documents/{document_id}")

    @task(1)
    def delete(self) -> None:
        if self.indexed:
            name = self.indexed.pop(0)
            path = f"/v1/documents/{name}"
            self._call("delete", "DELETE", path, name="/v1/documents/{document_id}", document=name)

    def _call(
        self, kind: str, method: str, path: str, document: str = "", length: int = 0, since: float = 0.0, **request: Any
    ) -> dict[str, Any] | None:
        """The body of a good reply. A reply that says when to come back is no failure: `again` has the seconds then."""
        began = time.perf_counter()
        with self.client.request(method, path, catch_response=True, timeout=600, **request) as reply:
            seconds = time.perf_counter() - began
            again = reply.headers.get("Retry-After") if reply.headers else None
            busy = reply.status_code in (429, 503) and again is not None
            body: dict[str, Any] | None = reply.json() if reply.ok and reply.content else None
            note = {"kind": kind, "status": reply.status_code, "seconds": round(seconds, 4), "busy": busy}
            more = {"document": document, "length": length, "job": (body or {}).get("job_id", "")} if document else {}
            self.again = int(str(again)) if busy else 0
            waited = {"whole": round(time.perf_counter() - since, 4), "again": self.again}
            said = {"said": (body or {}).get("status")} | waited if kind == "ask" else {}
            wrong = {} if reply.ok or busy else {"wrong": str(reply.error or reply.text)[:300]}
            _ledger.write(json.dumps(note | more | said | wrong) + "\n")
            if busy:
                reply.success()
        if busy and kind != "ask":
            time.sleep(min(self.again, LONGEST_PAUSE))  # lets the other clients go on, since locust has replaced it
        return body if reply.ok else None
