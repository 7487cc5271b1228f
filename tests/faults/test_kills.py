"""kill -9 of any process while it works: nothing added is lost, everything is back, and questions are answered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from api import runtime
from evals.service import COMMAND, Service

pytestmark = pytest.mark.fault

# What bounds a failure, and no more: on a busy machine a process may need minutes to be back.
WAIT_SECONDS = 300.0
ENDS_WITHIN = 30.0  # SIGTERM ends the service and every child within 10 on an idle machine
CHILDREN = ("api", "worker", "model", "chroma")
QUESTION = {"question": "Where was al-Rifai killed?"}
TOWNS = ("Aldermoor", "Brackwater", "Cinderford", "Dunmarrow", "Eastlow", "Fenwick", "Garstang", "Hexworth")


@pytest.fixture(scope="module")
def service(real_service: Service) -> Service:
    return real_service


def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return found


def pids(data: Path) -> dict[str, int]:
    """The children that are running now."""
    state = runtime.read(data)
    return {child.name: child.pid for child in state.children if child.pid} if state else {}


def kill(service: Service, name: str) -> int:
    pid = pids(service.data)[name]
    os.kill(pid, signal.SIGKILL)
    return pid


def ready(service: Service) -> bool:
    try:
        return httpx.get(f"{service.base}/readyz", timeout=120).status_code == 200
    except httpx.TransportError:
        return False


def back(service: Service, name: str, killed: int) -> None:
    """Returns once the killed child has a new life, and the whole service is ready."""
    until(lambda: pids(service.data).get(name, killed) != killed, f"{name} is not back")
    until(lambda: ready(service), "not ready again")
    assert set(pids(service.data)) == set(CHILDREN)


def articles(batch: str) -> list[dict[str, str]]:
    """Articles each of which alone tells of a bridge of its own."""
    return [
        {
            "id": f"{batch}-{town}",
            "title": f"{batch} {town}",
            "text": f"The {batch} bridge of {town} was opened on Monday. " + f"It crosses the river at {town}. " * 40,
        }
        for town in TOWNS
    ]


def add(service: Service, batch: str) -> str:
    reply = httpx.post(f"{service.base}/v1/documents", json={"documents": articles(batch)}, timeout=120)
    return str(reply.raise_for_status().json()["job_id"])


def job(service: Service, job_id: str) -> dict[str, Any]:
    reply: dict[str, Any] = httpx.get(f"{service.base}/v1/jobs/{job_id}", timeout=120).raise_for_status().json()
    return reply


def everything_is_found(service: Service, batch: str, job_id: str) -> None:
    done = until(lambda: (state := job(service, job_id))["state"] in {"succeeded", "failed"} and state, "the job hangs")
    assert done["state"] == "succeeded"
    assert done["failures"] == []
    assert done["counts"]["added"] + done["counts"]["unchanged"] == len(TOWNS)
    for town in TOWNS:
        asked = {"question": f"When was the {batch} bridge of {town} opened?", "limit": 5}
        passages = (
            httpx.post(f"{service.base}/v1/search", json=asked, timeout=120).raise_for_status().json()["passages"]
        )
        assert f"{batch}-{town}" in {passage["document_id"] for passage in passages}


def a_question_is_answered(service: Service) -> None:
    reply = httpx.post(f"{service.base}/v1/ask", json=QUESTION, timeout=600).raise_for_status().json()
    assert reply["status"] == "answered"
    assert "Anbar" in reply["answer"]


@pytest.mark.parametrize("name", ["chroma", "worker"])
def test_a_part_of_ingest_killed_at_work_loses_nothing(service: Service, name: str) -> None:
    job_id = add(service, name)
    until(lambda: job(service, job_id)["state"] != "queued", "the job does not begin")
    killed = kill(service, name)
    back(service, name, killed)
    everything_is_found(service, name, job_id)


def test_the_model_killed_at_work_is_back_and_answers(service: Service) -> None:
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(httpx.post, f"{service.base}/v1/ask", json=QUESTION, timeout=600)
        model = psutil.Process(pids(service.data)["model"])
        until(lambda: asked.done() or model.cpu_percent(0.05) > 20, "the model does not begin")
        killed = kill(service, "model")
        reply = asked.result()
    assert reply.status_code in {200, 503}, "an answer, or word that it is not available"
    back(service, "model", killed)
    a_question_is_answered(service)


def test_the_api_killed_is_back(service: Service) -> None:
    back(service, "api", kill(service, "api"))
    a_question_is_answered(service)


def begun(data: Path) -> subprocess.Popen[bytes]:
    """A service that has just started its children."""
    chosen = {"GROUNDWIRE_PORT": "0", "GROUNDWIRE_DATA": str(data)}
    process = subprocess.Popen(
        [str(COMMAND), "serve"], env=os.environ | chosen, stdout=subprocess.DEVNULL, stderr=sys.stderr
    )
    until(lambda: set(pids(data)) == set(CHILDREN), "the children were not started")
    return process


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_killed_supervisor_leaves_no_child(tmp_path: Path) -> None:
    with begun(tmp_path) as process:
        children = pids(tmp_path).values()
        process.kill()
    until(lambda: all(map(gone, children)), "a child outlived the supervisor")
    assert runtime.read(tmp_path) is None


def test_sigterm_ends_the_service_and_every_child_in_time(tmp_path: Path) -> None:
    with begun(tmp_path) as process:
        children = pids(tmp_path).values()
        process.terminate()
        assert process.wait(ENDS_WITHIN) == 0
    assert all(map(gone, children))
    assert not runtime.path_in(tmp_path).exists()


def test_a_second_service_on_the_same_data_folder_is_refused(service: Service) -> None:
    command = [str(COMMAND), "serve", "--data", str(service.data)]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 5
    assert "in use by a service at http://127.0.0.1:" in second.stderr
    assert len(second.stderr.splitlines()) == 1
