"""One question set asked of a service, and all that comes of it. `pytest evals` and `groundwire eval` share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from evals import judge, page, reference, report, sidebyside
from evals.client import Client
from evals.gold import check_gold, doubts
from evals.questions import GoldQuestion, QuestionSet
from evals.reference import Comparison
from evals.report import writable
from evals.run import ASKED_TWICE, Progress, Run, ask_all
from evals.service import serving, serving_model, serving_plain
from evals.sidebyside import Beside
from rag.ablation import Ablation
from rag.errors import GroundwireError, InvalidInput, Unavailable

BASELINES = ("plain",)
PARTS = tuple(part.value for part in Ablation if part)
"""What `without` may leave out."""
MOST_SHOWN = 5

Counting = Callable[[str], Progress]
"""Makes what shows how far something has come, by what it is about."""


@dataclass(frozen=True, slots=True)
class Options:
    """How sets are measured; what is empty was not asked for. See the table of options in evals/README.md."""

    results: Path
    base: str = ""
    collection: str = ""
    model: str = ""
    without: str = ""
    compare: str = ""
    judge: str = ""
    judge_url: str = ""
    update_baseline: bool = False

    def check(self) -> None:
        """Before anything is started. Raises `InvalidInput` naming the options that do not go together."""
        for name in ("model", "without", "compare"):
            if self.base and getattr(self, name):
                raise InvalidInput(f"--{name} is about a service started here; the one at --base is as it is", name)
        if self.collection and not self.base:
            raise InvalidInput("--collection is one of the service at --base; one started here has no other", "base")
        if self.judge_url and not self.judge:
            raise InvalidInput("--judge-url is where the judge is served; name it with --judge", "judge")
        if self.judge:
            judge.check(self.judge, self.judge_url)
        if self.compare and not find_spec("langchain_text_splitters"):
            raise InvalidInput("--compare needs what is there for development: `make setup`, or uv sync", "compare")


@dataclass(frozen=True, slots=True)
class Done:
    """A run of one set, what changed since its reference, where results and page are, and lines to print of it."""

    run: Run
    questions: tuple[GoldQuestion, ...]
    recipe: Mapping[str, Any]
    comparison: Comparison | None
    judgement: judge.Judgement | None
    beside: Beside | None
    path: Path
    page: Path
    told: tuple[str, ...]


class Services:
    """The service that sets are asked of: the one at `base`, or one of its own, started once in `folder`.

    Beside it the baseline, where one is compared with. The `stack` stops them.
    """

    def __init__(self, options: Options, folder: Path, stack: ExitStack) -> None:
        self._options, self._folder, self._stack = options, folder, stack
        self._opened: tuple[Client, Client | None] | None = None

    def of(self, found: QuestionSet) -> tuple[Client, Client | None]:
        """With the documents of the set in them. Raises `GroundwireError` where some that it asks about are missing."""
        if self._opened is None:
            self._opened = self._start(found)
        ours, theirs = self._opened
        ours.add(found.documents)
        wanted = {piece.document_id for question in found.questions for piece in question.evidence}
        if missing := sorted(wanted - set(ours.document_ids())):
            listed = ", ".join(missing[:MOST_SHOWN])
            raise GroundwireError(f"the collection lacks documents that the questions are about: {listed}")
        if theirs and not theirs.document_ids():
            theirs.add(found.documents or sidebyside.documents_of(ours))
        return ours, theirs

    def _start(self, found: QuestionSet) -> tuple[Client, Client | None]:
        options, base, shared = self._options, self._options.base, dict[str, str]()
        model = options.model or None
        if options.compare:
            shared = self._stack.enter_context(serving_model(self._folder / "model.log", model))
        if not base:
            seeds, without = not found.documents, options.without
            started = serving(self._folder, seeds=seeds, model=model, without=without, environment=shared)
            base = self._stack.enter_context(started).base
        ours = self._client(base, options.collection)
        if not options.compare:
            return ours, None
        return ours, self._client(self._stack.enter_context(serving_plain(self._folder / "plain.log", shared)))

    def _client(self, base: str, collection: str = "") -> Client:
        made = Client(base, collection=collection)
        self._stack.callback(made.close)
        return made


def measure(
    found: QuestionSet,
    questions: Sequence[GoldQuestion],
    recipe: Mapping[str, Any],
    kept_at: Path,
    services: Services,
    options: Options,
    counting: Counting,
    again: int = ASKED_TWICE,
) -> Done:
    """Asks the `questions` of the set, `again` of them twice, and writes results and page.

    `recipe` has the set, the part and the limit; `kept_at` is where the reference of the set is. Raises `InvalidInput`
    for gold or options that cannot be right, before anything is asked, and `Unavailable` where a service cannot be
    started or reached.
    """
    options.check()
    check_gold(found, questions)
    kept, folder = reference.read(kept_at), writable(options.results)
    recipe = dict(recipe) | ({"without": options.without} if options.without else {})
    try:
        ours, theirs = services.of(found)
        progress = counting(f"questions of {found.name}")
        if theirs:
            run, beside = sidebyside.ask_both(ours, theirs, questions, progress, options.compare)
        else:
            run, beside = ask_all(ours, questions, progress, again), None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        at = f" at {options.base}" if options.base else ""
        raise Unavailable("service", f"the service{at} does not answer: {error}") from error
    comparison = reference.compare(run.outcomes, questions, run.model, kept) if kept else None
    path = report.write(run, recipe, folder, datetime.now(UTC), comparison)
    if options.update_baseline:
        reference.write(kept_at, reference.keep(run.outcomes, questions, run.model, recipe))
    judgement, opinion = _judged(run, questions, options, counting)
    if judgement:
        judge.write(judgement, path)
    if beside:
        sidebyside.write(run, beside, recipe, path)
    shown = page.write(path.with_suffix(".html"), run, questions, recipe, comparison, judgement)
    wrong = report.failures(run)
    told = (
        *report.table(run, comparison),
        "",
        *report.changes(comparison),
        *(["", *sidebyside.table(run, beside)] if beside else []),
        *(["", *opinion] if opinion else []),
        *(f"is this meant? {line}" for line in doubts(questions)),
        *(["", "Wrong:", *wrong] if wrong else []),
        "",
        f"written to {path} and {shown}",
        *([f"kept as the reference in {kept_at}"] if options.update_baseline else []),
    )
    return Done(run, tuple(questions), recipe, comparison, judgement, beside, path, shown, told)


def held_to(comparison: Comparison | None, options: Options) -> Comparison | None:
    """The comparison that a run is judged by, if any.

    One that is to become the reference is not held to the old one, nor a model that was chosen to try it.
    """
    trying = comparison is not None and not comparison.same_model and bool(options.model or options.base)
    return None if options.update_baseline or trying else comparison


def _judged(
    run: Run, questions: Sequence[GoldQuestion], options: Options, counting: Counting
) -> tuple[judge.Judgement | None, list[str]]:
    """The judge's opinion. One that cannot be had is told, and keeps nothing else from being measured."""
    if not options.judge:
        return None, []
    try:
        with judge.judging(options.judge, options.judge_url or None) as model:
            made = judge.judge_all(model, run.outcomes, questions, counting("answers judged"))
        return made, judge.table(made)
    except GroundwireError as error:
        return None, [f"judge {options.judge}: no opinion: {error}"]
