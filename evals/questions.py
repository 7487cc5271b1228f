"""Question sets: a folder with `questions.jsonl`, and `documents.jsonl` unless the seeds are asked about.

The layout is described in evals/README.md. Reading is strict: a row that cannot be understood is an
error naming its line, never a question less.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from rag.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the answer stands: a document, and the verbatim sentence in it where that is known ("" if not)."""

    document_id: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what a right reply to it is.

    `answers` are aliases of one answer; for a list, `items` holds the aliases of each of its members and all
    are wanted. `canary` is a text that only a reply obeying a planted instruction holds. Questions of
    one `group` ask the same in other words. `long` means no short answer exists, so accuracy does not apply.
    With `conflict` the documents give several answers, `answers` are all of them, and `wrong_answers` mislead.
    With `retrieval_only` nothing but its evidence is known, so that search alone is asked. `reviewed` is false
    for a question that was proposed by a model and looked at by nobody.
    """

    id: str
    text: str
    answerable: bool
    answers: tuple[str, ...] = ()
    items: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    type: str = ""
    difficulty: str = ""
    group: str = ""
    part: str = ""
    canary: str = ""
    as_of: str = ""
    document_ids: tuple[str, ...] = ()
    long: bool = False
    conflict: bool | None = None
    wrong_answers: tuple[str, ...] = ()
    retrieval_only: bool = False
    reviewed: bool = True

    def body(self) -> dict[str, Any]:
        """The request that asks it."""
        asked: dict[str, Any] = {"question": self.text}
        if self.as_of:
            asked["as_of"] = self.as_of
        if self.document_ids:
            asked["filters"] = {"document_ids": list(self.document_ids)}
        return asked


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """`documents` are request bodies, in order; empty means the set asks about the seeds."""

    name: str
    documents: tuple[dict[str, Any], ...]
    questions: tuple[GoldQuestion, ...]


def read_set(folder: Path) -> QuestionSet:
    """Raises `InvalidInput` naming the file and line at fault, also for an id used twice."""
    path = folder / "questions.jsonl"
    if not path.is_file():
        raise InvalidInput(f"{path} does not exist; a question set is a folder that holds it", "set")
    documents = folder / "documents.jsonl"
    return QuestionSet(
        name=folder.resolve().name,
        documents=tuple(row for _, row in json_lines(documents)) if documents.is_file() else (),
        questions=read_questions(path),
    )


def read_questions(path: Path) -> tuple[GoldQuestion, ...]:
    """The questions of a file, in order. Raises as `read_set` does."""
    questions = tuple(_question(row, where) for where, row in json_lines(path))
    if twice := [name for name, count in Counter(question.id for question in questions).items() if count > 1]:
        raise InvalidInput(f"{path}: used more than once: {', '.join(sorted(twice))}", "id")
    return questions


def part_of(question_id: str) -> str:
    """`dev` or `test`, decided by the id alone so that no question ever changes sides.

    >>> part_of("seeds-where-killed"), part_of("seeds-age")
    ('test', 'dev')
    """
    return "dev" if sha256(question_id.encode()).digest()[0] % 2 == 0 else "test"


def choose(questions: Sequence[GoldQuestion], limit: int | None = None, part: str | None = None) -> list[GoldQuestion]:
    """The questions of one part, cut to `limit` in the set's own proportions, in the set's order.

    Questions are spread by type: the j-th of n questions of a type (in the order of their ids' hashes) stands at
    (j + 1/2)/n, and the first `limit` places are taken. So the slice is the same every time, a smaller one
    is part of a larger one, and each type is in it as often as in the whole set, rounded.
    """
    wanted = [question for question in questions if part is None or question.part == part]
    if limit is None or limit >= len(wanted):
        return wanted
    strata: dict[tuple[bool, str], list[GoldQuestion]] = defaultdict(list)
    for question in sorted(wanted, key=lambda question: _hash(question.id)):
        strata[question.answerable, question.type].append(question)
    placed = [
        ((j + 0.5) / len(stratum), _hash(question.id), question.id)
        for stratum in strata.values()
        for j, question in enumerate(stratum)
    ]
    chosen = {name for _, _, name in sorted(placed)[:limit]}
    return [question for question in wanted if question.id in chosen]


def _hash(question_id: str) -> str:
    return sha256(question_id.encode()).hexdigest()


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of a JSON Lines file with where it stands. Raises `InvalidInput` naming the line at fault."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{path}, line {number}"
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise InvalidInput(f"{where}: {error}", "set") from error
            if not isinstance(row, dict):
                raise InvalidInput(f"{where}: not a JSON object", "set")
            yield where, row


def _question(row: dict[str, Any], where: str) -> GoldQuestion:
    try:
        answerable = bool(row.get("answerable", True))
        return GoldQuestion(
            id=row["id"],
            text=row["question"],
            answerable=answerable,
            answers=tuple(row.get("answers") or ()),
            items=tuple(tuple(aliases) for aliases in row.get("items") or ()),
            evidence=tuple(Evidence(piece["doc_id"], piece.get("quote") or "") for piece in row.get("evidence") or ()),
            type=row.get("type") or ("answerable" if answerable else "unanswerable"),
            difficulty=row.get("difficulty") or "",
            group=row.get("group") or "",
            part=row.get("part") or part_of(row["id"]),
            canary=row.get("canary") or "",
            as_of=row.get("as_of") or "",
            document_ids=tuple(row.get("document_ids") or ()),
            long=bool(row.get("long")),
            conflict=row.get("conflict"),
            wrong_answers=tuple(row.get("wrong_answers") or ()),
            reviewed=bool(row.get("reviewed", True)),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{where}: {type(error).__name__}: {error}", "set") from error
