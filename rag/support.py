"""How likely a drafted sentence is a right answer, from what can be measured without understanding it. Pure.

No single signal tells a right draft from an invented one; together they do, as far as docs/decisions
shows. The weights are those of a logistic regression, fitted on the development parts of public sets and
reported on their test parts.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields

from rag.types import Signals


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic regression over `Signals`: weights in their order, and what is needed to release a sentence."""

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def __post_init__(self) -> None:
        if len(self.weights) != len(fields(Signals)):
            raise ValueError(f"{len(fields(Signals))} weights are needed, one a signal")

    def support(self, signals: Signals) -> float:
        """Probability in [0, 1] that the sentence answers its question and its quotes say so."""
        values = (0.0 if value is None else value for value in astuple(signals))
        total = self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


DEFAULT = Calibration(weights=(0.96, 1.87, 0.84, 7.73), bias=-8.37, threshold=0.45)
"""For qwen2.5-1.5b: weights from `python -m evals.calibrate`, threshold by right less wrong; docs/decisions/0007."""

SMALL = Calibration(weights=(1.62, 3.84, -0.22, 3.24), bias=-4.15, threshold=0.25)
"""For qwen2.5-0.5b, from fewer questions; see docs/decisions/0008."""

UNTOLD = Calibration(weights=(1.49, 2.09, 1.74, 0.0), bias=-3.28, threshold=0.60)
"""For a model that does not tell whether the evidence holds the answer: from earlier drafts, without that signal."""

_BY_MODEL = {"qwen2.5-0.5b": SMALL}


def calibration_for(model: str) -> Calibration:
    """That of a model by its name; a model without one of its own is judged by the default model's."""
    return _BY_MODEL.get(model, DEFAULT)
