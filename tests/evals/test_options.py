"""`pytest evals` understands its options, beside other tests too, and says what is wrong with them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals import service
from evals.baselines.plain import create_app
from rag.seams import Embedder
from tests.fakes import ScriptedModel
from tests.modelserver import model_server
from tests.pytested import pytest_run
from tests.serving import served

GATE = "evals/test_gates.py::test_gate[accuracy at least"
FELL = "It burned down in 1931."

# In place of `groundwire serve`: says that the baseline below is ready, which speaks the same contract.
STAND_IN = """\
#!/bin/sh
echo "$*" "$GROUNDWIRE_WITHOUT" >> {asked}
echo ready at {url}
exec sleep 600
"""


def test_the_options_work_when_evals_are_run_together_with_other_tests() -> None:
    ran = pytest_run("tests/evals/test_seeds.py", "evals", "--limit", "12", "--part", "test", "--collect-only")
    assert ran.code == 0, ran.told
    assert GATE in ran.told
    assert "tests/evals/test_seeds.py::" in ran.told


def test_a_folder_that_is_no_set_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    ran = pytest_run("evals", "--set", str(tmp_path / "nowhere"))
    assert ran.code != 0
    assert "questions.jsonl does not exist" in ran.told


def test_a_service_that_does_not_answer_fails_every_gate_in_one_line() -> None:
    ran = pytest_run("evals", "--base", "http://127.0.0.1:9", "--limit", "1")
    assert ran.code != 0
    assert "the service at http://127.0.0.1:9 does not answer" in ran.told
    assert "passed" not in ran.told
    assert "Traceback" not in ran.told


@pytest.mark.parametrize("option", [("--compare", "plain"), ("--without", "lexical"), ("--model", "any")])
def test_what_is_about_a_service_started_here_is_refused_for_another_one(option: tuple[str, str]) -> None:
    ran = pytest_run("evals", "--base", "http://127.0.0.1:9", "--limit", "1", *option)
    assert ran.code != 0
    assert f"{option[0]} is about a service started here" in ran.told


def test_only_parts_that_can_be_left_out_are_taken() -> None:
    ran = pytest_run("evals", "--without", "everything", "--collect-only")
    assert ran.code != 0
    assert "invalid choice: 'everything'" in ran.told


def test_a_set_in_a_public_layout_is_told_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text('{"data": [{"title": "A"}]}', encoding="utf-8")
    ran = pytest_run("evals", "--set", str(path))
    assert ran.code != 0
    assert "dev.json, line 1, article 0: paragraphs is missing" in ran.told


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Every process that a run starts."""
    processes: list[subprocess.Popen[bytes]] = []

    class Kept(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            processes.append(self)

    monkeypatch.setattr("evals.service.subprocess.Popen", Kept)
    yield processes
    for process in processes:
        process.kill()


def test_a_run_beside_the_baseline_asks_both_says_what_was_left_out_and_stops_what_it_started(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    embedder: Embedder,
    started: list[subprocess.Popen[bytes]],
) -> None:
    """The whole way of a run but for the engine: options, services, questions, table and results."""
    answers = [{"text": "1931", "answer_start": 32}]
    asking = [{"id": "q", "question": "When did the mill of Arle burn down?", "answers": answers}]
    paragraph = {"context": "The mill of Arle burned down in 1931.", "qas": asking}
    data = {"data": [{"title": "Arle", "paragraphs": [paragraph]}]}
    (tmp_path / "dev.json").write_text(json.dumps(data), encoding="utf-8")
    asked, command = tmp_path / "asked", tmp_path / "groundwire"
    with served(create_app(embedder, ScriptedModel(FELL))) as ours, model_server(lambda _: FELL) as url:
        command.write_text(STAND_IN.format(asked=asked, url=ours), encoding="utf-8")
        command.chmod(0o755)
        monkeypatch.setattr(service, "COMMAND", command)
        monkeypatch.setenv("GROUNDWIRE_MODEL_URL", url)
        options = ["--set", str(tmp_path / "dev.json"), "--compare", "plain", "--without", "rank"]
        ran = pytest_run("evals", *options, "--results", str(tmp_path / "results"))
    assert ran.code == 0, ran.told
    assert asked.read_text(encoding="utf-8") == "serve --no-seeds rank\n"
    assert "seconds_ratio" in ran.told
    beside = json.loads(next((tmp_path / "results").glob("dev-*-plain.json")).read_text(encoding="utf-8"))
    assert (beside["without"], beside["figures"]["accuracy"]["plain"]) == ("rank", 1.0)
    assert [process.args[1:3] for process in started][1:] == [["-m", "evals.baselines.plain"]]  # type: ignore[index]
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)
