"""SQuAD 1.1 and 2.0 (Rajpurkar et al., 2016 and 2018): questions on paragraphs of encyclopaedia articles.

{"version": …, "data": [{"title": …, "paragraphs": [{"context": …, "qas": [{"id": …, "question": …,
"is_impossible": false, "answers": [{"text": …, "answer_start": …}]}]}]}]}

An article becomes one document. Gold evidence is the sentence that the first answer begins in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from evals.adapters.rows import broken, load, sentence_at
from evals.questions import Evidence, GoldQuestion, QuestionSet, part_of


def read(path: Path) -> QuestionSet:
    """Raises `InvalidInput` where the file is not in this layout."""
    documents: list[dict[str, Any]] = []
    questions: list[GoldQuestion] = []
    for number, article in enumerate(load(path)["data"]):
        with broken(f"{path}, article {number}"):
            title, paragraphs = unquote(article["title"]).replace("_", " "), article["paragraphs"]
            key = f"{path.stem}-{number}"
            text = "\n\n".join(paragraph["context"].strip() for paragraph in paragraphs)
            documents.append({"id": key, "title": title, "text": text})
            questions += [_question(row, key, part["context"]) for part in paragraphs for row in part["qas"]]
    return QuestionSet(path.stem, tuple(documents), tuple(questions))


def _question(row: dict[str, Any], document: str, context: str) -> GoldQuestion:
    answerable = not row.get("is_impossible", False)
    answers = row["answers"] if answerable else []
    quote = sentence_at(context, int(answers[0]["answer_start"])) if answers else ""
    return GoldQuestion(
        id=str(row["id"]),
        text=row["question"].strip(),
        answerable=answerable,
        answers=tuple(dict.fromkeys(answer["text"] for answer in answers)),
        evidence=(Evidence(document, quote),) if answerable else (),
        type="answerable" if answerable else "unanswerable_close",
        part=part_of(str(row["id"])),
    )
