"""Two runs on the same questions, and answers in the order of their confidence. Pure, with worked examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import groupby
from math import comb

ALPHA = 0.05


class Verdict(StrEnum):
    """What a paired test says of a change."""

    BETTER = "better"
    WORSE = "worse"
    NOISE = "within noise"


def mcnemar(gained: int, lost: int) -> float:
    """The two-sided p-value of McNemar's exact test, which is the sign test on the questions that changed sides.

    `gained` went from wrong to right, `lost` from right to wrong; questions that stayed as they were say nothing.

    >>> mcnemar(0, 6), mcnemar(5, 5), mcnemar(0, 0)
    (0.03125, 1.0, 1.0)
    """
    changed = gained + lost
    tail = sum(comb(changed, k) for k in range(min(gained, lost) + 1))
    return min(1.0, float(2 * tail / 2**changed))


def holm(values: Sequence[float]) -> list[float]:
    """P-values corrected for having looked at several (Holm, 1979), in the order given.

    >>> holm([0.01, 0.5, 0.03])
    [0.03, 0.5, 0.06]
    """
    corrected = [0.0] * len(values)
    least = 0.0
    for place, at in enumerate(sorted(range(len(values)), key=lambda at: values[at])):
        least = max(least, min(1.0, (len(values) - place) * values[at]))
        corrected[at] = least
    return corrected


def verdict(gained: int, lost: int, p: float) -> Verdict:
    """Better or worse where p is below 0.05, else within noise.

    >>> str(verdict(0, 6, mcnemar(0, 6))), str(verdict(1, 2, mcnemar(1, 2)))
    ('worse', 'within noise')
    """
    if p >= ALPHA:
        return Verdict.NOISE
    return Verdict.BETTER if gained > lost else Verdict.WORSE


def risk_coverage(answers: Iterable[tuple[float, bool]]) -> list[tuple[float, float]]:
    """(coverage, risk) when the 1, 2, … n most confident questions are answered (El-Yaniv and Wiener, 2010).

    Each question is (confidence, whether its answer is right). Risk is the share of wrong ones among those answered.
    Questions of one confidence cannot be told apart: their errors are spread evenly over them.

    >>> risk_coverage([(0.9, True), (0.4, False)])
    [(0.5, 0.0), (1.0, 0.5)]
    >>> risk_coverage([(0.9, False), (0.9, True)])
    [(0.5, 0.5), (1.0, 0.5)]
    """
    ordered = sorted(answers, key=lambda answer: -answer[0])
    points: list[tuple[float, float]] = []
    wrong = 0.0
    for _, group in groupby(ordered, key=lambda answer: answer[0]):
        same = [right for _, right in group]
        each = same.count(False) / len(same)
        for _ in same:
            wrong += each
            points.append(((len(points) + 1) / len(ordered), wrong / (len(points) + 1)))
    return points


def aurc(answers: Iterable[tuple[float, bool]]) -> float | None:
    """The area under the risk-coverage curve: the mean of its risks; 0 is best. None without questions.

    >>> aurc([(0.9, True), (0.4, False)]), aurc([(0.4, True), (0.9, False)]), aurc([])
    (0.25, 0.75, None)
    """
    points = risk_coverage(answers)
    return sum(risk for _, risk in points) / len(points) if points else None
