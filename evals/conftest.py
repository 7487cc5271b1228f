"""`pytest evals/`: the options, the runs that every gate reads, and the table at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from evals import reference, report
from evals.adapters import read_any
from evals.gates import gates_for
from evals.judge import KEY
from evals.measuring import BASELINES, PARTS, Done, Options, Services, held_to, measure
from evals.plan import Plan, plans
from evals.run import Progress, Run
from rag.errors import GroundwireError, InvalidInput

HERE = Path(__file__).parent
TABLE = pytest.StashKey[list[str]]()
PASSED_ON = ("base", "model", "without", "compare", "judge", "judge_url")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("evals", "evaluating answers")
    group.addoption("--set", type=Path, help="folder or file of a question set; if not given, that on the seeds")
    group.addoption("--limit", type=_positive, help="ask this many questions: a fixed slice in the set's proportions")
    group.addoption("--part", choices=("dev", "test"), help="ask one part only: choose on dev, report on test")
    group.addoption("--slice", action="store_true", help="the fixed slice of every set that CI asks: evals/slices.py")
    group.addoption("--model", help="the model to answer with, as in GROUNDWIRE_MODEL")
    group.addoption("--results", type=Path, default=HERE / "results", help="folder to write results and the page to")
    group.addoption("--update-baseline", action="store_true", help="keep this run's results as the set's reference")
    group.addoption("--without", choices=PARTS, help="leave out a part of the engine")
    group.addoption("--compare", choices=BASELINES, help="ask a baseline the same, in turns, with the same model")
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
        self._config = config
        self.options = Options(
            results=config.getoption("--results"),
            update_baseline=config.getoption("--update-baseline"),
            **{name: config.getoption(f"--{name.replace('_', '-')}") or "" for name in PASSED_ON},
        )
        self._services = Services(self.options, folder, stack)
        self._done: dict[Plan, Done | GroundwireError] = {}

    def of(self, plan: Plan) -> Done:
        """What keeps a run from being made is told in a line, not in a traceback, and not tried again."""
        if plan not in self._done:
            try:
                self._done[plan] = self._make(plan)
            except GroundwireError as error:
                self._done[plan] = error
        done = self._done[plan]
        if isinstance(done, GroundwireError):
            pytest.fail(str(done), pytrace=False)
        return done

    def _make(self, plan: Plan) -> Done:
        self.options.check()
        found = read_any(plan.place)
        questions, place = plan.questions(found), reference.place(plan.place)
        counting = partial(_progress, self._config)
        done = measure(found, questions, plan.recipe(found), place, self._services, self.options, counting, plan.again)
        head = f"{found.name}: {len(questions)} of {len(found.questions)} questions, model {done.run.model}"
        self._config.stash.setdefault(TABLE, []).extend([head, "", *done.told, ""])
        return done


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
def comparison(plan: Plan, runs: Runs) -> reference.Comparison | None:
    """What changed since the committed reference. None where there is none to judge by."""
    return held_to(runs.of(plan).comparison, runs.options)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash.get(TABLE, None):
        terminalreporter.section("evals")
        for line in lines:
            terminalreporter.write_line(line)


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
