"""Public question sets in their own layouts, told apart by their files, and read whole."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from evals import files
from evals.adapters import read_any, rgb
from evals.adapters import rows as adapter_rows
from evals.questions import Evidence, QuestionSet
from rag.errors import InvalidInput
from tests.evals.layouts import CONTEXT, SECOND, beir_folder, dump, lines, multihop_folder, rgb_file, squad_file


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


def test_the_worked_examples_of_the_adapters_hold() -> None:
    results = [doctest.testmod(module) for module in (rgb, adapter_rows, files)]
    assert all(result.attempted for result in results)
    assert sum(result.failed for result in results) == 0
