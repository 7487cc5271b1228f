"""Abbreviations are looked for where they can be only, and what is found is what pysbd finds by itself."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest import split
from ingest.abbreviations import quicker
from ingest.seeds import articles
from ingest.split import sentences

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pysbd import Segmenter
    from pysbd.languages import LANGUAGE_CODES

ENGLISH = LANGUAGE_CODES["en"]
KNOWN = ENGLISH.Abbreviation.ABBREVIATIONS
ODD = ["Iſ", "miſs", "ıd", "İD", "drphil", "dr phil", "a1", "é"]
STOPS = [".", "", "..", ".,", ". ", ".:1", ".) ", ".\n", ".1", "∯", " .", "'s."]
WORDS = st.sampled_from(KNOWN) | st.sampled_from(ODD)
PIECES = st.builds(
    "{}{}{}".format,
    WORDS | WORDS.map(str.upper) | WORDS.map(str.title),
    st.sampled_from(STOPS),
    st.sampled_from(["", " ", "\u00a0", "\r", "I ", "a", "2 "]),
)


@cache
def plain(language: str) -> Any:
    return Segmenter(language=language, clean=False)


@given(st.lists(PIECES, max_size=8).map("".join))
@example("Mr. Smith is. No. 5 of Gen. Lee (inc. Co.) is. a man. dr.phil. drxphil. e.g. this v. that.")
def test_what_is_marked_is_what_pysbd_marks(text: str) -> None:
    assert _marked(quicker(ENGLISH), text) == _marked(ENGLISH, text)


def test_the_seeds_have_the_sentences_that_pysbd_gives_them(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [each.text for each in articles()[::6]]
    quick = [sentences(text) for text in texts]
    monkeypatch.setattr(split, "_segmenter", lambda _: plain("en"))
    assert quick == [sentences(text) for text in texts]


@pytest.mark.parametrize("language", sorted(LANGUAGE_CODES))
def test_every_language_marks_what_it_did(language: str) -> None:
    known = LANGUAGE_CODES[language].Abbreviation.ABBREVIATIONS
    text = " ".join(f"A {word}. b {word.upper()}. 3 {word.title()}., {word}" for word in known[:: len(known) // 8 + 1])
    assert _marked(quicker(LANGUAGE_CODES[language]), text) == _marked(LANGUAGE_CODES[language], text)


def test_only_what_stands_before_a_full_stop_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[str] = []
    own = ENGLISH.AbbreviationReplacer

    def noted(self: Any, text: str, found: str, *_: object) -> str:
        looked_for.append(found.strip())
        return text

    with monkeypatch.context() as patch:
        quick = quicker(ENGLISH)
        patch.setattr(own, "scan_for_replacements", noted)
        _marked(quick, "It is no man of Dr. Lee.")
    assert looked_for == ["Dr"]


def _marked(language: Any, text: str) -> str:
    return str(language.AbbreviationReplacer(text, language).replace())
