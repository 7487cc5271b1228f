"""From signals to support."""

from dataclasses import astuple, fields, replace

import pytest

from rag.support import DEFAULT, UNTOLD, Calibration
from rag.types import Signals

STRONG = Signals(1.0, 0.9, 1.0, 0.9)
WEAK = Signals(0.2, 0.4, 0.5, 0.2)


def test_support_is_a_probability() -> None:
    for signals in (STRONG, WEAK, Signals(*[-1e9] * 4), Signals(*[1e9] * 4)):
        assert 0 <= DEFAULT.support(signals) <= 1


def test_strong_signals_are_released_and_weak_ones_are_not() -> None:
    assert DEFAULT.support(STRONG) > DEFAULT.threshold > DEFAULT.support(WEAK)


def test_weights_belong_to_signals_by_their_order() -> None:
    for place, field in enumerate(fields(Signals)):
        only = Calibration(tuple(float(i == place) for i in range(4)), 0.0, 0.5)
        assert only.support(replace(STRONG, **{field.name: 2.0})) == pytest.approx(0.8808, abs=1e-4)
        assert astuple(STRONG)[place] == getattr(STRONG, field.name)


def test_weights_that_are_not_one_a_signal_are_refused() -> None:
    with pytest.raises(ValueError, match="4 weights"):
        Calibration((1.0,), 0.0, 0.5)


def test_a_model_that_does_not_tell_is_judged_by_the_rest() -> None:
    strong, weak = replace(STRONG, contained=None), replace(WEAK, contained=None)
    assert UNTOLD.support(strong) > UNTOLD.threshold > UNTOLD.support(weak)
    assert UNTOLD.support(STRONG) == UNTOLD.support(strong)
