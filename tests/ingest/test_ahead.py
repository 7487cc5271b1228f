"""Embedding ahead: each text once, in the order asked, and no more once it is left."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ahead import EMBED_AT_ONCE, Ahead
from rag.seams import Vectors


def number(texts: Sequence[str]) -> Vectors:
    return np.array([[int(text)] for text in texts], dtype=np.float32).reshape(len(texts), 1)


@given(st.lists(st.lists(st.integers(0, 150), max_size=130), max_size=6))
def test_every_text_is_embedded_once_whoever_asks_and_all_get_its_vector(asked: list[list[int]]) -> None:
    calls: list[list[str]] = []

    def embed(texts: Sequence[str]) -> Vectors:
        calls.append(list(texts))
        return number(texts)

    groups = [{f"d{each}": str(each) for each in group} for group in asked]
    with Ahead(embed) as ahead:
        for group in groups:
            ahead.ask(group)
        for group in groups:
            found = {key: vector for made in ahead.take(group) for key, vector in made.items()}
            assert all(found[key] == [int(text)] for key, text in group.items())
    embedded = [text for call in calls for text in call]
    assert sorted(embedded) == sorted({text for group in groups for text in group.values()})
    assert max(map(len, calls), default=0) <= 1.5 * EMBED_AT_ONCE


def test_a_fault_is_raised_for_whom_it_concerns() -> None:
    def embed(texts: Sequence[str]) -> Vectors:
        if "2" in texts:
            raise ValueError("odd")
        return number(texts)

    with Ahead(embed) as ahead:
        ahead.ask({"a": "1"})
        ahead.ask({"b": "2"})
        assert [list(made) for made in ahead.take(["a"])] == [["a"]]
        with pytest.raises(ValueError, match="odd"):
            list(ahead.take(["b"]))


def test_once_left_it_embeds_no_more_than_it_was_in_the_middle_of() -> None:
    inside, go_on = threading.Event(), threading.Event()
    calls: list[list[str]] = []

    def embed(texts: Sequence[str]) -> Vectors:
        calls.append(list(texts))
        inside.set()
        go_on.wait(120)
        return number(texts)

    with Ahead(embed) as ahead:
        ahead.ask({"a": "1"})
        ahead.ask({"b": "2"})
        assert inside.wait(120)
        ahead._coming["b"].add_done_callback(lambda _: go_on.set())  # when it is cancelled, which leaving does
    assert calls == [["1"]]
