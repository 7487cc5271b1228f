"""`pytest evals/`: the options, the runs that every gate reads, and the table at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals import judge, page, reference, report, sidebyside
from evals.adapters import read_any
from evals.client import Client
from evals.gates import gates_for
from evals.gold import check_gold, doubts
from evals.judge import KEY
from evals.plan import Plan, plans
from evals.questions import GoldQuestion, QuestionSet
from evals.report import writable
from evals.run import Progress, Run, ask_all
from evals.service import serving, serving_model, serving_plain
from evals.sidebyside import Beside
from rag.ablation import Ablation
from rag.errors import GroundwireError, InvalidInput

HERE = Path(__file__).parent
TABLE = pytest.StashKey[list[str]]()
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Done:
    """A run of one set, what changed since its reference, and where its results are."""

    run: Run
    comparison: reference.Comparison | None
    path: Path


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("evals", "evaluating answers")
    group.addoption("--set", type=Path, help="folder or file of a question set; if not given, that on the seeds")
    group.addoption("--limit", type=_positive, help="ask this many questions: a fixed slice in the set's proportions")
    group.addoption("--part", choices=("dev", "test"), help="ask one part only: choose on dev, report on test")
    group.addoption("--slice", action="store_true", help="the fixed slice of every set that CI asks: evals/slices.py")
    group.addoption("--model", help="the model to answer with, as in GROUNDWIRE_MODEL")
    group.addoption("--results", type=Path, default=HERE / "results", help="folder to write results and the page to")
    group.addoption("--update-baseline", action="store_true", help="keep this run's results as the set's reference")
    group.addoption(
        "--without", choices=[part.value for part in Ablation if part], help="leave out a part of the engine"
    )
    group.addoption("--compare", choices=("plain",), help="ask a baseline the same, in turns, with the same model")
    group.addoption("--base", help="address of a running service to measure instead of starting one")
    group.addoption("--same-as", type=Path, action="append", help="earlier results that these are to equal to the byte")
    group.addoption("--judge", help="also let this chat model judge the answers, apart: a `provider:model`, or a name")
    group.addoption("--judge-url", help=f"OpenAI-compatible endpoint that serves the judge; its key is in {KEY}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "plan" not in metafunc.fixturenames:
        return
    try:
        asked = plans({name: metafunc.config.getoption(f"--{name}") for name in ("slice", "set", "part", "limit")})
    except InvalidInput as error:
        fault: str | None = str(error)
    else:
        fault = None
    if fault:
        pytest.fail(fault, pytrace=False)
    if "gate" in metafunc.fixturenames:
        pairs = [(plan, gate) for plan in asked for gate in gates_for(plan.name)]
        metafunc.parametrize(("plan", "gate"), pairs, ids=[f"{gate}, {plan.name}" for plan, gate in pairs])
    else:
        metafunc.parametrize("plan", asked, ids=[plan.name for plan in asked])


class Runs:
    """Every set that is asked, each once for all of the tests, of one service."""

    def __init__(self, config: pytest.Config, folder: Path, stack: ExitStack) -> None:
        self._config, self._folder, self._stack = config, folder, stack
        self._services: tuple[Client, Client | None] | None = None
        self._done: dict[Plan, Done | GroundwireError | httpx.HTTPError | httpx.InvalidURL] = {}

    def of(self, plan: Plan) -> Done:
        """What keeps a run from being made is told in a line, not in a traceback, and not tried again."""
        if plan not in self._done:
            try:
                self._done[plan] = self._make(plan)
            except (GroundwireError, httpx.HTTPError, httpx.InvalidURL) as error:
                self._done[plan] = error
        done = self._done[plan]
        if isinstance(done, GroundwireError):
            pytest.fail(str(done), pytrace=False)
        if not isinstance(done, Done):
            pytest.fail(f"the service does not answer: {done}", pytrace=False)
        return done

    def _make(self, plan: Plan) -> Done:
        option = self._config.getoption
        found = read_any(plan.place)
        questions = plan.questions(found)
        check_gold(found, questions)
        kept = reference.read(place := reference.place(plan.place))
        folder = writable(option("--results"))
        client, plain = self._opened(found)
        recipe = plan.recipe(found) | ({"without": option("--without")} if option("--without") else {})
        progress, beside = _progress(self._config, f"questions of {plan.name}"), None
        if plain:
            run, beside = sidebyside.ask_both(client, plain, questions, progress)
        else:
            run = ask_all(client, questions, progress, plan.again)
        comparison = reference.compare(run.outcomes, questions, run.model, kept) if kept else None
        path = report.write(run, recipe, folder, datetime.now(UTC), comparison)
        update = option("--update-baseline")
        if update:
            reference.write(place, reference.keep(run.outcomes, questions, run.model, recipe))
        judgement, told = self._judged(run, questions)
        if judgement:
            judge.write(judgement, path)
        shown = page.write(path.with_suffix(".html"), run, questions, recipe, comparison, judgement)
        wrong = report.failures(run)
        lines = [
            f"{found.name}: {len(questions)} of {len(found.questions)} questions, model {run.model}",
            "",
            *report.table(run, comparison),
            "",
            *report.changes(comparison),
            *_compared(run, beside, recipe, path),
            *(["", *told] if told else []),
            *(f"is this meant? {line}" for line in doubts(questions)),
            *(["", "Wrong:", *wrong] if wrong else []),
            "",
            f"written to {path} and {shown}",
            *([f"kept as the reference in {place}"] if update else []),
        ]
        self._config.stash.setdefault(TABLE, []).extend([*lines, ""])
        return Done(run, comparison, path)

    def _judged(self, run: Run, questions: Sequence[GoldQuestion]) -> tuple[judge.Judgement | None, list[str]]:
        """The judge's opinion. One that cannot be had is told, and keeps nothing else from being measured."""
        name, url = self._config.getoption("--judge"), self._config.getoption("--judge-url")
        if not name:
            return None, []
        try:
            with judge.judging(name, url) as model:
                made = judge.judge_all(model, run.outcomes, questions, _progress(self._config, "answers judged"))
            return made, judge.table(made)
        except GroundwireError as error:
            return None, [f"judge {name}: no opinion: {error}"]

    def _opened(self, found: QuestionSet) -> tuple[Client, Client | None]:
        """A service with the set's documents in it, and the baseline with the same ones where one is compared with.

        The service is the one at `--base`, or one of its own, which other sets on the seeds are asked of too.
        """
        if self._services is None:
            self._services = self._start(found)
        ours, theirs = self._services
        ours.add(found.documents)
        wanted = {piece.document_id for question in found.questions for piece in question.evidence}
        if missing := sorted(wanted - set(ours.document_ids())):
            listed = ", ".join(missing[:MOST_SHOWN])
            raise GroundwireError(f"the collection lacks documents that the questions are about: {listed}")
        if theirs and not theirs.document_ids():
            theirs.add(found.documents or sidebyside.documents_of(ours))
        return ours, theirs

    def _start(self, found: QuestionSet) -> tuple[Client, Client | None]:
        names = ("--base", "--compare", "--model", "--without")
        base, compare, model, without = map(self._config.getoption, names)
        for option, value in (("--model", model), ("--without", without), ("--compare", compare)):
            if base and value:
                raise InvalidInput(f"{option} is about a service started here; the one at --base is as it is")
        shared: dict[str, str] = {}
        if compare:
            shared = self._stack.enter_context(serving_model(self._folder / "model.log", model))
        if not base:
            options = {"seeds": not found.documents, "model": model, "without": without or "", "environment": shared}
            base = self._stack.enter_context(serving(self._folder, **options)).base
        ours = self._client(base)
        if not compare:
            return ours, None
        return ours, self._client(self._stack.enter_context(serving_plain(self._folder / "plain.log", shared)))

    def _client(self, base: str) -> Client:
        made = Client(base)
        self._stack.callback(made.close)
        return made


@pytest.fixture(scope="session")
def runs(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """What is started for them is stopped afterwards."""
    with ExitStack() as stack:
        yield Runs(pytestconfig, tmp_path_factory.mktemp("groundwire"), stack)


@pytest.fixture
def run(plan: Plan, runs: Runs) -> Run:
    """The run of a plan, asked once for all of the tests."""
    return runs.of(plan).run


@pytest.fixture
def differing(pytestconfig: pytest.Config, plan: Plan, runs: Runs) -> list[str] | None:
    """The questions whose results are not those of the earlier runs at `--same-as`; None where none was named."""
    earlier = pytestconfig.getoption("--same-as")
    return report.differing(runs.of(plan).path, earlier) if earlier else None


@pytest.fixture
def comparison(pytestconfig: pytest.Config, plan: Plan, runs: Runs) -> reference.Comparison | None:
    """What changed since the committed reference. None where there is none to judge by.

    A run that is to become the reference is not held to the old one, nor a model that was chosen to try it.
    """
    found = runs.of(plan).comparison
    chosen = pytestconfig.getoption("--model") or pytestconfig.getoption("--base")
    if found is None or pytestconfig.getoption("--update-baseline") or (chosen and not found.same_model):
        return None
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash.get(TABLE, None):
        terminalreporter.section("evals")
        for line in lines:
            terminalreporter.write_line(line)


def _compared(run: Run, beside: Beside | None, recipe: dict[str, Any], path: Path) -> list[str]:
    if beside is None:
        return []
    sidebyside.write(run, beside, recipe, path)
    return ["", *sidebyside.table(run, beside)]


def _positive(value: str) -> int:
    if (number := int(value)) < 1:
        raise ValueError(value)
    return number


_positive.__name__ = "number above 0"  # what argparse says it wants


def _progress(config: pytest.Config, what: str) -> Progress:
    """One line that counts, on the terminal only and past pytest's capturing."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def show(done: int, total: int) -> None:
        with capture.global_and_fixture_disabled():
            if sys.stderr.isatty():
                print(f"\r  {done}/{total} {what}", end="\n" if done == total else "", file=sys.stderr, flush=True)
            elif done == total or done % 10 == 0:
                print(f"  {done}/{total} {what}", file=sys.stderr, flush=True)

    return show
