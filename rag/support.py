"""How likely a drafted sentence is a right answer, from what can be measured without understanding it. Pure.

No single signal tells a right draft from an invented one; together they do, as far as docs/decisions
shows. The weights are those of a logistic regression, fitted on the development parts of public sets and
reported on their test parts.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields

from rag.verify import Fault


@dataclass(frozen=True, slots=True)
class Signals:
    """What is measured about one drafted sentence. All but the cosines are in [0, 1]."""

    passage: float
    """Cosine of the question to its nearest passage."""
    sentence: float
    """Cosine of the question to the first quote."""
    asked: float
    """Share of the question's weighted words that the quotes and their headlines have."""
    words: float
    """Share of the draft's weighted words that the quotes and their headlines have."""
    meaning: float
    """Cosine of the draft to the first quote."""
    answers: float
    """Cosine of the draft to the question."""
    contained: float
    """The model's own probability that the evidence holds the answer; `UNTOLD` where it does not tell."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one drafted sentence, and why. `signals` is None where a fault settled it."""

    sentence: str
    quotes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    signals: Signals | None = None
    support: float = 0.0
    released: bool = False


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


UNTOLD = 0.83
"""What `contained` is taken to be of a model that does not tell: its mean over the questions fitted on."""

DEFAULT = Calibration(weights=(3.63, -1.16, 2.05, 0.16, 8.30, 4.04, 2.35), bias=-13.11, threshold=0.35)
"""For qwen2.5-1.5b, from `python -m evals.calibrate`; see docs/decisions/0007."""
