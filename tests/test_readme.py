"""README's commands are the ones there are. Those that need the service run in tests/e2e/test_readme_examples.py."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from evals.service import COMMAND
from tests.readme import README, ROOT, Example, examples

DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS += sorted(path for folder in ("docs", "evals", "seeds") for path in (ROOT / folder).rglob("*.md"))
COMMANDS = examples()


def named(example: Example) -> str:
    return " ".join(example.command.split())[:60]


def test_readme_shows_the_two_commands_to_start_with() -> None:
    assert [example.command for example in COMMANDS[:2]] == ["make serve", "make test"]


@pytest.mark.parametrize("example", COMMANDS, ids=named)
def test_every_command_is_of_a_program_that_a_test_knows_how_to_check(example: Example) -> None:
    assert example.program in ("make", "curl", ".venv/bin/groundwire", ".venv/bin/pytest")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)\b(?=`|\n)", README))))
def test_every_make_target_named_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"groundwire ([a-z]+)\b", README))))
def test_every_groundwire_command_named_exists(command: str) -> None:
    done = subprocess.run([COMMAND, command, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert command in done.stdout


@pytest.mark.parametrize("example", [each for each in COMMANDS if each.program.endswith("pytest")], ids=named)
def test_every_pytest_command_collects_tests(example: Example) -> None:
    arguments = [*shlex.split(example.command)[1:], "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "test_gate[accuracy" in done.stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_links_to_or_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text)]
    assert not [link for link in links if link and not (document.parent / link).exists()]
    paths = re.findall(r"`((?:rag|ingest|api|evals|tests|seeds|docs)/[\w./-]+)`", text)
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_the_licence_is_the_whole_apache_licence() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
