"""The service while its engine is being built, and when it cannot be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api import boot
from api.app import create_app
from api.boot import explained
from api.runtime import ChildState, Runtime
from rag.compose import Engine
from rag.errors import SetupError, Unavailable
from rag.settings import load_settings
from tests.serving import served, until


@contextmanager
def serving(build: Callable[[], Engine], folder: Path) -> Iterator[httpx.Client]:
    with served(create_app(build, load_settings(data=folder))) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


def until_ready_says(client: httpx.Client, words: str) -> httpx.Response:
    """The first reply of /readyz that has these words."""
    replies: list[httpx.Response] = []

    def said() -> bool:
        replies.append(client.get("/readyz"))
        return words in replies[-1].text

    until(said, f"/readyz never said {words!r}")
    return replies[-1]


def test_while_the_engine_is_built_the_service_is_alive_not_ready_and_says_when_to_return(tmp_path: Path) -> None:
    going_on = threading.Event()

    def slow() -> Engine:
        going_on.wait()
        raise SetupError("never mind")

    with serving(slow, tmp_path) as client:
        try:
            assert client.get("/healthz").json() == {"status": "ok"}
            ready = client.get("/readyz")
            assert ready.status_code == 503
            assert ready.json()["ready"] is False
            assert ready.json()["parts"]["model"] == {"ok": False, "detail": "starting"}
            for path in ("/v1/ask", "/v1/search"):
                refused = client.post(path, json={"question": "Who?"})
                assert (refused.status_code, refused.json()["code"]) == (503, "starting")
                assert int(refused.headers["Retry-After"]) >= 1
            assert client.get("/v1/jobs").json()["code"] == "starting"
        finally:
            going_on.set()


def test_an_engine_that_cannot_be_built_says_why(tmp_path: Path) -> None:
    def broken() -> Engine:
        raise SetupError("no weights in /nowhere; run `make setup`")

    with serving(broken, tmp_path) as client:
        reply = until_ready_says(client, "no weights in /nowhere")
        assert reply.status_code == 503
        refused = client.post("/v1/ask", json={"question": "Who?"})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert "make setup" in refused.json()["detail"]
        assert client.get("/healthz").status_code == 200


def test_an_error_nobody_expected_is_logged_and_not_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Engine:
        raise RuntimeError("the secret is 1234")

    with serving(broken, tmp_path) as client:
        reply = until_ready_says(client, "RuntimeError")
        assert "1234" not in reply.text + client.post("/v1/search", json={"question": "Who?"}).text
    assert "1234" in caplog.text


def test_a_part_that_is_not_up_yet_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "RETRY_SECONDS", 0.01)
    tries = []

    def at_the_third_try() -> Engine:
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("index", "Chroma does not answer")
        raise SetupError("came this far")

    with serving(at_the_third_try, tmp_path) as client:
        until_ready_says(client, "came this far")
    assert len(tries) == 3


def test_a_part_whose_process_keeps_ending_says_so_and_where_to_read_on() -> None:
    broken = ChildState("model", None, "broken", 8, "was ended by SIGKILL", "logs/model.log")
    running = Runtime(1, "http://127.0.0.1:1", "", "", (broken,))
    told = explained({"store": None, "index": None, "model": "refused"}, running)
    assert told["model"] == "refused; its process was ended by SIGKILL, 8 times by now, see logs/model.log"
    assert told["index"] is None
    assert explained({"model": None, "index": None}, running)["model"] is None
    assert explained({"model": "refused", "index": None}, None)["model"] == "refused"
