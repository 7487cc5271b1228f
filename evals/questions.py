"""Question sets: a folder with `questions.jsonl`, and `documents.jsonl` unless the seeds are asked about.

The layout is described in evals/README.md. Reading is strict: a row that cannot be understood is an
error naming its line, never a question less.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from evals.files import text_of
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
    place = folder / "documents.jsonl"
    documents = tuple(_document(row, where) for where, row in json_lines(place)) if place.is_file() else ()
    _once(place, (document["id"] for document in documents))
    return QuestionSet(folder.resolve().name, documents, read_questions(path))


def read_questions(path: Path) -> tuple[GoldQuestion, ...]:
    """The questions of a file, in order. Raises as `read_set` does."""
    questions = tuple(_question(row, where) for where, row in json_lines(path))
    if not questions:
        raise InvalidInput(f"{path} holds no question", "set")
    _once(path, (question.id for question in questions))
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
    for question in sorted(wanted, key=lambda question: by_hash(question)):
        strata[question.answerable, question.type].append(question)
    placed = [
        ((j + 0.5) / len(stratum), by_hash(question), question.id)
        for stratum in strata.values()
        for j, question in enumerate(stratum)
    ]
    chosen = {name for _, _, name in sorted(placed)[:limit]}
    return [question for question in wanted if question.id in chosen]


def by_hash(question: GoldQuestion) -> str:
    """Where a question stands in an order that has nothing to do with the order of its set."""
    return sha256(question.id.encode()).hexdigest()


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of a JSON Lines file with where it stands. Raises `InvalidInput` naming the line at fault."""
    for number, line in enumerate(text_of(path).split("\n"), 1):
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
        read = _Row.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise InvalidInput(
            f"{where}: {field}: {first['msg']}" if field else f"{where}: {first['msg']}", "set"
        ) from error
    return GoldQuestion(
        id=read.id,
        text=read.question,
        answerable=read.answerable,
        answers=read.answers or (),
        items=read.items or (),
        evidence=tuple(Evidence(piece.doc_id, piece.quote or "") for piece in read.evidence or ()),
        type=read.type or ("answerable" if read.answerable else "unanswerable"),
        difficulty=read.difficulty or "",
        group=read.group or "",
        part=read.part or part_of(read.id),
        canary=read.canary or "",
        as_of=read.as_of or "",
        document_ids=read.document_ids or (),
        long=bool(read.long),
        conflict=read.conflict,
        wrong_answers=read.wrong_answers or (),
        reviewed=read.reviewed is not False,
    )


def _moment(value: str) -> str:
    """ISO 8601, a date or a moment, as the service takes it."""
    datetime.fromisoformat(value)
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("it is blank")
    return value


Told = Annotated[str, AfterValidator(_not_blank)]


class _Piece(BaseModel):
    model_config = ConfigDict(strict=True)
    doc_id: Told
    quote: str | None = None


class _Row(BaseModel):
    """A line of `questions.jsonl`. Null is as good as left out; what is not named here is a note for people."""

    model_config = ConfigDict(strict=True)
    id: Told
    question: Told
    answerable: bool = True
    answers: tuple[str, ...] | None = Field(None, strict=False)
    items: tuple[Annotated[tuple[str, ...], Field(strict=False)], ...] | None = Field(None, strict=False)
    evidence: tuple[_Piece, ...] | None = Field(None, strict=False)
    type: str | None = None
    difficulty: str | None = None
    group: str | None = None
    part: Literal["dev", "test"] | None = None
    canary: str | None = None
    as_of: Annotated[str, AfterValidator(_moment)] | None = None
    document_ids: tuple[Told, ...] | None = Field(None, strict=False)
    long: bool | None = None
    conflict: bool | None = None
    wrong_answers: tuple[str, ...] | None = Field(None, strict=False)
    reviewed: bool | None = None


def _document(row: dict[str, Any], where: str) -> dict[str, Any]:
    """A document needs an id and a text; the service judges the rest."""
    for name in ("id", "text"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise InvalidInput(f"{where}: {name} is missing, blank or no text", "set")
    return row


def _once(path: Path, ids: Iterable[str]) -> None:
    if twice := sorted(name for name, count in Counter(ids).items() if count > 1):
        raise InvalidInput(f"{path}: used more than once: {', '.join(twice)}", "id")
