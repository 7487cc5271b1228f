"""Whether a time is past or to come."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.tense import ahead

PAST, AHEAD, OPEN = (False, True), (True, True), None


def of(sentence: str) -> tuple[bool, bool] | None:
    """What is said of the weekday in brackets; None where it is left open."""
    match = re.search(r"\[(\w+)\]", sentence)
    assert match is not None
    found = ahead(f"{sentence[: match.start()]}{match[1]}{sentence[match.end() :]}", match.start(), match.end() - 2)
    return found if found[1] else None


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("The ferry sank on [Friday].", PAST),
        ("On [Friday] the ferry left port.", PAST),
        ("Nobody has sailed since [Friday].", PAST),
        ("The gates were opened at 1.15 a.m. on [Friday].", PAST),
        ("The firm announced on [Friday] that it will close.", PAST),
        ("He may have left on [Friday].", PAST),
        ("The plans were rejected on [Friday].", PAST),
        ("It will sail on [Friday].", AHEAD),
        ("He must reply by [Friday].", AHEAD),
        ("The deadline is [Friday].", AHEAD),
        ("The hearing was adjourned until [Friday].", AHEAD),
        ("The union has called a strike for [Friday].", AHEAD),
        ("Schools remain closed until [Friday].", AHEAD),
        ("Talks resume on [Friday].", OPEN),
        ("The gallery is closed on [Friday].", OPEN),
        ("The firm said talks resume on [Friday].", OPEN),
        ("The council agreed to meet on [Friday].", OPEN),
        ("The report was due on [Friday].", OPEN),
        ("He was held until [Friday].", OPEN),
        ("The match on [Friday] was called off.", OPEN),
        ("The man who planned the raid was arrested on [Friday].", OPEN),
        ("The union, whose members walked out, meets the owners on [Friday].", OPEN),
        ("The man accused of the murder appears in court on [Friday].", OPEN),
    ],
)
def test_the_words_of_its_clause_tell_or_it_is_left_open(sentence: str, meant: tuple[bool, bool] | None) -> None:
    assert of(sentence) == meant


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_read(before: str, after: str) -> None:
    assert set(map(type, ahead(f"{before}Friday{after}", len(before), len(before) + 6))) == {bool}
