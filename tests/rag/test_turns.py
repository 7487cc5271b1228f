"""Turns go to whoever has waited longest."""

from __future__ import annotations

import threading

import pytest

from rag.turns import Turns
from tests.serving import until


def test_who_needs_many_turns_lets_those_who_wait_go_between() -> None:
    turns = Turns()
    order: list[str] = []

    def once(name: str) -> None:
        with turns:
            order.append(name)

    with turns:
        threads = []
        for waiting, name in enumerate(("b", "c"), 1):
            threads.append(threading.Thread(target=once, args=(name,)))
            threads[-1].start()
            until(lambda waiting=waiting: turns.waiting == waiting, "nobody waits")  # type: ignore[misc]
        order.append("a")
    once("a again")
    for thread in threads:
        thread.join()
    assert order == ["a", "b", "c", "a again"]


def test_never_are_two_at_it_at_once() -> None:
    turns = Turns()
    inside = most = done = 0

    def often() -> None:
        nonlocal inside, most, done
        for _ in range(200):
            with turns:
                inside += 1
                most = max(most, inside)
                done += 1
                inside -= 1

    threads = [threading.Thread(target=often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, done, turns.waiting) == (1, 1_600, 0)


def test_a_turn_that_fails_is_over_too() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="no"), turns:
        raise ValueError("no")
    with turns:
        assert turns.waiting == 0
