"""`groundwire eval` on a running service and a scripted model: what it prints, writes and ends with."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import NOT_READY, WRONG, main
from api.cli.eval import WITHOUT
from evals.measuring import PARTS
from tests.fakes import ScriptedModel
from tests.modelserver import model_server
from tests.service import Serve, Service

BRIDGE = (
    "The old bridge of Arle was opened again on 3 May by mayor Ana Bo. A new ferry is not planned in Arle by anyone."
)
WHO = {
    "id": "who",
    "question": "Who opened the bridge of Arle?",
    "answers": ["Ana Bo"],
    "evidence": [{"doc_id": "bridge", "quote": "The old bridge of Arle was opened again on 3 May by mayor Ana Bo."}],
}
FAR = {"id": "far", "question": "Who won the 2022 football World Cup?", "answerable": False, "reviewed": False}
DRAFT = "The bridge of Arle was opened by mayor Ana Bo."


@pytest.fixture(scope="module")
def service(serve: Serve) -> Iterator[Service]:
    with serve(ScriptedModel(DRAFT, preference=0.9)) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "own"
    made.mkdir()
    (made / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    return ask(made, WHO, FAR)


def ask(folder: Path, *questions: dict[str, Any]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in questions)
    (folder / "questions.jsonl").write_text(text, encoding="utf-8")
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["eval", *arguments])


@contextmanager
def working(service: Service) -> Iterator[None]:
    """With the ingest worker's work done meanwhile."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.05):
            service.work()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def test_the_questions_of_a_folder_are_asked_and_the_results_lie_beside_it(service: Service, folder: Path) -> None:
    with working(service):
        result = run(str(folder), "--base", service.url)
    assert result.exit_code == 0, result.output
    assert "own: 2 questions, 1 articles, model scripted" in result.output
    assert "1 of 2 questions were proposed by a model and not reviewed yet" in result.output
    written = [path for path in (folder.parent / "own-results").glob("own-*.jsonl") if "-timings" not in path.name]
    assert len(written) == 1
    rows = [json.loads(line) for line in written[0].read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["right"]) for row in rows] == [("who", True), ("far", True)]
    assert "Right, by type of question" in written[0].with_suffix(".html").read_text(encoding="utf-8")


def test_as_json_it_is_the_figures_with_their_recipe(service: Service, folder: Path, tmp_path: Path) -> None:
    with working(service):
        result = run(str(folder), "--base", service.url, "--json", "--out", str(tmp_path / "out"))
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert report["figures"]["accuracy"]["value"] == 1.0
    assert (report["unreviewed"], report["missed"], report["articles"]) == (1, [], 1)
    assert Path(report["written_to"]).parent == tmp_path / "out"


def test_what_is_kept_is_what_the_next_run_is_compared_with_and_a_judge_is_heard_apart(
    service: Service, folder: Path, tmp_path: Path
) -> None:
    with working(service), model_server(lambda _: "yes") as url:
        kept = run(str(folder), "--base", service.url, "--update-baseline")
        judged = ("--judge", "any", "--judge-url", url)
        again = run(str(folder), "--base", service.url, "--json", "--out", str(tmp_path / "out"), *judged)
    assert "no reference to compare with" in kept.output
    assert f"kept as the reference in {folder / 'reference.jsonl'}" in kept.output
    report = json.loads(again.stdout)
    assert report["change"]["overall"]["asked"] == 2
    assert report["judge"]["figures"]["agreement"]["value"] == 1.0
    assert "Judged by any" in Path(report["page"]).read_text(encoding="utf-8")
    assert again.exit_code == 0


def test_the_help_of_the_command_has_the_options_of_measuring() -> None:
    told = run("--help").output
    assert all(option in told for option in ("--judge-url", "--compare", "--without", "--update-baseline", "draft"))
    assert WITHOUT == PARTS


def test_a_share_that_is_not_reached_is_exit_code_1(service: Service, folder: Path) -> None:
    ask(folder, WHO | {"answers": ["Ilse Brandt"]})
    with working(service):
        result = run(str(folder), "--base", service.url, "--at-least", "0.5")
    assert result.exit_code == 1
    assert "missed: right at least 0.5: measured 0.000" in result.output


@pytest.mark.parametrize("arguments", [["nowhere"], ["--limit", "1", "nowhere"], ["measure", "nowhere"]])
def test_a_folder_that_is_none_is_wrong_usage_in_one_line(tmp_path: Path, arguments: list[str]) -> None:
    result = run(*(str(tmp_path / word) if word == "nowhere" else word for word in arguments))
    assert result.exit_code == WRONG
    assert len(result.stderr.splitlines()) == 1


def test_a_service_that_does_not_answer_is_not_ready(folder: Path) -> None:
    result = run(str(folder), "--base", "http://127.0.0.1:9")
    assert result.exit_code == NOT_READY
    assert "does not answer" in result.stderr


def test_a_model_cannot_be_chosen_for_a_service_that_runs(folder: Path) -> None:
    assert run(str(folder), "--base", "http://127.0.0.1:9", "--model", "x").exit_code == WRONG


def writes(prompt: str) -> str:
    if "opened" in prompt:
        return "Question: Who opened the old bridge of Arle again?\nAnswer: Ana Bo"
    return "Question: What is not planned in Arle?\nAnswer: A tunnel"


def test_questions_are_drafted_checked_and_can_be_measured_at_once(
    service: Service, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "questions.jsonl").unlink()
    with model_server(writes) as url:
        monkeypatch.setenv("GROUNDWIRE_MODEL_URL", url)
        drafted = run("draft", str(folder))
    assert drafted.exit_code == 0, drafted.output
    assert "2 questions from 1 articles, 1 dropped" in drafted.output
    assert "the answer is not in its sentence" in drafted.output
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row.get("answers"), row["answerable"], row["reviewed"]) for row in rows] == [
        (["Ana Bo"], True, False),
        (None, False, False),
    ]
    (piece,) = rows[0]["evidence"]
    assert BRIDGE[piece["start"] : piece["end"]] == piece["quote"]
    assert not list(folder.glob("*.part"))
    with working(service):
        measured = run(str(folder), "--base", service.url)
    assert measured.exit_code == 0, measured.output
    assert "2 of 2 questions were proposed" in measured.output


def test_what_was_reviewed_is_never_written_over(folder: Path) -> None:
    before = (folder / "questions.jsonl").read_text(encoding="utf-8")
    result = run("draft", str(folder))
    assert result.exit_code == WRONG
    assert "--out" in result.stderr
    assert (folder / "questions.jsonl").read_text(encoding="utf-8") == before


def test_nothing_that_passes_is_exit_code_1(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(lambda _: "No.") as url:
        monkeypatch.setenv("GROUNDWIRE_MODEL_URL", url)
        result = run("draft", str(folder), "--out", str(tmp_path / "new.jsonl"), "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["questions"], report["articles"]) == (0, 1)
    assert sum(report["dropped"].values()) == 2
