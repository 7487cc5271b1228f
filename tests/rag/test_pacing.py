"""When to try again, and how long it will take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.store.pacing import LONGEST_PAUSE, pace, pause, rate, seconds_left


@given(st.integers(1, 1_000), st.floats(0, 1, exclude_max=True))
def test_pauses_double_up_to_a_bound_and_differ_by_half_at_most(attempts: int, draw: float) -> None:
    shortest = min(2.0 ** (attempts - 1), LONGEST_PAUSE)
    assert shortest <= pause(attempts, draw) <= 1.5 * shortest


@given(st.floats(0.1, 100), st.lists(st.floats(0.1, 20), min_size=1, max_size=20))
def test_a_steady_pace_is_told_as_it_is_however_the_time_is_cut(speed: float, times: list[float]) -> None:
    known = None
    for seconds in times:
        now = pace(known, seconds, 10)
        between = sorted((10 / seconds, known if known is not None else 10 / seconds))
        assert between[0] - 1e-9 <= now <= between[1] + 1e-9
        known = now
    assert pace(speed, 5.0, 0) < speed


def test_what_stands_still_is_told_slower_and_its_end_unknown() -> None:
    assert rate(None, 1.0) is None
    assert rate(4.0, 5.0) == 4.0
    slow = rate(4.0, 60.0)
    assert slow is not None
    assert slow < 1.0
    assert seconds_left(10, 4.0) == pytest.approx(2.5)
    assert seconds_left(10, None) is seconds_left(10, 0.0) is None
