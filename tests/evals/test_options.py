"""`pytest evals` understands its options, beside other tests too, and says what is wrong with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.modelserver import model_server
from tests.readme import ROOT

GATE = "evals/test_gates.py::test_gate[accuracy at least"


# In place of `groundwire serve`: the baseline, which speaks the same contract and needs no weights of a language model.
STAND_IN = """\
#!{python}
import os, runpy, sys
print(*sys.argv[1:], os.environ.get("GROUNDWIRE_WITHOUT"), file=open({asked!r}, "a"))
sys.argv = ["plain", "--port", "0"]
runpy.run_module("evals.baselines.plain", run_name="__main__", alter_sys=True)
"""


def pytest_run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *arguments, "-q", "-p", "no:cacheprovider"]
    chosen = os.environ | environment
    return subprocess.run(command, cwd=ROOT, env=chosen, capture_output=True, text=True, check=False)


def test_the_options_work_when_evals_are_run_together_with_other_tests() -> None:
    done = pytest_run("tests/evals/test_seeds.py", "evals", "--limit", "12", "--part", "test", "--collect-only")
    assert done.returncode == 0, done.stdout + done.stderr
    assert GATE in done.stdout
    assert "tests/evals/test_seeds.py::" in done.stdout


def test_a_folder_that_is_no_set_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    done = pytest_run("evals", "--set", str(tmp_path / "nowhere"))
    assert done.returncode != 0
    assert "questions.jsonl does not exist" in done.stdout


def test_a_service_that_does_not_answer_fails_every_gate_in_one_line() -> None:
    done = pytest_run("evals", "--base", "http://127.0.0.1:9", "--limit", "1")
    assert done.returncode != 0
    assert "the service does not answer" in done.stdout
    assert "passed" not in done.stdout
    assert "Traceback" not in done.stdout


def test_what_is_about_a_service_started_here_is_refused_for_another_one() -> None:
    for option in (("--compare", "plain"), ("--without", "lexical"), ("--model", "any")):
        done = pytest_run("evals", "--base", "http://127.0.0.1:9", "--limit", "1", *option)
        assert done.returncode != 0
        assert f"{option[0]} is about a service started here" in done.stdout


def test_only_parts_that_can_be_left_out_are_taken() -> None:
    done = pytest_run("evals", "--without", "everything", "--collect-only")
    assert "invalid choice: 'everything'" in done.stderr


def test_a_set_in_a_public_layout_is_told_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text('{"data": [{"title": "A"}]}', encoding="utf-8")
    done = pytest_run("evals", "--set", str(path))
    assert done.returncode != 0
    assert "article 0: KeyError" in done.stdout


def test_a_run_beside_the_baseline_asks_both_and_says_what_was_left_out(tmp_path: Path) -> None:
    """The whole way of a run but for the engine: options, services, questions, table and results."""
    asked, command, plugin = tmp_path / "asked", tmp_path / "groundwire", tmp_path / "standing_in.py"
    command.write_text(STAND_IN.format(python=sys.executable, asked=str(asked)), encoding="utf-8")
    command.chmod(0o755)
    kept = f"from pathlib import Path\nfrom evals import service\nservice.COMMAND = Path({str(command)!r})\n"
    plugin.write_text(kept, encoding="utf-8")
    answers = [{"text": "1931", "answer_start": 32}]
    asking = [{"id": "q", "question": "When did the mill of Arle burn down?", "answers": answers}]
    paragraph = {"context": "The mill of Arle burned down in 1931.", "qas": asking}
    data = {"data": [{"title": "Arle", "paragraphs": [paragraph]}]}
    (tmp_path / "dev.json").write_text(json.dumps(data), encoding="utf-8")
    with model_server(lambda _: "It burned down in 1931.") as url:
        path = f"{tmp_path}{os.pathsep}{ROOT}"
        options = ["--set", str(tmp_path / "dev.json"), "--compare", "plain", "--without", "rank"]
        options += ["--results", str(tmp_path / "results")]
        done = pytest_run("-p", "standing_in", "evals", *options, PYTHONPATH=path, GROUNDWIRE_MODEL_URL=url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert asked.read_text(encoding="utf-8") == "serve --no-seeds rank\n"
    assert "seconds_ratio" in done.stdout
    beside = json.loads(next((tmp_path / "results").glob("dev-*-plain.json")).read_text(encoding="utf-8"))
    assert (beside["without"], beside["figures"]["accuracy"]["plain"]) == ("rank", 1.0)
