"""RGB (Chen et al., 2024): short passages that answer a question, do not, or have been made to mislead.

A file of lines such as en.json and en_refine.json: `id`, `query`, `answer`, `positive`, `negative`; in en_fact.json
also `positive_wrong` and `fakeanswer`, and in en_int.json `positive` is a list for each part of the answer. `answer`
is a string or a list: of its members all are wanted, and a member that is a list holds aliases.

Each question is asked of its own passages, with noise among them, and once more (`…-noise`, where there is noise
without an answer in it) of the noise alone: then it cannot be answered. What was made to mislead is asked about with
the true passages beside it, so that a right answer can be told from one that was misled.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.adapters.rows import Once, broken, said, told
from evals.files import stem
from evals.measures import contains
from evals.questions import Evidence, GoldQuestion, QuestionSet, json_lines, part_of


def read(path: Path) -> QuestionSet:
    """Raises `InvalidInput` naming the line that is not in this layout."""
    documents: list[dict[str, Any]] = []
    questions: list[GoldQuestion] = []
    once, name = Once("question"), stem(path)
    for where, row in json_lines(path):
        with broken(where):
            key = once(f"{name}-{row['id']}")
            passages = {
                kind: [
                    {"id": f"{key}-{kind}-{number}", "text": text}
                    for number, text in enumerate(_flat(row.get(kind) or []))
                ]
                for kind in ("positive", "positive_wrong", "negative")
            }
            documents += [document for kind in passages.values() for document in kind]
            questions += _questions(row, key, passages)
    return QuestionSet(name, tuple(documents), tuple(questions))


def _questions(row: dict[str, Any], key: str, passages: dict[str, list[dict[str, Any]]]) -> Iterator[GoldQuestion]:
    items, text = _items(row["answer"]), told(row["query"], "query")
    if not items:
        raise ValueError("answer is empty")
    aliases = tuple(alias for item in items for alias in item)
    wrong = row.get("fakeanswer") or []
    yield GoldQuestion(
        id=key,
        text=text,
        answerable=True,
        answers=aliases,
        items=items if len(items) > 1 else (),
        evidence=tuple(Evidence(document["id"]) for document in passages["positive"]),
        type="counterfactual" if passages["positive_wrong"] else "integration" if len(items) > 1 else "noisy",
        part=part_of(key),
        document_ids=tuple(document["id"] for kind in passages.values() for document in kind),
        wrong_answers=said(_leaves(wrong)),
    )
    noise = tuple(document["id"] for document in passages["negative"] if not contains(document["text"], aliases))
    if noise:
        yield GoldQuestion(
            id=f"{key}-noise",
            text=text,
            answerable=False,
            type="unanswerable_noise",
            part=part_of(key),
            document_ids=noise,
        )


def _items(answer: Any) -> tuple[tuple[str, ...], ...]:
    """What an answer has to hold: one of each.

    >>> _items("Oslo"), _items(["Oslo", ["March 3", "3 March"]])
    ((('Oslo',),), (('Oslo',), ('March 3', '3 March')))
    """
    members = answer if isinstance(answer, list) else [answer]
    return tuple(aliases for member in members if (aliases := said(_leaves(member))))


def _leaves(value: Any) -> Iterator[Any]:
    """What is in lists within lists, in order; a value alone is itself."""
    if isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    elif value is not None:
        yield value


def _flat(passages: list[Any]) -> Iterator[str]:
    for passage in _leaves(passages):
        if not isinstance(passage, str):
            raise TypeError(f"a passage is {type(passage).__name__} and not a text")
        if passage.strip():
            yield passage
