"""A draft, cut into sentences while it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.draft import SentenceStream, cleaned


def cut(text: str, size: int) -> list[str]:
    stream, found = SentenceStream(), []
    for start in range(0, len(text), size):
        found += stream.feed(text[start : start + size])
    return found + stream.rest()


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_sentences_come_out_whole_however_the_pieces_fall(size: int) -> None:
    text = "The U.S. sent 3.5 tonnes. Dr. Amal Idris said so. “Nobody was hurt.” It rained."
    expected = ["The U.S. sent 3.5 tonnes.", "Dr. Amal Idris said so.", "“Nobody was hurt.”", "It rained."]
    assert cut(text, size) == expected


def test_authors_and_the_others_are_no_end_of_a_sentence() -> None:
    assert cut("Jones et al. 1998 said so. It rained.", 7) == ["Jones et al. 1998 said so.", "It rained."]


def test_a_sentence_is_given_back_as_soon_as_the_next_begins() -> None:
    stream = SentenceStream()
    assert stream.feed("One went.") == []
    assert stream.feed(" T") == ["One went."]


def test_lines_of_a_list_are_sentences_without_their_bullets() -> None:
    assert cut("- a crane\n- two boats\n3. a lorry", 2) == ["a crane", "two boats", "a lorry"]


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_titles_and_lines_that_lead_to_others_are_no_sentences(size: int) -> None:
    assert cut("**The fire**\n\n**The mill burned.** It rained.", size) == ["The mill burned.", "It rained."]
    assert cut("There were two reasons:\n\n1. It was dry.\n2. It blew.", size) == ["It was dry.", "It blew."]
    assert cut("**Rome**", size) == ["Rome"]


@pytest.mark.parametrize(
    ("drafted", "plain"),
    [
        ("According to the passages, the mill burned.", "The mill burned."),
        ("The mill burned [1][2].", "The mill burned."),
        ("Based on the provided text", "Based on the provided text"),
        ("Answer: Rome", "Rome"),
        ("...", ""),
        ("It burned [Fire at the mill, Varn Courier, 2025-03-01].", "It burned."),
        ("He left (on 2025-03-01).", "He left (on 2025-03-01)."),
        ("As stated in the provided text, the mill burned [1, 2].", "The mill burned."),
        ("The passages clearly state that the **old mill** burned【1†source】.", "The old mill burned."),
        ("The final answer is 12.", "The final answer is 12."),
        ("The mill, according to the article, burned.", "The mill burned."),
        ("According to the report, it burned.", "According to the report, it burned."),
        ("It is 2 * 3 in snake_case.", "It is 2 * 3 in snake_case."),
        ("A 12\u2011storey mill.", "A 12-storey mill."),
        ("# The fire", ""),
        ("The passages do not state that it burned.", "The passages do not state that it burned."),
    ],
)
def test_what_the_model_adds_of_its_own_is_taken_off(drafted: str, plain: str) -> None:
    assert cleaned(drafted) == plain


@given(st.text(max_size=200), st.integers(1, 50))
def test_pieces_do_not_change_what_comes_out(text: str, size: int) -> None:
    assert " ".join(cut(text, size)).split() == " ".join(cut(text, max(1, len(text)))).split()
