"""Two rankings into one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest


def min_max_sum(dense: Mapping[str, float], lexical: Mapping[str, float]) -> list[tuple[str, float]]:
    """Every id of either, best first, scored in [0, 2]; equal scores in the order of ids.

    Each ranking's scores are stretched over [0, 1] and added up. `dense` are cosines of every candidate,
    stretched between the lowest and the highest; `lexical` are BM25 scores above 0, of which a missing one
    is 0, divided by the highest. Keeps how far apart scores are, which reciprocal ranks throw away
    (Bruch, Gai and Ingber 2023, "An analysis of fusion functions for hybrid retrieval").
    """
    lowest, highest = min(dense.values(), default=0.0), max(dense.values(), default=0.0)
    spread = (highest - lowest) or 1.0
    most = max(lexical.values(), default=0.0) or 1.0
    fused = {
        key: (dense.get(key, lowest) - lowest) / spread + lexical.get(key, 0.0) / most
        for key in dense.keys() | lexical.keys()
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def in_turns(dense: Mapping[str, float], lexical: Mapping[str, float]) -> list[tuple[str, float]]:
    """Every id of either, best first: the best of `dense`, the best of `lexical`, the second of `dense` and so on.

    What stands in both comes at its first turn; the n-th is scored 1/n. What fusion is measured against.
    """
    rankings = [sorted(scores, key=lambda key: (-scores[key], key)) for scores in (dense, lexical)]
    turns = [key for pair in zip_longest(*rankings) for key in pair if key is not None]
    return [(key, 1 / place) for place, key in enumerate(dict.fromkeys(turns), 1)]
