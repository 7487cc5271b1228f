"""Public question sets in their own layouts, told apart by their files, and read whole."""

from __future__ import annotations

import doctest
import gzip
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals import files
from evals.adapters import read_any, rgb
from evals.adapters import rows as adapter_rows
from evals.questions import Evidence, QuestionSet
from rag.errors import InvalidInput

CONTEXT = "The mill of Arle burned down in 1931. It was rebuilt by Ana Bo."
SECOND = "Arle lies on the Varn."


def dump(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def lines(path: Path, *rows: object) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def squad_file(folder: Path) -> Path:
    one = {
        "id": "56be",
        "question": " Who rebuilt the mill? ",
        "answers": [{"text": "Ana Bo", "answer_start": 56}, {"text": "Ana Bo", "answer_start": 56}],
        "is_impossible": False,
    }
    two = {
        "id": "5ad3",
        "question": "Who burned the mill?",
        "answers": [],
        "plausible_answers": [{"text": "Ana Bo", "answer_start": 56}],
        "is_impossible": True,
    }
    article = {
        "title": "Arle_%28town%29",
        "paragraphs": [{"qas": [one, two], "context": CONTEXT}, {"qas": [], "context": SECOND}],
    }
    return dump(folder / "dev-v2.0.json", {"version": "v2.0", "data": [article]})


def multihop_folder(folder: Path) -> Path:
    body = {"author": "A", "category": "c", "published_at": "2023-09-28T12:00:00+00:00"}
    corpus = [
        {"title": "Mill", "source": "Courier", "url": "https://a.example/1", "body": CONTEXT, **body},
        {"title": "Town", "source": "Post", "url": "https://b.example/2", "body": SECOND, **body},
    ]
    fact = {"title": "Mill", "source": "Courier", "url": "https://a.example/1", **body}
    questions = [
        {
            "query": "Did the Courier and the Post agree?",
            "answer": "Yes",
            "question_type": "comparison_query",
            "evidence_list": [
                fact | {"fact": "It was rebuilt by Ana Bo."},
                fact | {"fact": "In other words."},
            ],
        },
        {"query": "?", "answer": "Insufficient information.", "question_type": "null_query", "evidence_list": []},
    ]
    dump(folder / "corpus.json", corpus)
    dump(folder / "MultiHopRAG.json", questions)
    return folder


def rgb_file(folder: Path, name: str = "en_refine.json", **changed: Any) -> Path:
    row = {
        "id": 7,
        "query": "When did the mill burn?",
        "answer": [["1931", "in 1931"]],
        "positive": [CONTEXT],
        "negative": [SECOND, "It burned in 1931, they say.", " "],
    }
    return lines(folder / name, row | changed)


def beir_folder(folder: Path) -> Path:
    lines(
        folder / "corpus.jsonl",
        {"_id": "d1", "title": "Mill", "text": CONTEXT, "metadata": {}},
        {"_id": "d2", "title": "Town", "text": ""},
    )
    lines(folder / "queries.jsonl", {"_id": "q1", "text": "mill fire"}, {"_id": "q2", "text": "town"})
    (folder / "qrels").mkdir()
    head = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels" / "test.tsv").write_text(f"{head}q1\td1\t2\nq1\td2\t0\n", encoding="utf-8")
    (folder / "qrels" / "dev.tsv").write_text(f"{head}q2\td2\t1\n", encoding="utf-8")
    (folder / "qrels" / "train.tsv").write_text(f"{head}q3\td2\t1\n", encoding="utf-8")
    return folder


def every_quote_is_verbatim(found: QuestionSet) -> bool:
    texts = {document["id"]: document["text"] for document in found.documents}
    return all(piece.quote in texts[piece.document_id] for q in found.questions for piece in q.evidence)


def test_squad_has_a_document_an_article_and_the_sentence_of_the_answer_as_evidence(tmp_path: Path) -> None:
    found = read_any(squad_file(tmp_path))
    assert found.name == "dev-v2.0"
    assert [(d["title"], d["text"]) for d in found.documents] == [("Arle (town)", f"{CONTEXT}\n\n{SECOND}")]
    right, impossible = found.questions
    assert (right.text, right.answers, right.answerable) == ("Who rebuilt the mill?", ("Ana Bo",), True)
    assert right.evidence == (Evidence(found.documents[0]["id"], "It was rebuilt by Ana Bo."),)
    assert (impossible.answerable, impossible.answers, impossible.evidence) == (False, (), ())
    assert every_quote_is_verbatim(found)


def test_a_folder_with_one_known_file_is_read_as_that_file(tmp_path: Path) -> None:
    squad_file(tmp_path)
    assert read_any(tmp_path).name == "dev-v2.0"


def test_multihop_keeps_facts_that_are_verbatim_and_refuses_its_null_queries(tmp_path: Path) -> None:
    found = read_any(multihop_folder(tmp_path))
    assert [d["source"] for d in found.documents] == ["Courier", "Post"]
    assert found.documents[0]["published_at"] == "2023-09-28T12:00:00+00:00"
    first, null = found.questions
    mill = found.documents[0]["id"]
    assert (first.type, first.answers) == ("comparison", ("Yes",))
    assert first.evidence == (Evidence(mill, "It was rebuilt by Ana Bo."), Evidence(mill, ""))
    assert (null.answerable, null.answers) == (False, ())


def test_evidence_in_an_article_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    multihop_folder(tmp_path)
    dump(tmp_path / "corpus.json", [])
    told = r"MultiHopRAG\.json, line 1, question 0: .*https://a\.example/1, which is not in corpus\.json"
    with pytest.raises(InvalidInput, match=told):
        read_any(tmp_path)


def test_rgb_asks_a_question_of_its_own_passages_and_once_of_the_noise_alone(tmp_path: Path) -> None:
    found = read_any(rgb_file(tmp_path))
    asked, noise = found.questions
    assert len(found.documents) == 3
    assert (asked.answers, asked.items, asked.type) == (("1931", "in 1931"), (), "noisy")
    assert set(asked.document_ids) == {d["id"] for d in found.documents}
    assert [piece.document_id for piece in asked.evidence] == ["en_refine-7-positive-0"]
    assert (noise.answerable, noise.document_ids) == (False, ("en_refine-7-negative-0",))


def test_rgb_parts_of_an_answer_are_all_wanted(tmp_path: Path) -> None:
    path = rgb_file(tmp_path, "en_int.json", answer=[["1931"], ["Ana Bo", "Bo"]], positive=[[CONTEXT], [SECOND]])
    question = read_any(path).questions[0]
    assert question.items == (("1931",), ("Ana Bo", "Bo"))
    assert len(question.evidence) == 2


def test_rgb_counterfactual_passages_come_with_the_answer_they_mislead_to(tmp_path: Path) -> None:
    wrong = CONTEXT.replace("1931", "1940")
    path = rgb_file(tmp_path, "en_fact.json", answer="1931", fakeanswer="1940", positive_wrong=[wrong])
    question = read_any(path).questions[0]
    assert (question.type, question.answers, question.wrong_answers) == ("counterfactual", ("1931",), ("1940",))
    assert "en_fact-7-positive_wrong-0" in question.document_ids


def test_beir_is_retrieval_only_with_what_is_relevant_as_evidence(tmp_path: Path) -> None:
    found = read_any(beir_folder(tmp_path))
    assert [(d["id"], d["text"]) for d in found.documents] == [("d1", CONTEXT), ("d2", "Town")]
    assert [(q.id, q.part, q.retrieval_only) for q in found.questions] == [("q1", "test", True), ("q2", "dev", True)]
    assert found.questions[0].evidence == (Evidence("d1"),)


@pytest.mark.parametrize(
    "lines",
    [
        "q1\td1\t1\nq2\td2\t1\n",
        "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n",
        "q1\t0\td1\t1\nq2\t0\td2\t1\nq2\t0\td1\t0\n",
        "query-id\titer\tcorpus-id\tscore\r\nq1\t0\td1\t2\r\nq2\t0\td2\t1\r\n",
    ],
    ids=["no head", "head", "TREC", "TREC with head"],
)
def test_beir_judgements_are_read_with_and_without_a_head_line(tmp_path: Path, lines: str) -> None:
    for file in (beir_folder(tmp_path) / "qrels").glob("*.tsv"):
        file.unlink()
    (tmp_path / "qrels" / "test.tsv").write_text(lines, encoding="utf-8", newline="")
    found = {q.id: [piece.document_id for piece in q.evidence] for q in read_any(tmp_path).questions}
    assert found == {"q1": ["d1"], "q2": ["d2"]}


def test_beir_judgements_of_another_shape_are_named(tmp_path: Path) -> None:
    (beir_folder(tmp_path) / "qrels" / "test.tsv").write_text("q1 d1 1\nq1\td1\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"test\.tsv, line 2: .*2 columns"):
        read_any(tmp_path)


def test_our_own_layout_is_still_ours(tmp_path: Path) -> None:
    lines(tmp_path / "questions.jsonl", {"id": "a", "question": "Why?"})
    dump(tmp_path / "notes.json", {})
    assert [question.id for question in read_any(tmp_path).questions] == ["a"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{}", "in none of the layouts"),
        ("nonsense", "cannot be read as JSON"),
        ('{"data": [{"title": "A"}]}', "line 1, article 0: paragraphs is missing"),
        ('{"query": "Why?", "positive": []}', "line 1: id is missing"),
        (
            '{"data": [\n{"title": "A", "paragraphs": [\n{"context": "x", "qas": [{"id": "1"}]}]}]}',
            "line 3, article 0, paragraph 0, question 0: question is missing",
        ),
        ('{"data": [{"paragraphs": [{"context": " ",\n "qas": []}]}]}', "line 1, article 0, paragraph 0: .*is blank"),
        ('{"id": 1, "query": "Why?", "positive": []}', "line 1: answer is missing"),
        ('{"id": 1, "query": "Why?", "answer": [" "], "positive": []}', "line 1: .*answer is empty"),
        ('{"id": 1, "query": "Why?", "answer": "x", "positive": [7]}', "line 1: .*a passage is int"),
    ],
)
def test_a_file_that_is_not_as_its_layout_says_is_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "set.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=told):
        read_any(path)


def test_several_files_in_a_folder_are_not_guessed_between(tmp_path: Path) -> None:
    squad_file(tmp_path)
    rgb_file(tmp_path)
    with pytest.raises(InvalidInput, match=r"dev-v2\.0\.json, en_refine\.json"):
        read_any(tmp_path)


def test_a_query_that_is_judged_but_not_there_is_an_error(tmp_path: Path) -> None:
    beir_folder(tmp_path)
    lines(tmp_path / "queries.jsonl", {"_id": "q1", "text": "mill fire"})
    with pytest.raises(InvalidInput, match=r"dev\.tsv, line 2: .*the query q2 is not in queries\.jsonl"):
        read_any(tmp_path)


# -- as they are found in the wild ------------------------------------------------------------------


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
    rows.append({"query": "?", "answer": "", "question_type": "null_query"})  # type: ignore[dict-item]
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


def test_the_worked_examples_of_the_adapters_hold() -> None:
    results = [doctest.testmod(module) for module in (rgb, adapter_rows, files)]
    assert all(result.attempted for result in results)
    assert sum(result.failed for result in results) == 0
