"""A child is kept alive, within bounds, and never outlives who started it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from api import keeper, parts, process
from api.keeper import Keeper, Patience, State
from api.process import Spec

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
WAIT_SECONDS = 120.0
UNBOUNDED = 2**40
QUICK = Patience(first=0.01)


def child(behaviour: str = "sleeps", *, probe: str = "", port: int = 0, grace: float = 5.0) -> Spec:
    return Spec("child", "tests.api.children", (behaviour, str(port)), probe, grace)


@asynccontextmanager
async def kept(
    spec: Spec, folder: Path, memory_limit: int = UNBOUNDED, patience: Patience = QUICK
) -> AsyncIterator[Keeper]:
    """A keeper at work, stopped at the end."""
    made = Keeper(spec, folder, ENVIRONMENT, memory_limit, lambda _: None, lambda: None, patience)
    running = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        await made.stop()
        await running


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not condition():  # noqa: ASYNC110 - it is about other processes
            await asyncio.sleep(0.01)


def pid_of(made: Keeper) -> int:
    pid = made.report().pid
    assert pid is not None
    return pid


def group_niceness(pid: int) -> int | None:
    """That of its session, None where the kernel does not share processors among sessions: no such file, or empty."""
    group = Path(f"/proc/{pid}/autogroup")
    told = group.read_text().split() if group.exists() else []
    return int(told[-1]) if told else None


def test_a_child_gives_way_to_other_sessions_too(tmp_path: Path) -> None:
    """Where Linux shares processors among sessions, niceness alone would say nothing to the model in its own."""

    async def scene() -> None:
        async with kept(replace(child(), nice=10), tmp_path) as made:
            await until(lambda: made.state is State.RUNNING)
            own = pid_of(made)
            await until(lambda: "sleeps begins" in (tmp_path / "child.log").read_text())
            assert os.getpriority(os.PRIO_PROCESS, own) == 10
            assert group_niceness(own) in {10, None}

    asyncio.run(scene())


def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    async def scene() -> None:
        async with kept(child(), tmp_path) as made:
            await until(lambda: made.state is State.RUNNING)
            first = pid_of(made)
            os.kill(first, signal.SIGKILL)
            await until(lambda: made.state is State.RUNNING and made.report().pid not in {None, first})
            assert made.restarts == 1
            assert made.reason == "was ended by SIGKILL"

    asyncio.run(scene())


def test_a_child_that_ends_too_often_is_given_up(tmp_path: Path) -> None:
    async def scene() -> None:
        async with kept(child("ends"), tmp_path, patience=Patience(first=0.01, most=2)) as made:
            await until(lambda: made.broken)
            assert made.restarts == 2
            assert made.reason == "ended with exit code 7"
        assert (tmp_path / "child.log").read_text() == "ends begins\n" * 3

    asyncio.run(scene())


def test_a_child_that_rests_is_tried_again_after_it_was_given_up(tmp_path: Path) -> None:
    async def scene() -> None:
        async with kept(child("ends"), tmp_path, patience=Patience(first=0.01, most=1, rest=0.01)) as made:
            await until(lambda: made.restarts >= 3)
        assert made.state is State.STOPPED

    asyncio.run(scene())


def test_a_child_that_is_still_starting_when_it_is_told_to_stop_is_ended(tmp_path: Path) -> None:
    async def scene() -> None:
        made = Keeper(child(), tmp_path, ENVIRONMENT, UNBOUNDED, lambda _: None, lambda: None, QUICK)
        running = asyncio.create_task(made.run())
        await asyncio.sleep(0)
        await made.stop()
        async with asyncio.timeout(WAIT_SECONDS):
            await running
        assert made.state is State.STOPPED
        pid = made.report().pid
        assert pid is not None
        assert not psutil.pid_exists(pid)

    asyncio.run(scene())


def test_a_log_that_cannot_be_written_keeps_no_child_from_running(tmp_path: Path) -> None:
    async def scene() -> None:
        (tmp_path / "child.log").mkdir()
        async with kept(child(), tmp_path) as made:
            await until(lambda: made.state is State.RUNNING)
            assert made.restarts == 0

    asyncio.run(scene())


def test_a_child_above_its_memory_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "WATCH_SECONDS", 0.05)

    async def scene() -> None:
        async with kept(child(), tmp_path, memory_limit=2**20) as made:
            await until(lambda: made.restarts)
            assert made.reason == "grew above 1 MB"

    asyncio.run(scene())


def test_a_child_is_running_once_its_probe_answers_and_started_again_once_it_is_deaf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(process, "PROBE_SECONDS", 0.5)
    port = parts.private_port()

    async def scene() -> None:
        spec = child("answers", probe=f"http://127.0.0.1:{port}/", port=port, grace=0.1)
        async with kept(spec, tmp_path) as made:
            assert made.state is State.STARTING
            await until(lambda: made.state is State.RUNNING)
            os.kill(pid_of(made), signal.SIGSTOP)
            await until(lambda: made.restarts)
            assert made.reason == "does not answer any more"
            await until(lambda: made.state is State.RUNNING)

    asyncio.run(scene())


def test_a_child_that_will_not_end_is_killed_after_its_grace(tmp_path: Path) -> None:
    async def scene() -> int:
        async with kept(child("stubborn", grace=0.2), tmp_path) as made:
            await until(lambda: "deaf" in made.log.read_text() if made.log.exists() else False)
            pid = pid_of(made)
        assert made.state is State.STOPPED
        return pid

    assert not psutil.pid_exists(asyncio.run(scene()))


@pytest.mark.parametrize(
    ("ends", "pause"),
    [
        ([0.0], 1.0),
        ([0.0, 1.0], 2.0),
        ([0.0, 1.0, 2.0], 3.0),
        ([0.0, 1.0, 2.0, 3.0], None),
        ([0.0, 1.0, 2.0, 99.0], 1.0),
    ],
)
def test_pauses_double_up_to_a_limit_until_the_ends_are_too_many_or_long_ago(
    ends: list[float], pause: float | None
) -> None:
    assert Patience(first=1.0, longest=3.0, most=3, window=50.0).pause(ends, ends[-1]) == pause


def test_a_killed_parent_leaves_no_child(tmp_path: Path) -> None:
    script = f"""
import asyncio, os
from pathlib import Path
from api.process import Process, Spec
async def scene():
    spec = Spec("child", "tests.api.children", ("stubborn",))
    child = await Process.start(spec, Path({str(tmp_path)!r}) / "log", os.environ)
    print(child.pid, flush=True)
    await child.ended(600)
asyncio.run(scene())
"""
    parent = subprocess.Popen([sys.executable, "-c", script], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        log, deadline = tmp_path / "log", time.monotonic() + WAIT_SECONDS
        while "deaf" not in (log.read_text() if log.exists() else ""):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        parent.kill()
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.01)


def test_a_log_that_grew_large_is_kept_as_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_BYTES", 10)
    log = tmp_path / "child.log"
    with log.open("a") as held:
        held.write("much more than ten bytes\n")
        held.flush()
        process.rotate(log)
        held.write("after\n")
    assert log.read_text() == "after\n"
    assert (tmp_path / "child.log.1").read_text() == "much more than ten bytes\n"


def test_a_log_that_cannot_be_kept_is_cut_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_BYTES", 10)
    log, before = tmp_path / "child.log", tmp_path / "child.log.1"
    log.write_text("much more than ten bytes\n")
    before.symlink_to("/dev/full")  # there is no room on it, ever
    process.rotate(log)
    assert log.read_text() == ""
