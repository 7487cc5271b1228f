"""Reading question sets and choosing slices of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.questions import Evidence, GoldQuestion, choose, part_of, read_set
from rag.errors import InvalidInput


def write(folder: Path, *rows: object, name: str = "questions.jsonl") -> Path:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def made(count: int) -> list[GoldQuestion]:
    return [
        GoldQuestion(f"q{n}", "?", answerable=n % 3 > 0, type=("fact", "date", "none")[n % 3], part=part_of(f"q{n}"))
        for n in range(count)
    ]


def test_a_row_of_the_common_layout_is_read_with_what_it_leaves_out(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "question": "Why?",
        "answers": ["so"],
        "evidence": [{"doc_id": "d", "quote": "so it is"}, {"doc_id": "e"}],
    }
    question = read_set(write(tmp_path, row)).questions[0]
    assert question.answerable
    assert question.type == "answerable"
    assert question.evidence == (Evidence("d", "so it is"), Evidence("e"))
    assert question.part == part_of("a")
    assert question.body() == {"question": "Why?"}


def test_time_and_documents_of_a_question_become_part_of_its_request(tmp_path: Path) -> None:
    row = {"id": "a", "question": "Why?", "as_of": "2025-03-20", "document_ids": ["d"]}
    question = read_set(write(tmp_path, row)).questions[0]
    assert question.body() == {"question": "Why?", "as_of": "2025-03-20", "filters": {"document_ids": ["d"]}}


def test_documents_are_read_in_order_and_absent_for_a_set_about_the_seeds(tmp_path: Path) -> None:
    write(tmp_path, {"id": "a", "question": "Why?"})
    assert read_set(tmp_path).documents == ()
    write(tmp_path, {"id": "d", "text": "One."}, {"id": "e", "text": "Two."}, name="documents.jsonl")
    assert [document["id"] for document in read_set(tmp_path).documents] == ["d", "e"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", "line 1"),
        ("[]", "not a JSON object"),
        ('{"id": "a"}', "question"),
        ('{"id": "a", "question": "?", "evidence": [{}]}', "doc_id"),
    ],
)
def test_a_row_that_cannot_be_understood_is_an_error_naming_it(tmp_path: Path, line: str, named: str) -> None:
    (tmp_path / "questions.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(InvalidInput, match=named):
        read_set(tmp_path)


def test_an_id_used_twice_is_an_error(tmp_path: Path) -> None:
    row = {"id": "a", "question": "Why?"}
    with pytest.raises(InvalidInput, match="more than once: a"):
        read_set(write(tmp_path, row, row))


def test_a_folder_without_questions_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"questions\.jsonl does not exist"):
        read_set(tmp_path)


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_smaller_slice_is_part_of_a_larger_one_and_keeps_the_order(small: int, more: int) -> None:
    questions = made(60)
    few, many = choose(questions, small), choose(questions, min(60, small + more))
    assert len(few) == small
    assert set(few) <= set(many)
    assert few == [question for question in questions if question in few]


def test_a_slice_has_each_type_as_often_as_the_set() -> None:
    chosen = choose(made(60), 15)
    assert [sum(q.type == name for q in chosen) for name in ("fact", "date", "none")] == [5, 5, 5]


def test_a_slice_does_not_depend_on_the_order_of_the_file() -> None:
    questions = made(60)
    assert set(choose(questions, 12)) == set(choose(questions[::-1], 12))


def test_parts_share_no_question_and_make_up_the_whole() -> None:
    questions = made(60)
    dev, test = choose(questions, part="dev"), choose(questions, part="test")
    assert dev
    assert test
    assert sorted(q.id for q in dev + test) == sorted(q.id for q in questions)
