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
        total = self.bias + sum(weight * value for weight, value in zip(self.weights, astuple(signals), strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


UNTOLD = 0.80
"""What `contained` is taken to be of a model that does not tell: its mean over the questions fitted on."""

DEFAULT = Calibration(weights=(1.62, 0.86, 2.39, 8.83), bias=-10.57, threshold=0.22)
"""For qwen2.5-1.5b, from `python -m evals.calibrate`; see docs/decisions/0007."""
