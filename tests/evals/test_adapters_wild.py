"""Public sets as they are found: packed, marked, incomplete or wrong. What cannot be right is named with its line."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.adapters import read_any
from evals.questions import Evidence
from rag.errors import InvalidInput
from tests.evals.layouts import CONTEXT, beir_folder, dump, multihop_folder, rgb_file, squad_file


def packed(file: Path) -> None:
    file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()


def marked(file: Path) -> None:
    """As Windows writes it."""
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))


def in_lines(file: Path) -> None:
    """Over many lines, where it is one JSON value."""
    if file.suffix == ".json" and file.name != "en_refine.json":
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")), indent=2), encoding="utf-8")


@pytest.mark.parametrize("change", [packed, marked, in_lines])
@pytest.mark.parametrize("made", [squad_file, multihop_folder, rgb_file, beir_folder])
def test_packed_with_a_mark_or_over_many_lines_a_set_is_the_same(
    tmp_path: Path, made: Callable[[Path], Path], change: Callable[[Path], None]
) -> None:
    before = read_any(made(tmp_path))
    for file in [file for file in tmp_path.rglob("*") if file.is_file()]:
        change(file)
    assert read_any(tmp_path) == before


@pytest.mark.parametrize("top", ["", "mill/"])
@pytest.mark.parametrize("made", [squad_file, multihop_folder, rgb_file, beir_folder])
def test_a_set_is_read_out_of_its_archive_and_named_after_it(
    tmp_path: Path, made: Callable[[Path], Path], top: str
) -> None:
    (tmp_path / "mill").mkdir()
    before = read_any(made(tmp_path / "mill"))
    with zipfile.ZipFile(tmp_path / "mill.zip", "w") as archive:
        for file in (tmp_path / "mill").rglob("*"):
            archive.write(file, f"{top}{file.relative_to(tmp_path / 'mill')}")
    found = read_any(tmp_path / "mill.zip")
    assert found.name == "mill"
    assert (found.documents, found.questions) == (before.documents, before.questions)


def test_what_is_wrong_in_an_archive_is_named_as_in_a_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mill.zip", "w") as archive:
        archive.writestr("mill/corpus.jsonl", '{"_id": "d"}\n')
        archive.writestr("mill/queries.jsonl", "")
    with pytest.raises(
        InvalidInput, match=rf"^{re.escape(str(tmp_path))}/mill\.zip/mill/corpus\.jsonl, line 1: text is "
    ):
        read_any(tmp_path / "mill.zip")
    (tmp_path / "no.zip").write_bytes(b"no archive")
    with pytest.raises(InvalidInput, match=r"no\.zip cannot be unpacked"):
        read_any(tmp_path / "no.zip")


def squad_of(folder: Path, *rows: dict[str, Any], **article: Any) -> Path:
    paragraphs = [{"context": CONTEXT, "qas": [{"id": str(n), "question": "Who?"} | row for n, row in enumerate(rows)]}]
    return dump(folder / "dev.json", {"data": [{"paragraphs": paragraphs} | article]})


def test_squad_without_answers_is_unanswerable_and_an_offset_that_is_off_is_put_right(tmp_path: Path) -> None:
    none: dict[str, Any] = {"answers": []}
    blank = {"answers": [{"text": " ", "answer_start": 0}], "is_impossible": False}
    off = {"answers": [{"text": "Ana Bo", "answer_start": 3}]}
    found = read_any(squad_of(tmp_path, none, blank, off))
    assert [question.answerable for question in found.questions] == [False, False, True]
    assert found.questions[2].evidence[0].quote == "It was rebuilt by Ana Bo."
    assert "title" not in found.documents[0]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"id": "a"}, {"id": "a"}], "question 1: .*the question a is there twice"),
        ([{"answers": [{"text": "Oslo", "answer_start": 0}]}], "'Oslo' does not stand in its context"),
        ([{"answers": [{"text": "Ana Bo"}]}], "question 0: answer_start is missing"),
        ([{"question": " "}], "question is blank"),
    ],
)
def test_squad_that_cannot_be_right_is_named(tmp_path: Path, rows: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(InvalidInput, match=rf"dev\.json, line 1, article 0, paragraph 0, .*{told}"):
        read_any(squad_of(tmp_path, *rows))


def test_multihop_without_titles_with_articles_twice_and_facts_left_out_is_read(tmp_path: Path) -> None:
    piece = {"url": "https://a.example/1"}
    dump(tmp_path / "corpus.json", [piece | {"body": CONTEXT}, piece | {"body": "Other.", "title": None}])
    rows = [{"query": "Who?", "answer": "Bo", "question_type": "inference_query", "evidence_list": [piece]}]
    rows.append({"query": "?", "answer": "", "question_type": "null_query"})
    dump(tmp_path / "MultiHopRAG.json", rows)
    found = read_any(tmp_path)
    assert [(d["text"], "title" in d) for d in found.documents] == [(CONTEXT, False)]
    assert [(q.type, len(q.evidence)) for q in found.questions] == [("inference", 1), ("unanswerable_null", 0)]


@pytest.mark.parametrize(
    ("file", "rows", "told"),
    [
        ("corpus.json", [{"url": "u"}], "line 2, article 0: body is missing"),
        ("corpus.json", [{"url": "u", "body": " "}], "line 2, article 0: .*body is blank"),
        ("corpus.json", {"data": 1}, "line 1, the whole file: .*dict and not a list"),
        ("MultiHopRAG.json", [{"query": "?", "question_type": "null_query"}, {"query": "?"}], "line 6, question 1: "),
        (
            "MultiHopRAG.json",
            [{"query": "?", "question_type": "inference_query"}],
            "line 2, question 0: evidence_list is missing",
        ),
    ],
)
def test_multihop_that_cannot_be_right_is_named(tmp_path: Path, file: str, rows: Any, told: str) -> None:
    multihop_folder(tmp_path)
    (tmp_path / file).write_text(json.dumps(rows, indent=1), encoding="utf-8")
    with pytest.raises(InvalidInput, match=rf"{re.escape(file)}, {told}"):
        read_any(tmp_path)


def test_rgb_takes_an_answer_alone_and_lists_within_lists_and_has_an_id_once(tmp_path: Path) -> None:
    path = rgb_file(
        tmp_path, answer=["Oslo", ["1931", ["in 1931", ""]], []], positive_wrong=[["No."]], fakeanswer=[["x"]]
    )
    question = read_any(path).questions[0]
    assert question.items == (("Oslo",), ("1931", "in 1931"))
    assert question.wrong_answers == ("x",)
    path.write_text(path.read_text("utf-8") * 2, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"en_refine\.json, line 2: .*en_refine-7 is there twice"):
        read_any(path)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        (
            "corpus.jsonl",
            '{"_id": "d1", "text": "x"}\n\n{"_id": "d1", "text": "y"}',
            "line 3: .*document d1 is there twice",
        ),
        ("corpus.jsonl", '{"_id": "d1"}', "line 1: text is missing"),
        (
            "queries.jsonl",
            '{"_id": "q1", "text": "x"}\n{"_id": "q1", "text": "y"}',
            "line 2: .*query q1 is there twice",
        ),
        ("queries.jsonl", '{"_id": "q1", "text": ""}', "line 1: .*text is blank"),
        ("qrels/test.tsv", "q1\td1\t1\nq1\td9\t1\n", "line 2: .*document d9 is not in corpus"),
        ("qrels/test.tsv", "q1\td1\t1\nq1\td1\tmuch\n", "line 2: .*much"),
    ],
)
def test_beir_that_cannot_be_right_is_named(tmp_path: Path, file: str, text: str, told: str) -> None:
    beir_folder(tmp_path)
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=rf"{re.escape(file)}, {told}"):
        read_any(tmp_path)


def test_beir_documents_that_are_empty_are_left_out_and_one_judged_twice_counts_once(tmp_path: Path) -> None:
    beir_folder(tmp_path)
    with (tmp_path / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"_id": 3, "text": "", "title": null}\n')
    (tmp_path / "qrels" / "test.tsv").write_text("q1\td1\t1\nq1\td1\t2\nq1\t3\t0\n\n", encoding="utf-8")
    found = read_any(tmp_path)
    assert [document["id"] for document in found.documents] == ["d1", "d2"]
    assert found.questions[0].evidence == (Evidence("d1"),)
