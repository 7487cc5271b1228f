"""`groundwire backup` and `restore`: with Chroma's real server, and refusals that change nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api import runtime
from api.cli import FAILED, NOT_SET_UP, main
from ingest.worker import work_off
from rag.compose import Engine, assemble, collections_of
from rag.seams import Embedder
from rag.settings import load_settings
from rag.types import NewDocument, Question
from tests.fakes import ScriptedModel

TOWNS = ("Aldermoor", "Brackwater", "Cinderford")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chroma_server: str) -> None:
    monkeypatch.setenv("GROUNDWIRE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GROUNDWIRE_CHROMA_URL", chroma_server)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def found(engine: Engine) -> list[tuple[str, float]]:
    hits = engine.retriever.retrieve(Question("When was the bridge of Cinderford opened?"), 3)
    return [(hit.passage.id, hit.score) for hit in hits]


def test_a_collection_goes_to_another_folder_and_is_searched_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    monkeypatch.setenv("GROUNDWIRE_EMBEDDING", "torch")  # as the embedder given here does
    with closing(assemble(load_settings(), embedder, ScriptedModel())) as engine:
        engine.store.enqueue([NewDocument(id=town, text=f"The bridge of {town} was opened.") for town in TOWNS])
        with closing(collections_of(engine)) as collections:
            collections.create("sport").store.enqueue([NewDocument(id="race", text="Ilse Brandt won the race.")])
        work_off(engine)
        before = found(engine)
        backed = run("backup", tmp_path / "b.tar")
        engine.index.drop()
    assert backed.exit_code == 0, backed.output
    assert "4 documents" in backed.output
    monkeypatch.setenv("GROUNDWIRE_DATA", str(tmp_path / "elsewhere"))
    restored = run("restore", tmp_path / "b.tar")
    assert restored.exit_code == 0, restored.output
    assert "4 of 4 passages indexed" in restored.output
    with closing(assemble(load_settings(), embedder, ScriptedModel())) as engine:
        assert engine.index.count() == 3
        assert found(engine) == before
        assert before[0][0]
        with closing(collections_of(engine)) as collections:
            assert [each.document.id for each in collections.engine("sport").store.documents(None, 9)[0]] == ["race"]
    again = run("restore", tmp_path / "b.tar")
    assert again.exit_code == FAILED
    assert "--replace" in again.stderr
    assert run("restore", tmp_path / "b.tar", "--replace").exit_code == 0


def test_a_folder_that_a_service_uses_is_not_restored_into(tmp_path: Path) -> None:
    (tmp_path / "b.tar").touch()
    with runtime.alone(tmp_path / "data"):
        refused = run("restore", tmp_path / "b.tar", "--replace")
    assert refused.exit_code == NOT_SET_UP
    assert "is in use by another process" in refused.stderr


def test_without_a_collection_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    refused = run("backup", tmp_path / "b.tar")
    assert refused.exit_code == FAILED
    assert refused.stderr.startswith("groundwire: ")
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "b.tar").exists()
