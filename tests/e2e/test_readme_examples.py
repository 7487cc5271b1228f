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
        timeout=300,
        check=False,
    )


def wait_for_jobs(client: Client) -> None:
    """What an example added answers questions from here on, as a reader takes a moment too."""
    for job in client.jobs():
        assert client.wait(job["job_id"])["state"] == "succeeded"


def test_every_example_works_and_prints_what_readme_shows(service: Service, client: Client) -> None:
    before = set(client.document_ids())
    for example in OFFLINE:
        done = run(example, service)
        assert done.returncode in (0, REFUSED), (example.command, done.stderr)
        assert '"code":' not in done.stdout, f"{example.command}: {done.stdout}"
        if example.shown.startswith("{"):
            assert not differences(cited(json.loads(done.stdout)), cited(json.loads(example.shown)))
        elif example.shown:
            assert done.stdout.strip() == example.shown
        wait_for_jobs(client)
    assert set(client.document_ids()) == before


def test_the_refused_example_is_refused_and_the_others_are_answered(service: Service) -> None:
    asked = [example for example in OFFLINE if "groundwire ask" in example.command and "Orvik" not in example.command]
    refused = [example.command for example in asked if run(example, service).returncode == REFUSED]
    assert len(asked) > 1
    assert [command for command in refused if "World Cup" in command] == refused
    assert len(refused) == 1


def cited(reply: dict[str, Any]) -> dict[str, Any]:
    """Without the scores and supports, whose last digits depend on the processor."""
    passages = [{**passage, "score": None} for passage in reply["passages"]]
    sentences = [{**sentence, "support": None} for sentence in reply["sentences"]]
    return reply | {"passages": passages, "sentences": sentences}
