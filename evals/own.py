"""Measuring on one's own articles: a folder of files and the questions beside them. What `groundwire eval` does."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from evals import report
from evals.adapters import read_any
from evals.client import Client
from evals.figures import right
from evals.gates import ALWAYS
from evals.gold import check_gold, doubts
from evals.questions import GoldQuestion, QuestionSet, choose, read_questions
from evals.report import writable
from evals.run import Progress, Run, ask_all
from evals.service import serving
from ingest.clean import clean
from ingest.readers import read
from rag.errors import InvalidInput, Rejected, Unavailable
from rag.identity import identity
from rag.types import Failure, NewDocument

QUESTIONS = "questions.jsonl"
LONGEST_TEXT = 2_000_000
UNREADABLE = "unsupported_format"


@dataclass(frozen=True, slots=True)
class Own:
    """A folder as it was read. `unread` are files and records that could not be, but for files of other kinds."""

    found: QuestionSet
    unread: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """A run, where it was written, and each thing that was promised or asked for and is not so, in a sentence.

    `doubts` are what in the questions may not be meant as it is written.
    """

    run: Run
    recipe: dict[str, Any]
    path: Path
    missed: tuple[str, ...]
    unreviewed: int
    doubts: tuple[str, ...] = ()


def read_own(path: Path) -> Own:
    """A folder with `questions.jsonl` beside or above the articles, or a set in a public layout.

    Raises `InvalidInput` where there is neither, or no article.
    """
    if not path.exists():
        raise InvalidInput(f"{path} does not exist", "folder")
    questions = path / QUESTIONS
    if not questions.is_file():
        found, unread = read_any(path), list[Failure]()
    else:
        documents, unread = read_articles(path)
        found = QuestionSet(path.resolve().name, tuple(map(_body, documents)), read_questions(questions))
    if not found.documents:
        raise InvalidInput(f"{path} holds no article that can be read", "folder")
    return Own(found, tuple(unread))


def read_articles(folder: Path) -> tuple[list[NewDocument], list[Failure]]:
    """Every article in a folder as it is stored, each with its id, in the order of paths; and what cannot be read.

    Ids are those that `groundwire add FOLDER` gives. The questions and files of other kinds are passed over.
    """
    documents: list[NewDocument] = []
    failures: list[Failure] = []
    for file in sorted(file for file in folder.rglob("*") if file.is_file() and file != folder / QUESTIONS):
        try:
            for one in map(_stored, read(file, file.relative_to(folder).as_posix())):
                if isinstance(one, NewDocument):
                    documents.append(one)
                elif one.code != UNREADABLE:
                    failures.append(one)
        except OSError as error:
            failures.append(Failure(str(file), "unreadable", str(error.strerror)))
    return documents, failures


def measure(
    found: QuestionSet,
    out: Path,
    progress: Progress,
    *,
    base: str | None = None,
    model: str | None = None,
    limit: int | None = None,
    part: str | None = None,
    at_least: float | None = None,
) -> Measured:
    """Asks the questions of a service of its own, or of the one at `base`, and writes the results to the folder `out`.

    `at_least` is the share of questions that is to be right. Raises `InvalidInput` for questions about articles that
    are not there, and `Unavailable` where a service cannot be started or reached.
    """
    chosen = choose(found.questions, limit, part)
    if not chosen:
        raise InvalidInput(f"no question of {found.name} is asked with these options", "questions")
    check_gold(found, chosen)
    writable(out)
    with _client(base, model) as client:
        client.add(found.documents)
        run = ask_all(client, chosen, progress)
    recipe = {"set": found.name, "part": part or "all", "limit": limit}
    path = report.write(run, recipe, out, datetime.now(UTC))
    return Measured(run, recipe, path, tuple(_missed(run, at_least)), unreviewed(chosen), tuple(doubts(chosen)))


def unreviewed(questions: Sequence[GoldQuestion]) -> int:
    """How many were proposed by a model and looked at by nobody."""
    return sum(not question.reviewed for question in questions)


def _missed(run: Run, at_least: float | None) -> Iterator[str]:
    for gate in ALWAYS:
        value = gate.measured(run.outcomes)
        if value is not None and not gate.holds(value):
            yield f"{gate}: measured {value:.3f}"
    if different := [key for key, fields in run.repeats.items() if fields]:
        yield f"answered differently when asked again: {', '.join(different)}"
    share = right(run.outcomes)
    if at_least is not None and (share is None or share < at_least):
        yield f"right at least {at_least:g}: measured " + ("nothing" if share is None else f"{share:.3f}")


@contextmanager
def _client(base: str | None, model: str | None) -> Iterator[Client]:
    with ExitStack() as stack:
        try:
            if not base:
                data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="groundwire-eval-")))
                base = stack.enter_context(serving(data, seeds=False, model=model)).base
            client = Client(base)
            stack.callback(client.close)
            yield client
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable("service", f"the service at {base} does not answer: {error}") from error


def _stored(one: NewDocument | Failure) -> NewDocument | Failure:
    """A document as the store would hold it, with its id, or why it would not."""
    if isinstance(one, Failure):
        return one
    try:
        kept = clean(one, LONGEST_TEXT)
        return replace(kept, id=identity(kept))
    except Rejected as error:
        return Failure(one.id, error.code, str(error))


def _body(document: NewDocument) -> dict[str, Any]:
    """The request that adds it."""
    at = document.published_at
    known = {name: getattr(document, name) for name in ("id", "title", "url", "source", "language")}
    return {name: value for name, value in known.items() if value} | (
        {"text": document.text} | ({"published_at": at.isoformat()} if at else {})
    )
