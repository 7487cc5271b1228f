"""The gates against the real engine with a scripted model: sound, they are green; broken, the right ones are red.

The engine is broken in this process, on both sets that ship here, each with one service for all of its tests.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from api.schemas.asking import CitationOut
from evals import reference, report
from evals.client import Client
from evals.gates import gates_for, worse_than_reference
from evals.questions import GoldQuestion, choose, read_set
from evals.reference import SETS, Reference
from evals.run import Run, ask_all
from ingest.seeds import articles
from rag.asking import asking
from rag.retrieve import Retriever
from rag.seams import Message
from rag.support import Calibration
from rag.types import Citation, Hit, Question
from tests.fakes import ScriptedModel
from tests.pytested import pytest_run
from tests.service import ARTICLE_ID, Serve, Service

Draft = Callable[[Sequence[Message]], str]
LIMITS = {"seeds": 12, "newsroom": 12}
"""So few that they are asked quickly, and enough for each broken engine to miss its gates; a paired test needs six."""
OTHERS = 12
ELSEWHERE = "U.S. forces are scheduled to begin departing Iraq by September of this year."
WORSE = "test_not_worse_than_the_reference"
GIVING_UP = "I do not know."
RECIPE = {"part": "test", "limit": None}


@dataclass(frozen=True)
class Stage:
    """A set, the questions asked of it, and a running service with the articles they are about."""

    name: str
    questions: list[GoldQuestion]
    service: Service
    client: Client

    def run(self, draft: Draft, again: int = 0) -> Run:
        self.drafting(draft)
        return ask_all(self.client, self.questions, lambda *_: None, again)

    def drafting(self, draft: Draft) -> None:
        self.service.model.drafts, self.service.model.started = [draft], 0

    def knows(self, messages: Sequence[Message]) -> str:
        """Drafts the gold sentences where there are some, and gives up where there are none."""
        asked = next(one for one in self.questions if any(asking(one.text) in message.content for message in messages))
        return " ".join(piece.quote for piece in asked.evidence) or GIVING_UP

    def never_gives_up(self, messages: Sequence[Message]) -> str:
        return ELSEWHERE if self.knows(messages) == GIVING_UP else self.knows(messages)


def always_gives_up(_: Sequence[Message]) -> str:
    return GIVING_UP


@pytest.fixture(scope="module", params=LIMITS)
def stage(request: pytest.FixtureRequest, serve: Serve) -> Iterator[Stage]:
    name: str = request.param
    questions = choose(read_set(SETS / name).questions, LIMITS[name], "test")
    wanted = {piece.document_id for question in questions for piece in question.evidence} - {ARTICLE_ID}
    news = [article for article in articles() if article.id != ARTICLE_ID]
    others = [article.id for article in news if article.id not in wanted][:OTHERS] if wanted else []
    with serve(ScriptedModel("")) as service, closing(Client(service.url)) as client:
        if added := [_body(article) for article in news if article.id in {*wanted, *others}]:
            service.add(*added)
        yield Stage(name, questions, service, client)


@pytest.fixture(scope="module")
def sound(stage: Stage) -> Run:
    """The engine as it is."""
    return stage.run(stage.knows, again=3)


@pytest.fixture(scope="module")
def giving_up(stage: Stage) -> Run:
    return stage.run(always_gives_up)


@pytest.fixture
def broken(stage: Stage, sound: Run) -> Callable[[Draft], set[str]]:
    """The names of the gates that are red for an engine broken in this process, compared with the sound one."""
    kept = _kept(stage, sound)

    def judged(draft: Draft) -> set[str]:
        return red(stage, stage.run(draft), kept)

    return judged


def red(stage: Stage, run: Run, kept: Reference) -> set[str]:
    """The gates that the run misses, by the name of their figure."""
    worse = worse_than_reference(reference.compare(run.outcomes, stage.questions, run.model, kept))
    measured = [(gate, gate.measured(run.outcomes)) for gate in gates_for(stage.name)]
    missed = {gate.figure for gate, value in measured if value is not None and not gate.holds(value)}
    return missed | ({WORSE} if worse else set())


def _kept(stage: Stage, run: Run) -> Reference:
    return reference.keep(run.outcomes, stage.questions, run.model, RECIPE | {"set": stage.name})


def _body(article: Any) -> dict[str, Any]:
    known = {name: getattr(article, name) for name in ("id", "text", "title", "url", "source")}
    return known | ({"published_at": article.published_at.isoformat()} if article.published_at else {})


def test_a_sound_engine_is_green(stage: Stage, sound: Run) -> None:
    assert red(stage, sound, _kept(stage, sound)) == set()
    assert sound.same_answer_twice == 1.0


def test_two_runs_of_one_build_write_the_same_results_to_the_byte(
    stage: Stage, sound: Run, giving_up: Run, tmp_path: Path
) -> None:
    at, recipe = datetime(2026, 1, 1, tzinfo=UTC), RECIPE | {"set": stage.name}
    first = report.write(sound, recipe, tmp_path / "first", at)
    again = report.write(stage.run(stage.knows), recipe, tmp_path / "again", at)
    assert first.read_bytes() == again.read_bytes()
    assert report.differing(again, [first]) == []
    other = report.write(giving_up, recipe, tmp_path / "other", at)
    answered = {row.id for row in sound.outcomes if row.answered}
    assert answered <= set(report.differing(other, [first]))


def test_a_model_that_always_gives_up(stage: Stage, sound: Run, giving_up: Run) -> None:
    assert red(stage, giving_up, _kept(stage, sound)) == {"accuracy", "false_refusal", WORSE}


def test_a_model_that_never_gives_up_is_held_back_by_verification(
    stage: Stage, broken: Callable[[Draft], set[str]]
) -> None:
    assert broken(stage.never_gives_up) == set()


def test_verification_that_is_off_lets_a_model_that_never_gives_up_speak(
    stage: Stage, broken: Callable[[Draft], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.judging.faults", lambda *_: [])
    monkeypatch.setattr(Calibration, "support", lambda *_: 1.0)
    missed = broken(stage.never_gives_up)
    assert "refusal_recall" in missed <= {"refusal_recall", "claim_support", WORSE}


def test_offsets_that_are_off_by_one(
    stage: Stage, broken: Callable[[Draft], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def shifted(cls: type[CitationOut], citation: Citation) -> CitationOut:
        made: CitationOut = as_it_is(citation)
        return made.model_copy(update={"start": made.start + 1, "end": made.end + 1})

    as_it_is: Any = CitationOut.of
    monkeypatch.setattr(CitationOut, "of", classmethod(shifted))
    assert broken(stage.knows) == {"verbatim_quotes"}


def test_a_ranking_that_is_shuffled(
    stage: Stage, broken: Callable[[Draft], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def shuffled(self: Retriever, question: Question, *rest: Any) -> list[Hit]:
        hits = list(as_it_is(self, question, *rest))
        return random.Random(question.text).sample(hits, k=len(hits))

    as_it_is: Any = Retriever.retrieve
    monkeypatch.setattr(Retriever, "retrieve", shuffled)
    assert "evidence_RR" in broken(stage.knows) <= {"evidence_RR", "accuracy", "false_refusal", WORSE}


# -- by the command -------------------------------------------------------------------------------


def printed(stage: Stage, folder: Path, draft: Draft, *options: str) -> str:
    """What `pytest evals` prints of that service."""
    stage.drafting(draft)
    chosen = ["--base", stage.service.url, "--set", str(folder), "--part", "test", "--limit", str(len(stage.questions))]
    told = pytest_run("evals", *chosen, "--results", str(folder / "results"), *options).told
    assert re.search(r"\d+ passed", told), told
    return told


def test_the_command_keeps_a_sound_run_and_names_the_gates_that_a_broken_one_misses(
    stage: Stage, sound: Run, tmp_path: Path
) -> None:
    """Under the name of the set, so that its gates apply, with a reference and results of its own."""
    if stage.name != "seeds":
        pytest.skip("the command is the same for every set")
    folder = tmp_path / "seeds"
    folder.mkdir()
    copy(SETS / "seeds" / "questions.jsonl", folder)
    kept = printed(stage, folder, stage.knows, "--update-baseline")
    assert "FAILED" not in kept
    (results,) = folder.glob("results/*Z.jsonl")
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [question.id for question in stage.questions]
    assert all(row["reply"]["drafts"] for row in rows)
    assert "<details>" in results.with_suffix(".html").read_text(encoding="utf-8")
    assert len((folder / "reference.jsonl").read_text(encoding="utf-8").splitlines()) == len(rows) + 1

    told = printed(stage, folder, always_gives_up, "--same-as", str(results))
    failed = re.findall(r"^FAILED evals/test_gates\.py::(?:test_gate\[(\S+)|(test_\w+))", told, re.MULTILINE)
    differs = "test_the_results_are_those_of_an_earlier_run"
    assert {figure or name for figure, name in failed} == {"accuracy", "false_refusal", WORSE, differs}
    assert re.search(r"^all .* worse ", told, re.MULTILINE)
