"""The service is told to end while it answers: what can be done in time is done, the rest is told so."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from api.app import create_app
from ingest.worker import work_off
from rag.types import NewDocument
from tests.conftest import EngineFactory
from tests.fakes import ScriptedModel
from tests.service import Body, Serve, events
from tests.serving import served, until

DRAFT = "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15."


class Asked(threading.Thread):
    """A question over a connection of its own, and what came of it."""

    def __init__(self, url: str, stream: bool, question: str = "Where was al-Rifai killed?") -> None:
        super().__init__()
        self._question = question
        self._url = url
        self._headers = {"Accept": "text/event-stream"} if stream else {}
        self.streamed: list[tuple[str, Body]] = []
        self.reply: httpx.Response | None = None
        self.start()

    def run(self) -> None:
        call: dict[str, Any] = {"json": {"question": self._question}, "headers": self._headers, "timeout": 60}
        with httpx.stream("POST", f"{self._url}/v1/ask", **call) as reply:
            if self._headers:
                self.streamed = list(events(reply))
            else:
                reply.read()
                self.reply = reply


def test_replies_that_are_not_done_in_time_end_with_a_word_that_the_service_ends(serve: Serve) -> None:
    model = ScriptedModel(DRAFT)
    model.pause()
    with serve(model, concurrency=2) as service:
        streamed, whole, waiting = (Asked(service.url, stream) for stream in (True, False, True))
        model.wait_started(2)
        service.until_waiting(1)
    for thread in (streamed, whole, waiting):
        thread.join()
    assert {thread.streamed[-1][1]["code"] for thread in (streamed, waiting) if thread.streamed} == {"stopping"}
    assert streamed.streamed[-1][0] == "error"
    assert whole.reply is not None
    assert (whole.reply.status_code, whole.reply.json()["code"]) == (503, "stopping")
    assert "Retry-After" in whole.reply.headers
    assert model.running == 0, "nothing is drafted for nobody"


def test_a_reply_that_is_done_in_time_is_whole(engine_factory: EngineFactory) -> None:
    model = ScriptedModel("The bridge of Aldermoor was opened on Monday.")
    model.pause()
    engine = engine_factory(model)
    engine.store.enqueue([NewDocument(text="The bridge of Aldermoor was opened on Monday.")])
    work_off(engine)
    with served(create_app(lambda: engine, engine.settings), grace=60) as url:
        until(lambda: "starting" not in httpx.get(f"{url}/readyz", timeout=60).text, "the engine was not taken")
        asked = Asked(url, stream=True, question="When was the bridge of Aldermoor opened?")
        model.wait_started(1)
        resuming = threading.Thread(target=_once_closed, args=(url, model.resume))
        resuming.start()
    resuming.join()
    asked.join()
    assert asked.streamed[-1][0] == "answer"
    assert model.finished == 1


def _once_closed(url: str, then: Callable[[], None]) -> None:
    """Waits until the server takes no more connections: it is ending."""
    host, port = url.removeprefix("http://").split(":")
    while True:
        try:
            socket.create_connection((host, int(port))).close()
        except OSError:
            return then()
        time.sleep(0.02)
