"""BEIR (Thakur et al., 2021): a corpus, queries, and which documents are relevant to which. Retrieval only.

corpus.jsonl (`_id`, `title`, `text`), queries.jsonl (`_id`, `text`) and qrels/*.tsv with query, document and grade, or
with TREC's four columns (query, iteration, document, grade); a head line may be there or not. Questions are those
judged in test.tsv (part `test`) and dev.tsv (`dev`), or in what else there is (`dev`). Grades above 0 count alike.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from evals.adapters.rows import Once, broken, told
from evals.files import present, stem, text_of
from evals.questions import Evidence, GoldQuestion, QuestionSet, json_lines
from rag.errors import InvalidInput

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"
_GRADE = re.compile(r"-?\d+(\.\d+)?")
Relevant = tuple[str, str]
"""A query, and a document that answers it."""


def read(folder: Path) -> QuestionSet:
    """Raises `InvalidInput` naming the line that is not in this layout, or is about what is not there."""
    documents: dict[str, dict[str, Any]] = {}
    once = Once("document")
    for where, row in json_lines(present(folder, CORPUS) or folder / CORPUS):
        with broken(where):
            document = _document(row)
            documents[once(document["id"])] = document
    queries: dict[str, str] = {}
    once = Once("query")
    for where, row in json_lines(present(folder, QUERIES) or folder / QUERIES):
        with broken(where):
            queries[once(str(row["_id"]))] = told(row["text"], "text")
    found: dict[str, GoldQuestion] = {}
    for file in _files(folder / "qrels"):
        part = "test" if stem(file) == "test" else "dev"
        judged: dict[str, list[str]] = {}
        for query, relevant in _judged(file, queries, documents):
            if relevant not in judged.setdefault(query, []):
                judged[query].append(relevant)
        for key, answering in judged.items():
            found.setdefault(key, _question(key, queries[key], answering, part))
    # what has neither text nor title cannot be found, nor stored
    kept = tuple(document for document in documents.values() if document["text"])
    return QuestionSet(folder.resolve().name, kept, tuple(found.values()))


def _files(folder: Path) -> list[Path]:
    """What is judged, part `test` first."""
    files = sorted([*folder.glob("*.tsv"), *folder.glob("*.tsv.gz")])
    if not files:
        raise InvalidInput(f"{folder} holds no .tsv file", "set")
    chosen = [file for file in files if stem(file) in ("test", "dev")] or files
    return sorted(chosen, key=lambda file: stem(file) != "test")


def _document(row: dict[str, Any]) -> dict[str, Any]:
    title, text = (row.get("title") or "").strip(), row["text"] or ""
    return {"id": str(row["_id"]), "text": text if text.strip() else title} | ({"title": title} if title else {})


def _judged(file: Path, queries: Collection[str], documents: dict[str, dict[str, Any]]) -> Iterator[Relevant]:
    """In the file's order."""
    lines = csv.reader(StringIO(text_of(file), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(lines):
        if not any(cell.strip() for cell in row) or (number == 0 and not _GRADE.fullmatch(row[-1].strip())):
            continue
        with broken(f"{file}, line {number + 1}"):
            if len(row) not in (3, 4):
                raise ValueError(f"{len(row)} columns and not 3 or 4")
            query, *_, document, grade = (cell.strip() for cell in row)
            if float(grade) <= 0:
                continue
            if query not in queries:
                raise ValueError(f"the query {query} is not in {QUERIES}")
            if not documents.get(document, {}).get("text"):
                raise ValueError(f"the document {document} is not in {CORPUS}, or is empty there")
        yield query, document


def _question(key: str, text: str, relevant: list[str], part: str) -> GoldQuestion:
    evidence = tuple(Evidence(document) for document in relevant)
    return GoldQuestion(key, text, True, evidence=evidence, type="retrieval", part=part, retrieval_only=True)
