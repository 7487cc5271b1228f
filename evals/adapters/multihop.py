"""MultiHop-RAG (Tang and Yang, 2024): questions over several news articles.

corpus.json is a list of articles (`title`, `author`, `source`, `published_at`, `category`, `url`, `body`),
MultiHopRAG.json one of questions (`query`, `answer`, `question_type`, `evidence_list` of `url` and `fact`
among others). A `null_query` cannot be answered. An article is known by its address, and counts once.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from evals.adapters.rows import broken_at, load, told
from evals.files import present
from evals.questions import Evidence, GoldQuestion, QuestionSet, part_of

CORPUS, QUESTIONS = "corpus.json", "MultiHopRAG.json"
KNOWN = ("title", "url", "source", "published_at")


def read(folder: Path) -> QuestionSet:
    """Raises `InvalidInput` naming the line that is not in this layout, or whose evidence is in no article."""
    corpus, asked = present(folder, CORPUS) or folder / CORPUS, present(folder, QUESTIONS) or folder / QUESTIONS
    texts: dict[str, str] = {}
    documents: list[dict[str, Any]] = []
    for number, article in enumerate(_listed(corpus)):
        with broken_at(corpus, (number,), f"article {number}"):
            key = _key(told(article["url"], "url"))
            told(article["body"], "body")
            if key not in texts:
                texts[key] = article["body"]
                known = {name: article[name] for name in KNOWN if article.get(name)}
                documents.append({"id": key, "text": article["body"]} | known)
    questions = []
    for number, row in enumerate(_listed(asked)):
        with broken_at(asked, (number,), f"question {number}"):
            questions.append(_question(row, f"multihop-{number}", texts))
    return QuestionSet(folder.resolve().name, tuple(documents), tuple(questions))


def _listed(path: Path) -> list[Any]:
    with broken_at(path, (), "the whole file"):
        rows = load(path)
        if not isinstance(rows, list):
            raise TypeError(f"{type(rows).__name__} and not a list")
        return rows


def _question(row: dict[str, Any], key: str, texts: dict[str, str]) -> GoldQuestion:
    kind = told(row["question_type"], "question_type").removesuffix("_query")
    answerable = kind != "null"
    pieces = (row["evidence_list"] or []) if answerable else []
    return GoldQuestion(
        id=key,
        text=told(row["query"], "query"),
        answerable=answerable,
        answers=(told(str(row["answer"]), "answer"),) if answerable else (),
        evidence=tuple(_evidence(piece, texts) for piece in pieces),
        type=kind if answerable else "unanswerable_null",
        part=part_of(key),
    )


def _evidence(piece: dict[str, Any], texts: dict[str, str]) -> Evidence:
    """A fact that is not in its article word for word still says which article it is."""
    document, fact = _key(piece["url"]), str(piece.get("fact") or "").strip()
    if document not in texts:
        raise ValueError(f"evidence is in {piece['url']}, which is not in {CORPUS}")
    return Evidence(document, fact if fact in texts[document] else "")


def _key(url: str) -> str:
    return f"multihop-{sha256(url.strip().encode()).hexdigest()[:16]}"
