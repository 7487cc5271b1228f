"""A draft, cut into sentences while it is written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.draft import Drafted, SentenceStream, certainty, cleaned
from rag.seams import Piece


def cut(text: str, size: int) -> list[str]:
    stream, found = SentenceStream(), []
    for start in range(0, len(text), size):
        found += stream.feed(Piece(text[start : start + size]))
    return [drafted.text for drafted in found + stream.rest()]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_sentences_come_out_whole_however_the_pieces_fall(size: int) -> None:
    text = "The U.S. sent 3.5 tonnes. Dr. Amal Idris said so. “Nobody was hurt.” It rained."
    expected = ["The U.S. sent 3.5 tonnes.", "Dr. Amal Idris said so.", "“Nobody was hurt.”", "It rained."]
    assert cut(text, size) == expected


def test_a_sentence_is_given_back_as_soon_as_the_next_begins() -> None:
    stream = SentenceStream()
    assert stream.feed(Piece("One went.")) == []
    assert stream.feed(Piece(" T")) == [Drafted("One went.", (Piece("One went."),))]


def test_lines_of_a_list_are_sentences_without_their_bullets() -> None:
    assert cut("- a crane\n- two boats\n3. a lorry", 2) == ["a crane", "two boats", "a lorry"]


@pytest.mark.parametrize(
    ("drafted", "plain"),
    [
        ("According to the passages, the mill burned.", "The mill burned."),
        ("The mill burned [1][2].", "The mill burned."),
        ("Based on the provided text", "Based on the provided text"),
        ("Answer: Rome", "Rome"),
        ("...", ""),
    ],
)
def test_what_the_model_adds_of_its_own_is_taken_off(drafted: str, plain: str) -> None:
    assert cleaned(drafted) == plain


@given(st.text(max_size=200), st.integers(1, 50))
def test_pieces_do_not_change_what_comes_out(text: str, size: int) -> None:
    assert " ".join(cut(text, size)).split() == " ".join(cut(text, max(1, len(text)))).split()


def drafted(*pieces: tuple[str, float | None]) -> Drafted:
    stream = SentenceStream()
    for text, probability in pieces:
        stream.feed(Piece(text, None if probability is None else math.log(probability)))
    return stream.rest()[0]


def test_certainty_is_that_of_the_words_that_the_question_had_not() -> None:
    sentence = drafted(("The", 0.1), (" mill", 0.2), (" has", 0.3), (" ", 1.0), ("1", 0.5), ("2", 0.8), (" bells", 0.5))
    assert certainty(sentence, "How many bells has the mill?") == pytest.approx(0.4)
    assert certainty(sentence, "What has the mill?") == pytest.approx(math.sqrt(0.4 * 0.5))
    assert certainty(sentence, "Has the mill 12 bells?") == 1.0


def test_a_model_that_tells_no_probability_of_a_word_is_not_certain_of_it() -> None:
    assert certainty(drafted(("Twelve", None), (" bells", None)), "How many?") is None
    assert certainty(drafted(("Twelve", 0.5), (" bells", None)), "How many?") is None


@given(st.lists(st.text(min_size=1, max_size=8), max_size=40))
def test_every_piece_belongs_to_one_sentence(texts: list[str]) -> None:
    stream, found = SentenceStream(), []
    for text in texts:
        found += stream.feed(Piece(text))
    pieces = [piece.text for sentence in found + stream.rest() for piece in sentence.pieces]
    left = iter(texts)
    assert all(piece in left for piece in pieces)  # in their order, none twice
