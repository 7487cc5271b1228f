"""One's own articles and questions: what is read of a folder, and what is said about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evals.gold import doubts
from evals.measuring import Options
from evals.own import measure, read_articles, read_own, unreviewed
from evals.questions import GoldQuestion, QuestionSet, read_set
from evals.reference import FILE, place
from evals.run import Progress
from evals.service import serving_model
from rag.errors import InvalidInput, Unavailable
from tests.readme import ROOT

BRIDGE = "The bridge of Arle was opened on 3 May."


def folder(place: Path, *questions: object) -> Path:
    (place / "news").mkdir()
    (place / "news" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (place / "ferry.md").write_text("# Ferry\n\nThe ferry of Arle stopped.", encoding="utf-8")
    rows = [{"text": "By its address.", "url": "https://a.example/1"}, {"title": "no text"}]
    (place / "wire.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (place / "photo.jpg").write_bytes(b"\xff\xd8")
    (place / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in questions), encoding="utf-8")
    return place


def silent(_: str) -> Progress:
    return lambda *_: None


def test_every_kind_of_article_is_read_with_the_id_that_adding_the_folder_gives(tmp_path: Path) -> None:
    own = read_own(folder(tmp_path, {"id": "a", "question": "When?", "reviewed": False}))
    ids = [document["id"] for document in own.found.documents]
    assert ids[:2] == ["ferry", "news/bridge"]
    assert ids[2].startswith("url_")
    assert own.found.documents[1]["text"] == BRIDGE
    assert [(one.id, one.code) for one in own.unread] == [("wire.jsonl:2", "invalid_record")]
    assert unreviewed(own.found.questions) == 1


def test_what_is_not_reviewed_is_only_what_says_so(tmp_path: Path) -> None:
    rows = [{"id": "a", "question": "?"}, {"id": "b", "question": "?", "reviewed": True}]
    assert unreviewed(read_own(folder(tmp_path, *rows)).found.questions) == 0


def test_a_folder_without_articles_or_questions_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"questions\.jsonl does not exist"):
        read_own(tmp_path)
    (tmp_path / "questions.jsonl").write_text('{"id": "a", "question": "?"}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="holds no article"):
        read_own(tmp_path)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"id": 7, "question": "?"}, "id: Input should be a valid string"),
        ({"id": "a"}, "question: Field required"),
        ({"id": "a", "question": " "}, "question: .*blank"),
        ({"id": "a", "question": "?", "answers": "Anbar"}, "answers: Input should be a valid tuple"),
        ({"id": "a", "question": "?", "items": ["a", "b"]}, "items.0: "),
        ({"id": "a", "question": "?", "evidence": [{"quote": "x"}]}, "evidence.0.doc_id: Field required"),
        ({"id": "a", "question": "?", "answerable": "no"}, "answerable: Input should be a valid boolean"),
        ({"id": "a", "question": "?", "part": "tset"}, "part: Input should be 'dev' or 'test'"),
        ({"id": "a", "question": "?", "as_of": "last Friday"}, "as_of: .*Invalid isoformat"),
    ],
)
def test_a_question_that_cannot_be_understood_is_named_with_its_line_and_field(
    tmp_path: Path, row: dict[str, object], told: str
) -> None:
    folder(tmp_path, {"id": "fine", "question": "?"}, row)
    with pytest.raises(InvalidInput, match=rf"questions\.jsonl, line 2: {told}"):
        read_own(tmp_path)


def test_what_is_no_text_empty_or_told_twice_is_named(tmp_path: Path) -> None:
    folder(tmp_path)
    with pytest.raises(InvalidInput, match="holds no question"):
        read_own(tmp_path)
    questions = tmp_path / "questions.jsonl"
    questions.write_bytes(b'{"id": "a", "question": "\xff"}')
    with pytest.raises(InvalidInput, match="cannot be read as UTF-8"):
        read_own(tmp_path)
    questions.write_text('\ufeff{"id": "a", "question": "?"}\r\n{"id": "a", "question": "!"}\r\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="used more than once: a"):
        read_own(tmp_path)
    with pytest.raises(InvalidInput, match="does not exist"):
        read_own(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ('{"id": "d", "text": "x"}\n{"id": "d", "text": "y"}', r"documents\.jsonl: used more than once: d"),
        ('{"id": "d"}', r"documents\.jsonl, line 1: text is missing"),
        ('{"text": "x"}', r"documents\.jsonl, line 1: id is missing"),
    ],
)
def test_documents_of_a_set_that_cannot_be_told_apart_or_have_no_text_are_named(
    tmp_path: Path, rows: str, told: str
) -> None:
    (tmp_path / "questions.jsonl").write_text('{"id": "a", "question": "?"}', encoding="utf-8")
    (tmp_path / "documents.jsonl").write_text(rows, encoding="utf-8")
    with pytest.raises(InvalidInput, match=told):
        read_set(tmp_path)


def test_evidence_that_is_not_in_its_article_is_named_before_anything_starts(tmp_path: Path) -> None:
    said = [{"doc_id": "news/bridge", "quote": "opened  on 3 may"}, {"doc_id": "news/bridge", "quote": "in June"}]
    own = read_own(folder(tmp_path, {"id": "a", "question": "When?", "evidence": said}))
    with pytest.raises(InvalidInput, match=r"word for word: a: 'in June' in news/bridge$"):
        measure(tmp_path, own.found, Options(tmp_path / "out"), silent)


def test_results_that_cannot_be_written_are_told_before_anything_starts(tmp_path: Path) -> None:
    own = read_own(folder(tmp_path, {"id": "a", "question": "When?"}))
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(InvalidInput, match="results cannot be written to"):
        measure(tmp_path, own.found, Options(tmp_path / "out"), silent)


@pytest.mark.parametrize("base", ["http://127.0.0.1:9", "127.0.0.1:9", "http://[::1"])
def test_a_service_that_is_not_there_is_told_as_such(tmp_path: Path, base: str) -> None:
    own = read_own(folder(tmp_path, {"id": "a", "question": "When?"}))
    with pytest.raises(Unavailable, match="does not answer"):
        measure(tmp_path, own.found, Options(tmp_path / "out", base=base), silent)


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"base": "http://127.0.0.1:9", "without": "rank"}, "--without is about a service started here"),
        ({"base": "http://127.0.0.1:9", "compare": "plain"}, "--compare is about a service started here"),
        ({"collection": "news"}, "--collection is one of the service at --base"),
        ({"judge_url": "http://127.0.0.1:9/v1"}, "name it with --judge"),
        ({"judge": "nobody"}, "--judge nobody is no provider:model"),
    ],
)
def test_options_that_do_not_go_together_are_named_before_anything_starts(
    tmp_path: Path, chosen: dict[str, str], told: str
) -> None:
    own = read_own(folder(tmp_path, {"id": "a", "question": "When?"}))
    with pytest.raises(InvalidInput, match=told):
        measure(tmp_path, own.found, Options(tmp_path / "out", **chosen), silent)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_the_reference_lies_beside_the_questions_and_is_no_article(tmp_path: Path) -> None:
    folder(tmp_path, {"id": "a", "question": "When?"})
    before = len(read_articles(tmp_path)[0])
    assert place(tmp_path) == tmp_path / FILE
    place(tmp_path).write_text('{"id": "x", "text": "not an article"}\n', encoding="utf-8")
    assert len(read_articles(tmp_path)[0]) == before
    (tmp_path / "dev.json").write_text("{}", encoding="utf-8")
    assert place(tmp_path / "dev.json") == tmp_path / f"dev-{FILE}"


def test_what_may_not_be_meant_is_told() -> None:
    asked = [GoldQuestion("a", "?", True, type="numbers"), GoldQuestion("b", "?", True, ("x",), type="spikee:xss")]
    assert doubts(asked) == [
        "answerable without answers, so that only refusals and citations count: a",
        "type 'numbers' is a label of its own; measured as such is 'number'",
    ]
    assert doubts([GoldQuestion("c", "?", False, type="unanswerable_null")]) == []


def test_an_article_that_cannot_be_stored_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "more.jsonl").write_text('{"id": "none", "text": " "}\n{"id": "one", "text": "x"}\n', encoding="utf-8")
    documents, failures = read_articles(tmp_path)
    assert [document.id for document in documents][:3] == ["ferry", "one", "news/bridge"]
    assert ("none", "empty_text") in {(failure.id, failure.code) for failure in failures}


def test_questions_about_articles_that_are_not_there_are_named_before_anything_starts(tmp_path: Path) -> None:
    asked = {"id": "a", "question": "When?", "evidence": [{"doc_id": "gone"}]}
    own = read_own(folder(tmp_path, asked))
    with pytest.raises(InvalidInput, match="gone"):
        measure(tmp_path, own.found, Options(tmp_path / "out"), silent)
    with pytest.raises(InvalidInput, match="no question"):
        measure(tmp_path, QuestionSet("x", own.found.documents, ()), Options(tmp_path / "out"), silent)
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_served_already_is_not_served_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWIRE_MODEL_URL", "http://127.0.0.1:9/v1")
    with serving_model(tmp_path / "model.log") as where:
        assert where == {"GROUNDWIRE_MODEL": os.environ.get("GROUNDWIRE_MODEL", "qwen2.5-1.5b")}
    assert not (tmp_path / "model.log").exists()


def test_measuring_loads_nothing_that_is_there_for_development_only() -> None:
    script = (
        "import sys\nimport evals.own, evals.draft\n"
        "print(*sorted({'pytest', 'hypothesis', 'langchain_text_splitters', 'mypy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
