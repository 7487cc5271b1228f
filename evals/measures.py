"""What is measured, as pure functions on plain values, with worked examples that a test runs.

Two rules hold throughout: a missing answer counts as zero, and a measure that does not apply is `None`,
which is left out of every mean and never read as zero.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from random import Random
from typing import TypeVar

import ir_measures
from ir_measures import RR, R, nDCG

Row = TypeVar("Row")
Quote = tuple[str, str]
"""A document's id and a verbatim piece of its text."""

RANKING = (nDCG @ 10, R @ 5, R @ 10, RR @ 10)
_DECIMAL, _POINT = re.compile(r"(?<=\d)\.(?=\d)"), "\0"
_DROPPED = str.maketrans("", "", string.punctuation + "–—‘’“”")


# -- text -----------------------------------------------------------------------------------------


def normalise(text: str) -> str:
    """SQuAD's normalisation (Rajpurkar et al., 2016), extended to typographic quotes and dashes.

    Unlike there the point of a decimal fraction stays, so that 1.2 is not 12.

    >>> normalise("The “Anbar”  Province, in western Iraq.")
    'anbar province in western iraq'
    >>> normalise("Some 3,600 tons at 1.2 a ton.")
    'some 3600 tons at 1.2 ton'
    """
    kept = _DECIMAL.sub(_POINT, text.lower()).translate(_DROPPED).replace(_POINT, ".")
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def contains(answer: str, golds: Collection[str]) -> bool:
    """Whether any alias stands in the answer, whole words, both normalised.

    >>> contains("He was killed in Anbar Province.", ["Anbar", "al-Anbar"])
    True
    >>> contains("On March 150.", ["March 15"])
    False
    """
    words = f" {normalise(answer)} "
    return any(f" {normal} " in words for normal in map(normalise, golds) if normal)


def covers(answer: str, items: Collection[Collection[str]]) -> bool:
    """Whether every item of a list stands in the answer by one of its aliases.

    >>> covers("Iraq, Jordan and Syria.", [["Iraq"], ["Jordan", "Hashemite Kingdom"]])
    True
    >>> covers("Iraq.", [["Iraq"], ["Jordan"]])
    False
    """
    return all(contains(answer, aliases) for aliases in items)


def token_f1(answer: str, golds: Collection[str]) -> float:
    """The best harmonic mean of word precision and recall against an alias; 0 without a shared word.

    >>> round(token_f1("killed in Anbar Province", ["Anbar Province"]), 3)
    0.667
    """
    return max((_f1(normalise(answer).split(), normalise(gold).split()) for gold in golds), default=0.0)


def exact_match(answer: str, golds: Collection[str]) -> bool:
    """SQuAD's exact match: the answer is an alias and nothing else, both normalised.

    >>> exact_match("The Anbar Province.", ["Anbar Province"]), exact_match("In Anbar.", ["Anbar"])
    (True, False)
    """
    said = normalise(answer)
    return bool(said) and said in map(normalise, golds)


def knowledge_precision(sentence: str, quotes: Collection[str]) -> float:
    """The share of a sentence's words that its quotes have: K-Precision (Adlakha et al., 2024). 0 without words.

    Lexical, so a faithful paraphrase is below 1; a sentence about something that its quotes do not speak of is near 0.

    >>> knowledge_precision("He died in Anbar.", ["The leader died in Anbar Province."])
    0.75
    >>> knowledge_precision("He died.", [])
    0.0
    """
    said = normalise(sentence).split()
    shared = sum((Counter(said) & Counter(normalise(" ".join(quotes)).split())).values())
    return shared / len(said) if said else 0.0


def _f1(answer: list[str], gold: list[str]) -> float:
    shared = sum((Counter(answer) & Counter(gold)).values())
    return 2 * shared / (len(answer) + len(gold)) if shared else 0.0


# -- citations ------------------------------------------------------------------------------------


def is_verbatim(quote: str, text: str, start: int, end: int) -> bool:
    """Whether the quote is exactly the text between its offsets (code points). An empty quote is not.

    >>> is_verbatim("Iraq", "In Iraq.", 3, 7), is_verbatim("Iraq", "In Iraq.", 2, 6)
    (True, False)
    """
    return bool(quote) and 0 <= start < end and text[start:end] == quote


def quotes_match(one: Quote, other: Quote) -> bool:
    """Whether two quotes of one document are about the same place: one holds the other, or most of its words.

    "Most" is four fifths of the shorter quote's different words, after normalisation.

    >>> quotes_match(("a", "killed on March 15"), ("a", "He was killed on March 15 in Anbar."))
    True
    >>> quotes_match(("a", "killed on March 15"), ("b", "killed on March 15"))
    False
    """
    if one[0] != other[0]:
        return False
    short, long = sorted((normalise(one[1]), normalise(other[1])), key=len)
    if not short:
        return False
    words = set(short.split())
    return short in long or len(words & set(long.split())) >= 0.8 * len(words)


def matched(quotes: Iterable[Quote], others: Collection[Quote]) -> int:
    """How many quotes match one of the others: of the cited for precision, of the gold for recall.

    >>> gold = [("a", "Iraq and Syria"), ("a", "two decades")]
    >>> matched([("a", "Iraq and Syria")], gold), matched(gold, [("a", "Iraq and Syria")])
    (1, 1)
    """
    return sum(any(quotes_match(quote, other) for other in others) for quote in quotes)


# -- rankings -------------------------------------------------------------------------------------


def ranking_scores(relevant: Collection[str], ranking: Sequence[str]) -> dict[str, float] | None:
    """nDCG@10, R@5, R@10 and RR@10 of one ranking of ids, best first, by ir_measures; None if nothing is relevant.

    A repeated id counts at its first place; an empty ranking scores zero.

    >>> ranking_scores({"a", "b"}, ["x", "a"])
    {'nDCG@10': 0.3869, 'R@5': 0.5, 'R@10': 0.5, 'RR@10': 0.5}
    >>> ranking_scores({"a"}, [])
    {'nDCG@10': 0.0, 'R@5': 0.0, 'R@10': 0.0, 'RR@10': 0.0}
    """
    if not relevant:
        return None
    places = {name: float(-place) for place, name in enumerate(dict.fromkeys(ranking))}
    scores = ir_measures.calc_aggregate(RANKING, {"q": dict.fromkeys(relevant, 1)}, {"q": places} if places else {})
    return {str(measure): round(float(scores.get(measure, 0.0)), 4) for measure in RANKING}


# -- many questions -------------------------------------------------------------------------------


def share(values: Iterable[bool | None]) -> float | None:
    """The share that is true of those that apply.

    >>> share([True, False, None, True]), share([None])
    (0.6666666666666666, None)
    """
    return ratio([(int(value), 1) for value in values if value is not None])


def ratio(counts: Iterable[tuple[int, int]]) -> float | None:
    """The sum of the first over the sum of the second; None where the second is 0.

    >>> ratio([(1, 2), (2, 2)]), ratio([])
    (0.75, None)
    """
    pairs = list(counts)
    below = sum(second for _, second in pairs)
    return sum(first for first, _ in pairs) / below if below else None


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of those that apply.

    >>> mean([1.0, None, 0.0]), mean([])
    (0.5, None)
    """
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def cohen_kappa(pairs: Sequence[tuple[object, object]]) -> float | None:
    """How far two judges of the same things agree beyond chance (Cohen, 1960): 1 throughout, 0 as chance would have it.

    Each pair is what the one and the other say. None without pairs, and where chance alone would always agree
    because both say the same one thing throughout.

    >>> cohen_kappa([(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15)
    0.4
    >>> cohen_kappa([(True, True)]) is cohen_kappa([]) is None
    True
    """
    if not pairs:
        return None
    count = len(pairs)
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(ones[label] * others[label] for label in ones) / count**2
    observed = sum(one == other for one, other in pairs) / count
    return round((observed - chance) / (1 - chance), 12) if chance < 1 else None


def percentile(values: Iterable[float], percent: float) -> float | None:
    """The nearest-rank percentile: the smallest value that at least `percent` (0 to 100) of them do not exceed.

    >>> percentile([3.0, 1.0, 2.0, 4.0], 50), percentile([3.0, 1.0, 2.0, 4.0], 95), percentile([], 50)
    (2.0, 4.0, None)
    """
    ordered = sorted(values)
    # rounded, or 2.5 % of a thousand would be a hair more than 25
    return ordered[max(0, math.ceil(round(percent / 100 * len(ordered), 6)) - 1)] if ordered else None


def bootstrap_interval(
    rows: Sequence[Row],
    statistic: Callable[[Sequence[Row]], float | None],
    resamples: int = 1_000,
    level: float = 0.95,
    seed: int = 7,
) -> tuple[float, float] | None:
    """The percentile bootstrap interval (Efron, 1979) of a statistic of questions, the same for the same seed.

    Resamples to which the statistic does not apply are left out; None if it applies to none.

    >>> bootstrap_interval([True] * 8 + [False] * 2, share)
    (0.5, 1.0)
    """
    random = Random(seed)
    values = [statistic(random.choices(rows, k=len(rows))) for _ in range(resamples)] if rows else []
    known = [value for value in values if value is not None]
    tail = (1 - level) / 2 * 100
    low, high = percentile(known, tail), percentile(known, 100 - tail)
    return None if low is None or high is None else (low, high)
