"""The line in front of the model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from api.admission import FIRST_GUESS_SECONDS, LONGEST_RETRY, Admission
from rag.errors import Overloaded

FOR_EVER = 1e9


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


class Visitor:
    """Someone who stands in line, has their turn, and ends it when told."""

    def __init__(self, admission: Admission, log: list[str], name: str) -> None:
        self._done = asyncio.Event()
        self.task = asyncio.create_task(self._visit(admission, log, name))

    async def _visit(self, admission: Admission, log: list[str], name: str) -> None:
        async with admission.place() as place:
            await place.turn()
            log.append(name)
            await self._done.wait()

    async def leave(self) -> None:
        self._done.set()
        await self.task


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(test())


def test_turns_are_taken_in_the_order_of_arrival_and_never_more_than_the_limit_at_once() -> None:
    async def test() -> None:
        admission, log = Admission(2, 10, FOR_EVER), list[str]()
        visitors = [Visitor(admission, log, name) for name in "abcde"]
        await settle()
        assert log == ["a", "b"]
        assert (admission.running, admission.waiting) == (2, 3)
        await visitors[1].leave()
        await settle()
        assert log == ["a", "b", "c"]
        for visitor in visitors:
            await visitor.leave()
        assert log == list("abcde")
        assert (admission.running, admission.waiting) == (0, 0)

    run(test)


def test_a_full_line_is_refused_at_the_door_and_told_when_to_return() -> None:
    async def test() -> None:
        admission = Admission(1, 1, FOR_EVER)
        visitors = [Visitor(admission, [], name) for name in "ab"]
        await settle()
        with pytest.raises(Overloaded) as refused:
            async with admission.place():
                pytest.fail("there was no place")
        assert refused.value.retry_after >= 1
        assert (admission.running, admission.waiting) == (1, 1)
        for visitor in visitors:
            await visitor.leave()

    run(test)


def test_whoever_leaves_while_waiting_gives_the_place_up_to_the_next() -> None:
    async def test() -> None:
        admission, log = Admission(1, 2, FOR_EVER), list[str]()
        first, second, third = (Visitor(admission, log, name) for name in "abc")
        await settle()
        second.task.cancel()
        await settle()
        assert admission.waiting == 1
        await first.leave()
        await settle()
        assert log == ["a", "c"]
        await third.leave()
        assert (admission.running, admission.waiting) == (0, 0)

    run(test)


def test_whoever_is_called_and_leaves_at_the_same_moment_does_not_lose_the_turn_for_the_others() -> None:
    async def test() -> None:
        admission, log = Admission(1, 5, FOR_EVER), list[str]()
        first, second, third = (Visitor(admission, log, name) for name in "abc")
        await settle()
        second.task.cancel()  # takes effect only when the loop goes on, by when the turn is theirs
        await first.leave()
        await settle()
        assert log == ["a", "c"]
        await third.leave()
        assert (admission.running, admission.waiting) == (0, 0)

    run(test)


def test_a_turn_that_fails_or_is_cut_short_is_given_back() -> None:
    async def test() -> None:
        admission = Admission(1, 0, FOR_EVER)
        with pytest.raises(ValueError, match="broken"):
            await fail(admission)
        cut = Visitor(admission, [], "a")
        await settle()
        cut.task.cancel()
        await settle()
        assert (admission.running, admission.waiting) == (0, 0)

    run(test)


def test_a_place_may_be_left_without_ever_waiting_for_the_turn() -> None:
    async def test() -> None:
        admission = Admission(1, 1, FOR_EVER)
        async with admission.place(), admission.place():
            assert (admission.running, admission.waiting) == (1, 1)
        assert (admission.running, admission.waiting) == (0, 0)

    run(test)


async def fail(admission: Admission) -> None:
    async with admission.place() as place:
        await place.turn()
        raise ValueError("broken")


async def turn_of(admission: Admission, clock: Clock, seconds: float) -> None:
    async with admission.place() as place:
        await place.turn()
        clock.now += seconds
        place.ran()


@pytest.mark.parametrize(("latest", "soonest"), [(2.0, 2), (20.0, 20), (0.001, 1), (1e6, LONGEST_RETRY)])
def test_when_to_return_follows_from_how_long_the_latest_turns_took(latest: float, soonest: int) -> None:
    async def test() -> None:
        clock = Clock()
        admission = Admission(1, 1, FOR_EVER, clock)
        for _ in range(3):
            await turn_of(admission, clock, latest)
        async with admission.place(), admission.place():
            assert admission.retry_after() == soonest

    run(test)


def test_nobody_joins_a_line_that_is_too_slow_however_short_it_is() -> None:
    async def test() -> None:
        clock = Clock()
        admission = Admission(2, 100, 60.0, clock)
        for _ in range(3):
            await turn_of(admission, clock, 30.0)
        visitors = [Visitor(admission, [], name) for name in "abcde"]
        await settle()
        assert (admission.running, admission.waiting) == (2, 3)  # two turns of 30 s at once: the last waits 60 s
        with pytest.raises(Overloaded, match="about 75 s") as refused:
            async with admission.place():
                pytest.fail("there was no place")
        assert refused.value.retry_after == 38
        for visitor in visitors:
            await visitor.leave()

    run(test)


def test_whoever_waits_far_longer_than_expected_is_told_so_and_the_turn_goes_to_the_next() -> None:
    async def test() -> None:
        admission, log = Admission(1, 5, 0.001), list[str]()
        admission._took(0.0)
        first = Visitor(admission, log, "a")
        await settle()
        second = Visitor(admission, log, "b")
        with pytest.raises(Overloaded, match="waited"):
            await second.task
        assert admission.waiting == 0
        await first.leave()
        async with admission.place() as place:
            await place.turn()
        assert log == ["a"]

    run(test)


def test_a_place_knows_how_many_are_before_it_and_what_that_should_take() -> None:
    async def test() -> None:
        clock = Clock()
        admission = Admission(1, 5, FOR_EVER, clock)
        await turn_of(admission, clock, 7.0)
        async with admission.place() as first, admission.place() as second, admission.place() as third:
            assert (first.waits(), second.waits(), third.waits()) == (None, (1, 7), (2, 14))

    run(test)


def test_a_turn_that_failed_does_not_tell_how_long_the_next_will_take() -> None:
    async def test() -> None:
        admission = Admission(1, 1, FOR_EVER)
        for _ in range(3):
            with pytest.raises(ValueError, match="broken"):
                await fail(admission)
        assert admission.expected(1) == FIRST_GUESS_SECONDS

    run(test)


def test_before_anything_is_known_a_guess_is_made() -> None:
    async def test() -> None:
        admission = Admission(1, 1, FOR_EVER)
        async with admission.place(), admission.place():
            assert admission.retry_after() == FIRST_GUESS_SECONDS

    run(test)


def test_twenty_visitors_at_once_each_get_a_turn_or_a_clean_refusal() -> None:
    async def test() -> None:
        admission, log = Admission(2, 8, FOR_EVER), list[str]()

        async def visit(name: str) -> None:
            async with admission.place() as place:
                await place.turn()
                await asyncio.sleep(0)
                log.append(name)

        visits: list[Awaitable[None]] = [visit(str(number)) for number in range(20)]
        results = await asyncio.gather(*visits, return_exceptions=True)
        assert [result for result in results if result is not None and not isinstance(result, Overloaded)] == []
        assert len(log) == 10
        assert sum(isinstance(result, Overloaded) for result in results) == 10
        assert (admission.running, admission.waiting) == (0, 0)

    run(test)
