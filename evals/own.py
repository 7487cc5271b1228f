"""Measuring on one's own articles: a folder of files and the questions beside them. What `groundwire eval` does."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evals import reference, report
from evals.adapters import read_any
from evals.figures import right
from evals.gates import ALWAYS, worse_than_reference
from evals.measuring import Counting, Done, Options, Services, held_to
from evals.measuring import measure as measured
from evals.questions import GoldQuestion, QuestionSet, choose, read_questions
from ingest.clean import clean
from ingest.readers import files_in, read
from rag.errors import InvalidInput, Rejected
from rag.identity import identity
from rag.types import Failure, NewDocument

QUESTIONS = "questions.jsonl"
LONGEST_TEXT = 2_000_000


@dataclass(frozen=True, slots=True)
class Own:
    """A folder as it was read. `unread` are files and records that could not be, but for files of other kinds."""

    found: QuestionSet
    unread: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """A run with what came of it, and each thing that was promised or asked for and is not so, in a sentence."""

    done: Done
    missed: tuple[str, ...]
    unreviewed: int


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

    Ids are those that `groundwire add FOLDER` gives. Questions, reference and files of other kinds are passed over.
    """
    documents: list[NewDocument] = []
    failures: list[Failure] = []
    ours = {folder / QUESTIONS, folder / reference.FILE}
    for file, name in files_in(folder):
        if file in ours:
            continue
        try:
            for one in map(_stored, read(file, name)):
                if isinstance(one, NewDocument):
                    documents.append(one)
                else:
                    failures.append(one)
        except OSError as error:
            failures.append(Failure(str(file), "unreadable", str(error.strerror)))
    return documents, failures


def measure(
    path: Path,
    found: QuestionSet,
    options: Options,
    counting: Counting,
    *,
    limit: int | None = None,
    part: str | None = None,
    at_least: float | None = None,
    same_as: Sequence[Path] = (),
) -> Measured:
    """Asks the questions of what was read at `path`, of a service of its own or the one that `options` name.

    `at_least` is the share of questions that is to be right, `same_as` earlier results that these are to equal to the
    byte. Raises `InvalidInput` for questions about articles that are not there, and `Unavailable` where a service
    cannot be started or reached.
    """
    chosen = choose(found.questions, limit, part)
    if not chosen:
        raise InvalidInput(f"no question of {found.name} is asked with these options", "questions")
    recipe = {"set": found.name, "part": part or "all", "limit": limit}
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="groundwire-eval-")))
        services = Services(options, data, stack)
        done = measured(found, chosen, recipe, reference.place(path), services, options, counting)
    missed = [*_missed(done, options, at_least)]
    if same_as and (others := report.differing(done.path, same_as)):
        missed.append(f"other results than before, or none before: {', '.join(others)}")
    return Measured(done, tuple(missed), unreviewed(chosen))


def unreviewed(questions: Sequence[GoldQuestion]) -> int:
    """How many were proposed by a model and looked at by nobody."""
    return sum(not question.reviewed for question in questions)


def _missed(done: Done, options: Options, at_least: float | None) -> Iterator[str]:
    run, comparison = done.run, held_to(done.comparison, options)
    for gate in ALWAYS:
        value = gate.measured(run.outcomes)
        if value is not None and not gate.holds(value):
            yield f"{gate}: measured {value:.3f}"
    if different := [key for key, fields in run.repeats.items() if fields]:
        yield f"answered differently when asked again: {', '.join(different)}"
    if comparison and (worse := worse_than_reference(comparison)):
        yield worse
    share = right(run.outcomes)
    if at_least is not None and (share is None or share < at_least):
        yield f"right at least {at_least:g}: measured " + ("nothing" if share is None else f"{share:.3f}")


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
