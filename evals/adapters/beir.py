"""BEIR (Thakur et al., 2021): a corpus, queries, and which documents are relevant to which. Retrieval only.

corpus.jsonl (`_id`, `title`, `text`), queries.jsonl (`_id`, `text`) and qrels/*.tsv with query, document and grade, or
with TREC's four columns (query, iteration, document, grade); a head line may be there or not. Questions are those
judged in test.tsv (part `test`) and dev.tsv (`dev`), or in what else there is (`dev`). Grades above 0 count alike.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from evals.adapters.rows import broken
from evals.questions import Evidence, GoldQuestion, QuestionSet, json_lines
from rag.errors import InvalidInput

_GRADE = re.compile(r"-?\d+(\.\d+)?")


def read(folder: Path) -> QuestionSet:
    """Raises `InvalidInput` naming what is not in this layout."""
    documents = []
    for where, row in json_lines(folder / "corpus.jsonl"):
        with broken(where):
            documents.append(_document(row))
    queries: dict[str, str] = {}
    for where, row in json_lines(folder / "queries.jsonl"):
        with broken(where):
            queries[str(row["_id"])] = row["text"].strip()
    files = sorted((folder / "qrels").glob("*.tsv"))
    if not files:
        raise InvalidInput(f"{folder / 'qrels'} holds no .tsv file", "set")
    chosen = [file for file in files if file.stem in ("test", "dev")] or files
    found: dict[str, GoldQuestion] = {}
    for file in sorted(chosen, key=lambda file: file.stem != "test"):
        part = "test" if file.stem == "test" else "dev"
        with broken(file):
            for key, relevant in _judged(file).items():
                found.setdefault(key, _question(key, queries[key], relevant, part))
    return QuestionSet(folder.resolve().name, tuple(documents), tuple(found.values()))


def _document(row: dict[str, Any]) -> dict[str, Any]:
    title, text = row.get("title") or "", row["text"]
    return {"id": str(row["_id"]), "text": text if text.strip() else title} | ({"title": title} if title else {})


def _judged(file: Path) -> dict[str, list[str]]:
    """The relevant documents of each query, in the file's order."""
    relevant: dict[str, list[str]] = defaultdict(list)
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)):
            if not row or (number == 0 and not _GRADE.fullmatch(row[-1].strip())):
                continue
            query, *_, document, grade = row if len(row) in (3, 4) else _columns(row, number)
            if float(grade) > 0:
                relevant[query].append(document)
    return relevant


def _columns(row: list[str], number: int) -> list[str]:
    raise ValueError(f"line {number + 1} has {len(row)} columns and not 3 or 4")


def _question(key: str, text: str, relevant: list[str], part: str) -> GoldQuestion:
    evidence = tuple(Evidence(document) for document in relevant)
    return GoldQuestion(key, text, True, evidence=evidence, type="retrieval", part=part, retrieval_only=True)
