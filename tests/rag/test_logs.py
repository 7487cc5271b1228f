"""Log lines: JSON for programs, text at a terminal, each with its request."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest

from rag import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The handlers and levels of the process are put back."""
    root = logging.getLogger()
    names = [*logs.OURS, *logs.TALKATIVE]
    handlers, level, levels = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in names}
    root.handlers.clear()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


def test_a_line_in_a_file_is_json_with_the_request_and_what_was_given() -> None:
    file = io.StringIO()
    logs.configure(stream=file)
    with logs.belonging_to("r-1"):
        logging.getLogger("groundwire.api").info("a %s", "job", extra={"job_id": "job_1", "documents": 3})
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("ingest.worker").exception("it failed")
    first, second = map(json.loads, file.getvalue().splitlines())
    time = first.pop("time")
    assert time.endswith("+00:00")
    assert first == {
        "level": "info",
        "logger": "groundwire.api",
        "message": "a job",
        "request_id": "r-1",
        "job_id": "job_1",
        "documents": 3,
    }
    assert "request_id" not in second
    assert "ValueError: two\nlines" in second["error"]
    assert logs.readable(file.getvalue().splitlines()[0]) == f"{time} info a job"
    assert logs.readable("not ours") == "not ours"


def test_at_a_terminal_it_is_text() -> None:
    terminal = Terminal()
    logs.configure(stream=terminal)
    with logs.belonging_to("r-1"):
        logging.getLogger("groundwire.api").warning("not ready", extra={"code": "starting"})
    assert terminal.getvalue().endswith(" WARNING groundwire.api: not ready code=starting request_id=r-1\n")


def test_requests_side_by_side_keep_their_ids_in_tasks_and_threads() -> None:
    file = io.StringIO()
    logs.configure(stream=file)
    say = logging.getLogger("rag.answer").info

    async def request(name: str) -> None:
        with logs.belonging_to(name):
            await asyncio.sleep(0)
            await asyncio.to_thread(say, name)

    async def scene() -> None:
        await asyncio.gather(*(request(f"r{number}") for number in range(5)))

    asyncio.run(scene())
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    assert sorted(line["message"] for line in lines) == [f"r{number}" for number in range(5)]
    assert all(line["message"] == line["request_id"] for line in lines)


def test_the_level_is_that_of_the_house_and_libraries_stay_quiet() -> None:
    file = io.StringIO()
    logs.configure("debug", file)
    logging.getLogger("groundwire.access").debug("heard")
    logging.getLogger("httpx").info("an address")
    logging.getLogger("somebody").debug("detail")
    assert [json.loads(line)["message"] for line in file.getvalue().splitlines()] == ["heard"]
