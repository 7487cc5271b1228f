"""BEIR (Thakur et al., 2021): a corpus, queries, and which documents are relevant to which. Retrieval only.

corpus.jsonl (`_id`, `title`, `text`), queries.jsonl (`_id`, `text`) and qrels/*.tsv, each with a head line and
then query, document and grade. Questions are those judged in test.tsv (part `test`) and dev.tsv (`dev`), or in
what else there is (`dev`). Grades above 0 count alike.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

from evals.adapters.rows import broken
from evals.questions import Evidence, GoldQuestion, QuestionSet, json_lines
from rag.errors import InvalidInput


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
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows, None)
        for query, document, grade in rows:
            if int(grade) > 0:
                relevant[query].append(document)
    return relevant


def _question(key: str, text: str, relevant: list[str], part: str) -> GoldQuestion:
    evidence = tuple(Evidence(document) for document in relevant)
    return GoldQuestion(key, text, True, evidence=evidence, type="retrieval", part=part, retrieval_only=True)
