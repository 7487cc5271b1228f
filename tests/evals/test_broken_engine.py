"""The gates against the real engine with a scripted model: sound, they are green; broken, the right ones are red."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from api.schemas.asking import CitationOut
from evals import reference
from evals.client import Client
from evals.gates import gates_for, worse_than_reference
from evals.questions import choose, read_set
from evals.reference import SETS
from evals.run import ask_all
from rag.retrieve import Retriever
from rag.seams import Message
from rag.support import Calibration
from rag.types import Citation, Hit, Question
from tests.fakes import ScriptedModel
from tests.readme import ROOT
from tests.service import Serve

Draft = Callable[[Sequence[Message]], str]
Ask = Callable[..., str]
LIMIT = 20
QUESTIONS = choose(read_set(SETS / "seeds").questions, LIMIT, "test")
ELSEWHERE = "U.S. forces are scheduled to begin departing Iraq by September of this year."
WORSE = "test_not_worse_than_the_reference"


def knows(messages: Sequence[Message]) -> str:
    """Drafts the gold sentences where there are some, and gives up where there are none."""
    asked = next(question for question in QUESTIONS if any(question.text in str(message) for message in messages))
    return " ".join(piece.quote for piece in asked.evidence) or "I do not know."


def always_gives_up(_: Sequence[Message]) -> str:
    return "I do not know."


def never_gives_up(messages: Sequence[Message]) -> str:
    return ELSEWHERE if knows(messages) == "I do not know." else knows(messages)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seeds' questions under their name, so that their gates apply, with a reference and results of their own."""
    made = tmp_path_factory.mktemp("sets") / "seeds"
    made.mkdir()
    copy(SETS / "seeds" / "questions.jsonl", made)
    return made


@pytest.fixture(scope="module")
def ask(serve: Serve, folder: Path) -> Ask:
    """Runs `pytest evals` on a service whose model drafts so, and gives what it printed."""

    def run(draft: Draft, *options: str) -> str:
        with serve(ScriptedModel(draft)) as service:
            chosen = ["--base", service.url, "--set", str(folder), "--part", "test", "--limit", str(LIMIT)]
            written = ["--results", str(folder / "results"), *options]
            command = [sys.executable, "-m", "pytest", "evals", *chosen, *written, "-q", "-p", "no:cacheprovider"]
            return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout

    return run


@pytest.fixture(scope="module")
def sound(ask: Ask) -> str:
    """What is printed of the engine as it is; it becomes the reference."""
    return ask(knows, "--update-baseline")


def red(printed: str) -> set[str]:
    """The tests that failed: of a gate, the name of its figure."""
    assert re.search(r"\d+ passed", printed), printed
    failed = re.findall(r"^FAILED evals/test_gates\.py::(?:test_gate\[(\S+)|(test_\w+))", printed, re.MULTILINE)
    return {figure or name for figure, name in failed}


@pytest.fixture
def broken(serve: Serve, folder: Path, sound: str) -> Callable[[Draft], set[str]]:
    """The names of the gates that are red for an engine broken in this process, compared with the sound one."""

    def judged(draft: Draft) -> set[str]:
        with serve(ScriptedModel(draft)) as service, closing(Client(service.url)) as client:
            run = ask_all(client, QUESTIONS, lambda *_: None)
        kept = reference.read(reference.place(folder))
        assert kept is not None
        worse = worse_than_reference(reference.compare(run.outcomes, QUESTIONS, run.model, kept))
        measured = [(gate, gate.measured(run.outcomes)) for gate in gates_for("seeds")]
        missed = {gate.figure for gate, value in measured if value is not None and not gate.holds(value)}
        return missed | ({WORSE} if worse else set())

    return judged


def test_a_sound_engine_is_green_and_its_results_are_kept_as_rows_a_page_and_a_reference(
    sound: str, folder: Path
) -> None:
    assert red(sound) == set()
    (rows,) = sorted((folder / "results").glob("*.jsonl"))[:1]
    kept = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in kept] == [question.id for question in QUESTIONS]
    assert all(row["reply"]["drafts"] for row in kept)
    assert "<details>" in rows.with_suffix(".html").read_text(encoding="utf-8")
    assert len((folder / "reference.jsonl").read_text(encoding="utf-8").splitlines()) == LIMIT + 1


def test_a_model_that_always_gives_up(ask: Ask, sound: str) -> None:
    printed = ask(always_gives_up)
    assert red(printed) == {"accuracy", "false_refusal", WORSE}
    assert re.search(r"^all .* worse ", printed, re.MULTILINE)


def test_a_model_that_never_gives_up_is_held_back_by_verification(broken: Callable[[Draft], set[str]]) -> None:
    assert broken(never_gives_up) == set()


def test_verification_that_is_off(broken: Callable[[Draft], set[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.answer.faults", lambda *_: [])
    monkeypatch.setattr(Calibration, "support", lambda *_: 1.0)
    assert broken(never_gives_up) == {"refusal_recall", WORSE}


def test_offsets_that_are_off_by_one(broken: Callable[[Draft], set[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(cls: type[CitationOut], citation: Citation) -> CitationOut:
        made: CitationOut = as_it_is(citation)
        return made.model_copy(update={"start": made.start + 1, "end": made.end + 1})

    as_it_is: Any = CitationOut.of
    monkeypatch.setattr(CitationOut, "of", classmethod(shifted))
    assert broken(knows) == {"verbatim_quotes"}


def test_a_ranking_that_is_shuffled(broken: Callable[[Draft], set[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def shuffled(self: Retriever, question: Question, *rest: Any) -> list[Hit]:
        hits = list(as_it_is(self, question, *rest))
        return random.Random(question.text).sample(hits, k=len(hits))

    as_it_is: Any = Retriever.retrieve
    monkeypatch.setattr(Retriever, "retrieve", shuffled)
    assert broken(knows) == {"evidence_RR"}
