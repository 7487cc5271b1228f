"""SQuAD 1.1 and 2.0 (Rajpurkar et al., 2016 and 2018): questions on paragraphs of encyclopaedia articles.

{"version": …, "data": [{"title": …, "paragraphs": [{"context": …, "qas": [{"id": …, "question": …,
"is_impossible": false, "answers": [{"text": …, "answer_start": …}]}]}]}]}

An article becomes one document. Gold evidence is the sentence that the first answer begins in. A question without
answers cannot be answered, whatever `is_impossible` says, as in the official evaluation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from evals.adapters.rows import Once, broken_at, load, said, sentence_at, told
from evals.files import stem
from evals.questions import Evidence, GoldQuestion, QuestionSet, part_of


def read(path: Path) -> QuestionSet:
    """Raises `InvalidInput` naming the line that is not in this layout."""
    documents: list[dict[str, Any]] = []
    questions: list[GoldQuestion] = []
    once = Once("question")
    for number, article in enumerate(load(path)["data"]):
        key = f"{stem(path)}-{number}"
        at: tuple[str | int, ...] = ("data", number)
        contexts: list[str] = []
        with broken_at(path, at, f"article {number}"):
            title, paragraphs = unquote(article.get("title") or "").replace("_", " "), list(article["paragraphs"])
        for place, paragraph in enumerate(paragraphs):
            here = (*at, "paragraphs", place)
            with broken_at(path, here, f"article {number}, paragraph {place}"):
                context, rows = paragraph["context"], list(paragraph["qas"])
                contexts.append(told(context, "context"))
            for index, row in enumerate(rows):
                with broken_at(path, (*here, "qas", index), f"article {number}, paragraph {place}, question {index}"):
                    questions.append(_question(row, key, context, once))
        if contexts:
            documents.append({"id": key, "text": "\n\n".join(contexts)} | ({"title": title} if title else {}))
    return QuestionSet(stem(path), tuple(documents), tuple(questions))


def _question(row: dict[str, Any], document: str, context: str, once: Once) -> GoldQuestion:
    key = once(str(row["id"]))
    listed = [] if row.get("is_impossible", False) else row.get("answers") or []
    given = [answer for answer in listed if str(answer["text"]).strip()]
    quote = sentence_at(context, _start(context, given[0])) if given else ""
    return GoldQuestion(
        id=key,
        text=told(row["question"], "question"),
        answerable=bool(given),
        answers=said(answer["text"] for answer in given),
        evidence=(Evidence(document, quote),) if given else (),
        type="answerable" if given else "unanswerable_close",
        part=part_of(key),
    )


def _start(context: str, answer: dict[str, Any]) -> int:
    """Where the answer stands: at its offset, or where it is found if that is off. Raises `ValueError` for nowhere."""
    start, text = int(answer["answer_start"]), str(answer["text"])
    if not context.startswith(text, start):
        start = context.index(text) if text in context else -1
    if start < 0:
        raise ValueError(f"the answer {text!r} does not stand in its context")
    return start
