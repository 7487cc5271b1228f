"""Sentences and passages: exact, complete, in order, and where a reader would put them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.split import LONGEST_SENTENCE, PASSAGE_WORDS, SHORTEST_TAIL, passages, sentences
from rag.types import Sentence, Version

SEED = Path(__file__).parents[2] / "seeds" / "000_fbce3f8ec0114fc5.txt"


def split(text: str, language: str = "") -> list[str]:
    return [text[found.start : found.end] for found in sentences(text, language)]


def version(text: str) -> Version:
    return Version("d", 1, text, "", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "whole",
    [
        ["The U.S. President met Dr. Smith.", "They talked."],
        ["U.S. forces left the U.K. on Monday.", "Nobody objected."],
        ["J. K. Rowling wrote it.", "John F. Kennedy read it."],
        ["It cost $3.5 million.", "Prices rose by 2.75 percent."],
        ["See No. 5 in Fig. 2.", "It is on p. 14."],
        ["Gov. Abbott met Sen. Cruz on Jan. 5.", "Lt. Col. Jones came too."],
        ["“Stop!” he said.", "She left."],
        ["“Is it over?” asked al-Rifai.", "Nobody knew."],
        ["He wrote “the war is over.”", "Then he slept."],
        ["She arrived at 5 p.m. Friday.", "The game began at 6 p.m. EST."],
        ["Is it?", "Yes!", "Well..."],
        ["Visit www.example.com for e.g. prices, i.e. what it costs.", "It is free."],
        ["Acme Corp. said on Tuesday it would sell.", "Apple Inc. did not."],
        ["Mr. and Mrs. Jones vs. the State.", "They won."],
        ["The U.N. met in St. Petersburg.", "Mt. Everest is 8,848.86 m high."],
        ["He was born in 1999.", "In 2000 he moved."],
        ["The vote (see Art. 5) failed.", "(It was close.)", "All went home."],
        ["Er kam.", "Sie ging."],
    ],
    ids=lambda whole: whole[0][:30],
)
def test_sentences_end_where_a_reader_ends_them(whole: list[str]) -> None:
    assert split(" ".join(whole)) == whole


@pytest.mark.parametrize(
    "whole",
    [
        ["He said hello .", "She left .", "The U.S. forces came ."],
        ["He said : `` It is over . ''", "She agreed ."],
        ["Is it over ?", "Yes !", "It cost $ 3.5 million ."],
    ],
    ids=lambda whole: whole[0],
)
def test_text_with_spaces_before_its_marks_is_split_alike(whole: list[str]) -> None:
    assert split(" ".join(whole)) == whole


def test_a_line_break_ends_a_sentence_that_has_no_mark() -> None:
    assert split("A headline\n\nThe text. It goes on\nAnd on") == ["A headline", "The text.", "It goes on", "And on"]


def test_a_full_line_that_goes_on_in_lower_case_does_not_end_a_sentence() -> None:
    text = "The ministers agreed on Tuesday to send the report back\nto the committee. It had asked for it."
    assert split(text) == [text[: text.index(".") + 1], "It had asked for it."]


def test_text_without_capitals_still_has_sentences() -> None:
    assert split("he came home. she left at once. nobody knew why.") == [
        "he came home.",
        "she left at once.",
        "nobody knew why.",
    ]


def test_closing_quotes_stay_with_what_they_close() -> None:
    assert split("It was late.” Then he left.") == ["It was late.”", "Then he left."]


def test_characters_pysbd_uses_for_itself_are_text_like_any_other() -> None:
    text = "The letter ȸ is rare. So is ∯ here. Mr. Smith knows."
    assert " ".join(split(text)) == text
    assert split(text)[0] == "The letter ȸ is rare."


@pytest.mark.parametrize("language", ["de", "zh-CN", "xx", "", "EN", "é"])
def test_every_language_is_accepted(language: str) -> None:
    assert split("One. Two.", language)


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n", "\u2028"])
def test_nothing_has_no_sentences(text: str) -> None:
    assert split(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_500,
        "word " * 1_500,
        "." * 8_000,
        "?! " * 2_000,
        '"' * 8_000,
        "A. " * 2_000,
        "1. x " * 1_500,
        "“a. " * 1_500,
    ],
    ids=["no spaces", "no marks", "dots", "marks", "quotes", "initials", "lists", "open quotes"],
)
def test_a_sentence_never_exceeds_its_bound_whatever_the_text(text: str) -> None:
    found = sentences(text)
    assert max(s.end - s.start for s in found) <= LONGEST_SENTENCE
    assert "".join("".join(text[s.start : s.end].split()) for s in found) == "".join(text.split())


def test_a_long_sentence_is_cut_between_words() -> None:
    assert all(part.startswith("word") and part.endswith("word") for part in split("word " * 2_000))


def test_the_seed_article_has_a_sentence_for_each_of_its_own() -> None:
    found = split(SEED.read_text(encoding="utf-8"))
    assert len(found) == 14
    assert found[3].startswith("Al-Rifai was killed")
    assert found[3].endswith("U.S.-led coalition forces.")


def test_passages_are_of_about_the_size_asked_for() -> None:
    text = "This sentence has exactly seven words here. " * 200
    found = passages(version(text), sentences(text))
    sizes = [len(passage.text.split()) for passage in found]
    assert all(PASSAGE_WORDS - 10 < size <= PASSAGE_WORDS for size in sizes[:-1])
    assert SHORTEST_TAIL <= sizes[-1] <= PASSAGE_WORDS + SHORTEST_TAIL


def test_a_short_tail_goes_with_the_passage_before_it() -> None:
    text = "This sentence has exactly seven words here. " * 19
    assert len(passages(version(text), sentences(text))) == 1


def test_ids_say_what_was_found_where() -> None:
    text = "One sentence here. And another one."
    first, same = (passages(version(text), sentences(text)) for _ in range(2))
    assert [p.id for p in first] == [p.id for p in same]
    others = (
        passages(version(text + "!"), sentences(text + "!")),
        passages(version(text), sentences(text), "salt"),
        passages(Version("e", 1, text, "", version("").ingested_at), sentences(text)),
        passages(Version("d", 2, text, "", version("").ingested_at), sentences(text)),
    )
    assert len({first[0].id, *(other[0].id for other in others)}) == 5


PIECES = st.sampled_from(
    re.findall(
        "[^|]+",
        "Mr. |U.S. |he said|. |! |? |“|”|\"|'|\n|\n\n| |  |\t|3.5|1. |(|)|…|The end|p.m. |ȸ|&|al-Rifai|é|中文。"
        "|\u2028|\xa0|...|e.g. |A. |http://a.b/c?d|- |ᓰ|∯",
    )
)
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=200))


@settings(max_examples=120, deadline=None)
@given(TEXTS)
def test_sentences_cover_all_text_in_order_without_overlap(text: str) -> None:
    found = sentences(text)
    assert "".join("".join(text[s.start : s.end].split()) for s in found) == "".join(text.split())
    assert all(before.end <= after.start for before, after in pairwise(found))
    for sentence in found:
        assert text[sentence.start : sentence.end] == text[sentence.start : sentence.end].strip() != ""


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, max_size=15).map(" ".join))
def test_passages_share_the_sentences_out_and_are_slices(text: str) -> None:
    spans = sentences(text)
    found = passages(version(text), spans)
    assert [sentence for passage in found for sentence in passage.sentences] == spans
    for passage in found:
        assert passage.text == text[passage.start : passage.end]
        assert [passage.slice(s) for s in passage.sentences] == [text[s.start : s.end] for s in passage.sentences]
    assert len({passage.id for passage in found}) == len(found)


PLAIN_LINES = ["Height: 30 m", "Q7: What did Anna build in 1820?", "A: It was not the tower, and isn't.", "etc.", "b."]


@pytest.mark.parametrize("line", PLAIN_LINES)
def test_a_plain_line_is_one_sentence_without_being_asked_about(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text of such lines by the megabyte took most of a minute, all of it for patterns that cannot match."""
    from ingest import split

    assert split._proposed(line, "en") == [line]
    monkeypatch.setattr(split, "_proposed", lambda *_: pytest.fail("the rules were tried"))
    assert sentences(f"{line}\n{line}") == [Sentence(0, len(line)), Sentence(len(line) + 1, 2 * len(line) + 1)]


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from("a i 2 Mr No Orvik it's 東京 : ; - – 'x ȸ ƪ".split()), min_size=1, max_size=6).map(
        " ".join
    ),
    st.sampled_from(["", ".", "!", "?", " ."]),
    st.sampled_from(["en", "de", "sk", "ar", "el", "hy", "ja"]),
)
def test_what_is_taken_for_one_sentence_at_sight_is_one_by_the_rules(text: str, mark: str, language: str) -> None:
    from ingest import split

    line = text + mark
    if split._ONE.fullmatch(line) and split._usual(language):
        assert len([piece for piece in split._proposed(line, language) if piece.strip()]) == 1


def test_a_table_that_fits_into_a_passage_is_not_divided_and_goes_with_what_introduces_it() -> None:
    before, caption = "It rained and rained. " * 25, "The catch, in tonnes:"
    rows = ["Species | 2025 | 2026", *(f"Fish {at} | {at},000 | {at},500" for at in range(1, 8))]
    text = "\n".join([before.strip(), caption, *rows, "The boats stayed in."])
    found = passages(version(text), sentences(text))
    assert len(found) > 1
    assert [each for each in found if caption in each.text] == [each for each in found if rows[-1] in each.text]


def test_a_table_longer_than_a_passage_is_divided_between_rows() -> None:
    rows = ["Species | 2025 | 2026", *(f"Fish {at} | {at},000 | {at},500" for at in range(1, 60))]
    text = "\n".join(rows)
    found = passages(version(text), sentences(text))
    assert len(found) > 1
    assert [line for each in found for line in each.text.split("\n")] == rows
