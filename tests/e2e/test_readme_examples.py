"""README's examples, run in order against the real service, print what README says they print."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from evals.client import Client
from evals.outcomes import differences
from evals.service import COMMAND, Service
from tests.readme import ROOT, Example, examples

pytestmark = pytest.mark.e2e

REFUSED = 3
OFFLINE = [example for example in examples() if example.program in ("curl", ".venv/bin/groundwire")]


def run(example: Example, service: Service) -> subprocess.CompletedProcess[str]:
    """In a shell, in the clone, with the service's own address instead of the default one."""
    command = example.command.replace("http://127.0.0.1:8000", service.base)
    command = command.replace(".venv/bin/groundwire", str(COMMAND))
    environment = os.environ | {"GROUNDWIRE_DATA": str(service.data), "NO_PROXY": "127.0.0.1"}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def wait_for_jobs(client: Client) -> None:
    """What an example added answers questions from here on, as a reader takes a moment too."""
    for job in client.jobs():
        assert client.wait(job["job_id"])["state"] == "succeeded"


@pytest.fixture(scope="module")
def done(service: Service) -> dict[str, subprocess.CompletedProcess[str]]:
    """What came of each example, by its command. They are run once: the model takes seconds for a question."""
    client = Client(service.base)
    try:
        before = set(client.document_ids())
        ran = {}
        for example in OFFLINE:
            ran[example.command] = run(example, service)
            wait_for_jobs(client)
        assert set(client.document_ids()) == before, "what the examples add they delete"
        return ran
    finally:
        client.close()


@pytest.mark.parametrize("example", OFFLINE, ids=lambda example: " ".join(example.command.split())[:60])
def test_every_example_works_and_prints_what_readme_shows(
    done: dict[str, subprocess.CompletedProcess[str]], example: Example
) -> None:
    ran = done[example.command]
    assert ran.returncode in (0, REFUSED), ran.stderr
    assert '"code":' not in ran.stdout
    if example.shown.startswith("{"):
        assert not differences(cited(json.loads(ran.stdout)), cited(json.loads(example.shown)))
    elif example.shown:
        assert ran.stdout.strip() == example.shown


def test_the_refused_example_is_refused_and_the_others_are_answered(
    done: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    asked = [example.command for example in OFFLINE if "groundwire ask" in example.command]
    refused = [command for command in asked if done[command].returncode == REFUSED]
    assert len(asked) > 2
    assert [command for command in refused if "World Cup" in command] == refused
    assert len(refused) == 1


def cited(reply: dict[str, Any]) -> dict[str, Any]:
    """Without the scores and supports, whose last digits depend on the processor."""
    passages = [{**passage, "score": None} for passage in reply["passages"]]
    sentences = [{**sentence, "support": None} for sentence in reply["sentences"]]
    return reply | {"passages": passages, "sentences": sentences}
