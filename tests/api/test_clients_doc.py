"""docs/clients.md does what it says: each command and each program on it is run, in order, against a service."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import remote
from api.cli import COMMANDS
from tests.fakes import ScriptedModel
from tests.ingest.files import ARTICLE, page, pdf
from tests.ingest.website import Reply, fetcher, website
from tests.readme import BLOCK, ROOT, commands
from tests.service import Serve, Service

TEXT = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
BLOCKS = BLOCK.findall(TEXT)
COMMAND_LINES = [command for language, content in BLOCKS if language == "sh" for command in commands(content)]
PROGRAMS = [(content, BLOCKS[at + 1]) for at, (language, content) in enumerate(BLOCKS) if language == "python"]
ANSWER = "Al-Rifai was killed in Anbar Province in western Iraq on March 15."
BASE = "http://127.0.0.1:8000"
SHOWN = {
    "-X DELETE": "",
    "$JOB": '"state":"succeeded"',
    "/v1/jobs": '"jobs":[{',
    "/v1/ask": '"status":"answered"',
    "/v1/search": '"passages":[{',
    "/v1/documents/upload": '"total":2',
    "/v1/documents/fetch": '"total":1',
    "/v1/documents/orvik-ferry": '"text":"The ferry of Orvik runs again."',
    "/v1/documents?": '"next_cursor":"',
    "/v1/documents ": '"total":1',
    "/v1/models": '"id":"groundwire"',
    "/v1/chat/completions": "[1]",
    "/mcp": '"structuredContent":',
}
"""A part of the command, and what its output has; the first that fits counts."""


@pytest.fixture(scope="module")
def service(serve: Serve) -> Iterator[Service]:
    """A service with an ingest worker beside it, which may fetch pages of a website of ours."""
    with website() as site, serve(ScriptedModel(ANSWER), fetcher=fetcher()) as running:
        site.pages["/tower"] = Reply(page(f"<p>{ARTICLE}</p>"))
        running.site = site.url("")  # type: ignore[attr-defined]
        ended = threading.Event()

        def work() -> None:
            while not ended.wait(0.05):
                running.work()

        worker = threading.Thread(target=work)
        worker.start()
        try:
            yield running
        finally:
            ended.set()
            worker.join()


def expected(command: str) -> str:
    fitting = [shown for part, shown in SHOWN.items() if part in command]
    assert fitting, f"no test knows what to expect of {command}"
    return fitting[0]


def test_every_command_works(service: Service, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf(ARTICLE))
    (tmp_path / "page.html").write_bytes(page(f"<p>{ARTICLE}</p>"))
    job = ""
    for command in COMMAND_LINES:
        assert command.startswith("curl -s")
        local = command.replace(BASE, service.url).replace("https://news.example", service.site)  # type: ignore[attr-defined]
        environment = os.environ | {"JOB": job, "NO_PROXY": "127.0.0.1"}
        shell = ["bash", "-c", local]
        done = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        assert '"code":' not in done.stdout, f"{command}: {done.stdout}"
        assert expected(command) in done.stdout, f"{command}: {done.stdout}"
        if '"job_id"' in done.stdout and "/v1/jobs" not in command:
            job = json.loads(done.stdout)["job_id"]
            wait(service, job)


def wait(service: Service, job: str) -> None:
    with remote.Client(service.url) as client:
        assert client.wait(job, timeout=60).failures == []


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_every_program_prints_what_is_shown(service: Service, number: int) -> None:
    program, (language, shown) = PROGRAMS[number]
    assert language == "text"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program.replace(BASE, service.url), "docs/clients.md", "exec"), {"__name__": "example"})
    assert printed.getvalue() == shown


def test_every_configuration_is_of_a_command_that_there_is() -> None:
    [shown] = [json.loads(content) for language, content in BLOCKS if language == "json"]
    server = shown["mcpServers"]["groundwire"]
    assert Path(server["command"]).name == "groundwire"
    assert server["args"][0] in COMMANDS
