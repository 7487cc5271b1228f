"""`pytest evals` understands its options, beside other tests too, and says what is wrong with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.readme import ROOT

GATE = "evals/test_gates.py::test_gate[accuracy at least"


def pytest_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *arguments, "-q", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


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
