"""Small sets in the layouts in which the public ones are published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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
