"""The supervisor: starts the parts of the service, keeps them alive, and ends them in order.

It loads nothing heavy and answers nothing itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, repeat

from api import runtime
from api.client import Client
from api.keeper import Keeper, Patience
from api.parts import Arrangement, arrange
from rag.errors import DataUnusable, GroundwireError
from rag.logs import readable
from rag.settings import Settings

POLL_SECONDS = 0.5
REMIND_SECONDS = 10.0
TAIL_LINES = 5
RESTING = Patience(rest=300.0)
CLIENT_SECONDS = 30.0

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> int:
    """Runs the service until SIGTERM, SIGINT or SIGHUP; 0 then, 1 when it could not go on.

    Raises `SetupError` before anything is started: data folder, port or weights.
    """
    with runtime.alone(settings.data):
        try:
            settings.log_path.mkdir(exist_ok=True)
        except OSError as error:
            raise DataUnusable(f"{settings.log_path} cannot be made ({error.strerror}); make room for it") from error
        return asyncio.run(Service(arrange(settings), say).run())


class Service:
    """The parts while they run."""

    def __init__(self, arrangement: Arrangement, say: Say) -> None:
        self._settings = settings = arrangement.settings
        self._base = arrangement.base
        self._say = say
        self._client = Client(self._base, CLIENT_SECONDS)
        self._stop = asyncio.Event()
        limit = settings.memory_limit_mb * 2**20
        self._keepers = [
            Keeper(spec, settings.log_path, arrangement.environment, limit, say, self._changed, patience)
            for spec, patience in zip(arrangement.specs, chain((Patience(),), repeat(RESTING)), strict=False)
        ]

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._end)
        api, *others = [asyncio.create_task(keeper.run()) for keeper in self._keepers]
        greeting = asyncio.create_task(self._greet())
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait({api, stopped}, return_when=asyncio.FIRST_COMPLETED)
        gave_up = not self._stop.is_set()
        greeting.cancel()
        if gave_up:
            self._say(f"the service cannot go on without its API; the end of its log:\n{self._tail()}")
        for keeper in self._keepers:
            await keeper.stop()
        await asyncio.gather(api, *others, greeting, stopped, return_exceptions=True)
        return 1 if gave_up else 0

    def _end(self) -> None:
        """The first signal ends the children in order, the second at once."""
        if self._stop.is_set():
            for keeper in self._keepers:
                keeper.kill()
        else:
            self._say("stopping")
            self._stop.set()

    async def _greet(self) -> None:
        await self._until_ready()
        self._say(welcome(self._base, self._settings))

    async def _until_ready(self) -> None:
        """Says what is not ready yet, whenever that changes and now and then."""
        loop = asyncio.get_running_loop()
        said, due = "", loop.time()
        while waiting := await asyncio.to_thread(self._waiting):
            if waiting != said or loop.time() > due:
                self._say(f"waiting for {waiting}")
                said, due = waiting, loop.time() + REMIND_SECONDS
            await asyncio.sleep(POLL_SECONDS)

    def _waiting(self) -> str:
        """The parts that are not ready, fit for a sentence; `""` once all are."""
        broken = [
            f"{keeper.spec.name}, ended too often (see {keeper.log})" for keeper in self._keepers if keeper.broken
        ]
        try:
            _, body = self._client.call("GET", "/readyz", also=(503,))
            parts: dict[str, dict[str, object]] = body["parts"]
            return "" if body["ready"] else ", ".join([name for name, part in parts.items() if not part["ok"]] + broken)
        except (GroundwireError, KeyError):
            return ", ".join(["api", *broken])

    def _changed(self) -> None:
        state = runtime.Runtime(
            os.getpid(),
            self._base,
            self._settings.chroma_url,
            self._settings.model_url,
            tuple(keeper.report() for keeper in self._keepers),
        )
        with suppress(OSError):  # a full disk must not end a service that still answers
            runtime.write(self._settings.data, state)

    def _tail(self) -> str:
        lines = self._keepers[0].log.read_text("utf-8", "replace").splitlines()
        return "\n".join(f"  {readable(line)}" for line in lines[-TAIL_LINES:])


def welcome(base: str, settings: Settings) -> str:
    """What is printed once questions can be asked."""
    question = '{"question": "Where was al-Rifai killed?"}'
    ask = f"curl -s {base}/v1/ask -H 'Content-Type: application/json' -d '{question}'"
    places = f"  page: {base}/\n  ask:  {ask}\n  docs: {base}/docs\n  logs: {settings.log_path}"
    return f"ready at {base}\n{places}\nCtrl-C stops it."
