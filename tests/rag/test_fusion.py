"""Fusing two rankings."""

from hypothesis import given
from hypothesis import strategies as st

from rag.fusion import min_max_sum

KEYS = st.text("abcdef", min_size=1, max_size=3)
COSINES = st.dictionaries(KEYS, st.floats(-1, 1))
BM25 = st.dictionaries(KEYS, st.floats(0.01, 50))


@given(COSINES, BM25)
def test_every_candidate_is_ranked_once_with_a_score_between_0_and_2(
    dense: dict[str, float], lexical: dict[str, float]
) -> None:
    ranked = min_max_sum(dense, lexical)
    assert sorted(key for key, _ in ranked) == sorted(dense.keys() | lexical.keys())
    assert all(0 <= score <= 2 + 1e-9 for _, score in ranked)


@given(COSINES, BM25)
def test_the_order_does_not_depend_on_the_order_of_the_input(
    dense: dict[str, float], lexical: dict[str, float]
) -> None:
    backwards = min_max_sum(dict(reversed(dense.items())), dict(reversed(lexical.items())))
    assert backwards == min_max_sum(dense, lexical)


@given(st.sets(KEYS, min_size=2))
def test_equal_scores_are_in_the_order_of_ids(keys: set[str]) -> None:
    assert [key for key, _ in min_max_sum(dict.fromkeys(keys, 0.5), {})] == sorted(keys)


def test_the_best_of_both_wins() -> None:
    ranked = min_max_sum({"a": 0.9, "b": 0.8, "c": 0.1}, {"b": 9.0, "c": 8.0})
    assert [key for key, _ in ranked] == ["b", "a", "c"]
