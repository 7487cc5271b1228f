"""`pytest evals/`: the options, the one run that every gate reads, and the table at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals import page, reference, report, sidebyside
from evals.adapters import read_any
from evals.client import Client
from evals.gates import gates_for
from evals.questions import QuestionSet, choose
from evals.run import Progress, Run, ask_all
from evals.service import serving, serving_model, serving_plain
from evals.sidebyside import Beside
from rag.ablation import Ablation
from rag.errors import GroundwireError, InvalidInput

HERE = Path(__file__).parent
TABLE = pytest.StashKey[list[str]]()
COMPARISON = pytest.StashKey[reference.Comparison | None]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("evals", "evaluating answers")
    group.addoption("--set", type=Path, default=HERE / "sets" / "seeds", help="folder or file of a question set")
    group.addoption("--limit", type=int, help="ask this many questions: a fixed slice in the set's proportions")
    group.addoption("--part", choices=("dev", "test"), help="ask one part only: choose on dev, report on test")
    group.addoption("--model", help="the model to answer with, as in GROUNDWIRE_MODEL")
    group.addoption("--results", type=Path, default=HERE / "results", help="folder to write results and the page to")
    group.addoption("--update-baseline", action="store_true", help="keep this run's results as the set's reference")
    group.addoption(
        "--without", choices=[part.value for part in Ablation if part], help="leave out a part of the engine"
    )
    group.addoption("--compare", choices=("plain",), help="ask a baseline the same, in turns, with the same model")
    group.addoption("--base", help="address of a running service to measure instead of starting one")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "gate" in metafunc.fixturenames:
        name = metafunc.config.getoption("--set").resolve().name
        metafunc.parametrize("gate", gates_for(name), ids=str)


@pytest.fixture(scope="session")
def question_set(pytestconfig: pytest.Config) -> QuestionSet:
    with _one_line():
        return read_any(pytestconfig.getoption("--set"))


@pytest.fixture(scope="session")
def clients(
    pytestconfig: pytest.Config, question_set: QuestionSet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Client, Client | None]]:
    """A service with the set's documents in it, and the baseline with the same ones where one is compared with.

    The service is the one at `--base`, or one of its own; what is started here is stopped afterwards.
    """
    base, compare, model, without = map(pytestconfig.getoption, ("--base", "--compare", "--model", "--without"))
    with ExitStack() as stack:
        with _one_line():
            for option, value in (("--model", model), ("--without", without), ("--compare", compare)):
                if base and value:
                    raise InvalidInput(f"{option} is about a service started here; the one at --base is as it is")
            data, seeds = tmp_path_factory.mktemp("groundwire"), not question_set.documents
            shared: dict[str, str] = {}
            if compare:
                shared = stack.enter_context(serving_model(data / "model.log", model))
            if not base:
                options = {"seeds": seeds, "model": model, "without": without or "", "environment": shared}
                base = stack.enter_context(serving(data, **options)).base
            ours = stack.enter_context(_client(base))
            _prepare(ours, question_set)
            theirs = None
            if compare:
                plain = stack.enter_context(serving_plain(data / "plain.log", shared))
                theirs = stack.enter_context(_client(plain))
                theirs.add(question_set.documents or sidebyside.documents_of(ours))
        yield ours, theirs


@contextmanager
def _client(base: str) -> Iterator[Client]:
    made = Client(base)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config, question_set: QuestionSet, clients: tuple[Client, Client | None]) -> Run:
    """Every chosen question, asked once for all of the tests."""
    part, limit = pytestconfig.getoption("--part"), pytestconfig.getoption("--limit")
    questions = choose(question_set.questions, limit, part)
    if not questions:
        pytest.fail(f"no question of {question_set.name} is asked with these options", pytrace=False)
    client, plain = clients
    progress, beside = _progress(pytestconfig), None
    recipe = {"set": question_set.name, "part": part or "all", "limit": limit}
    if without := pytestconfig.getoption("--without"):
        recipe["without"] = without
    with _one_line():
        kept = reference.read(place := reference.place(pytestconfig.getoption("--set")))
    if plain:
        made, beside = sidebyside.ask_both(client, plain, questions, progress)
    else:
        made = ask_all(client, questions, progress)
    comparison = reference.compare(made.outcomes, questions, made.model, kept) if kept else None
    pytestconfig.stash[COMPARISON] = comparison
    path = report.write(made, recipe, pytestconfig.getoption("--results"), datetime.now(UTC), comparison)
    shown = page.write(path.with_suffix(".html"), made, questions, recipe, comparison)
    if pytestconfig.getoption("--update-baseline"):
        reference.write(place, reference.keep(made.outcomes, questions, made.model, recipe))
    wrong = report.failures(made)
    pytestconfig.stash[TABLE] = [
        f"{question_set.name}: {len(questions)} of {len(question_set.questions)} questions, model {made.model}",
        "",
        *report.table(made, comparison),
        "",
        *report.changes(comparison),
        *_compared(made, beside, recipe, path),
        *(["", "Wrong:", *wrong] if wrong else []),
        "",
        f"written to {path} and {shown}",
        *([f"kept as the reference in {place}"] if pytestconfig.getoption("--update-baseline") else []),
    ]
    return made


@pytest.fixture(scope="session")
def comparison(pytestconfig: pytest.Config, run: Run) -> reference.Comparison | None:
    """What changed since the committed reference. None where there is none to judge by.

    A run that is to become the reference is not held to the old one, nor a model that was chosen to try it.
    """
    found = pytestconfig.stash[COMPARISON] if run.outcomes else None
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


def _prepare(client: Client, question_set: QuestionSet) -> None:
    client.add(question_set.documents)
    wanted = {piece.document_id for question in question_set.questions for piece in question.evidence}
    if missing := sorted(wanted - set(client.document_ids())):
        raise GroundwireError(f"the collection lacks documents that the questions are about: {', '.join(missing)}")


@contextmanager
def _one_line() -> Iterator[None]:
    """What keeps a run from starting is told in a line, not in a traceback."""
    try:
        yield
    except GroundwireError as error:
        pytest.fail(str(error), pytrace=False)
    except httpx.HTTPError as error:
        pytest.fail(f"the service does not answer: {error}", pytrace=False)


def _progress(config: pytest.Config) -> Progress:
    """One line that counts, on the terminal only and past pytest's capturing."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def show(done: int, total: int) -> None:
        with capture.global_and_fixture_disabled():
            if sys.stderr.isatty():
                print(f"\r  {done}/{total} questions", end="\n" if done == total else "", file=sys.stderr, flush=True)
            elif done == total or done % 10 == 0:
                print(f"  {done}/{total} questions", file=sys.stderr, flush=True)

    return show
