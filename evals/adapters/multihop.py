"""MultiHop-RAG (Tang and Yang, 2024): questions over several news articles.

corpus.json is a list of articles (`title`, `author`, `source`, `published_at`, `category`, `url`, `body`),
MultiHopRAG.json one of questions (`query`, `answer`, `question_type`, `evidence_list` of `url` and `fact`
among others). A `null_query` cannot be answered. An article is known by its address.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from evals.adapters.rows import broken, load
from evals.questions import Evidence, GoldQuestion, QuestionSet, part_of

CORPUS, QUESTIONS = "corpus.json", "MultiHopRAG.json"


def read(folder: Path) -> QuestionSet:
    """Raises `InvalidInput` where the files are not in this layout, or evidence is in no article."""
    texts: dict[str, str] = {}
    documents: list[dict[str, Any]] = []
    for number, article in enumerate(load(folder / CORPUS)):
        with broken(f"{folder / CORPUS}, article {number}"):
            key = _key(article["url"])
            if key not in texts:
                texts[key] = article["body"]
                known = {
                    name: article[name] for name in ("title", "url", "source", "published_at") if article.get(name)
                }
                documents.append({"id": key, "text": article["body"]} | known)
    questions = []
    for number, row in enumerate(load(folder / QUESTIONS)):
        with broken(f"{folder / QUESTIONS}, question {number}"):
            questions.append(_question(row, f"multihop-{number}", texts))
    return QuestionSet(folder.resolve().name, tuple(documents), tuple(questions))


def _question(row: dict[str, Any], key: str, texts: dict[str, str]) -> GoldQuestion:
    kind = row["question_type"].removesuffix("_query")
    answerable = kind != "null"
    facts = [(_key(piece["url"]), piece["fact"].strip()) for piece in row["evidence_list"]] if answerable else []
    return GoldQuestion(
        id=key,
        text=row["query"].strip(),
        answerable=answerable,
        answers=(str(row["answer"]),) if answerable else (),
        # a fact that is not in its article word for word still says which article it is
        evidence=tuple(Evidence(document, fact if fact in texts[document] else "") for document, fact in facts),
        type=kind if answerable else "unanswerable_null",
        part=part_of(key),
    )


def _key(url: str) -> str:
    return f"multihop-{sha256(url.encode()).hexdigest()[:16]}"
