"""A choice between two is made by what the quotes tell of them."""

from __future__ import annotations

import pytest

from rag.checks.question.choices import one_sided, options, other_option
from rag.checks.verify import faults
from rag.types import Document

FOUNTAIN = "A fountain in the market was the source of the outbreak."
ASKED = "What made people ill, the cooling tower or the market fountain?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who is older, Ada Osk or Jan Lund?", ("Ada Osk", "Jan Lund")),
        ("Were more bikes stolen in Varn or in Osk?", ("in Varn", "in Osk")),
        ("does it work better against type 2 or type 3", ("type 2", "type 3")),
        ("Has it more than 40 or fewer beds?", None),
        ("How many beds has the mill?", None),
        ("Is it the mill or the mill?", None),
    ],
)
def test_the_two_are_read_from_the_question(question: str, expected: tuple[str, str] | None) -> None:
    found = options(question)
    assert (found and (found[0].text, found[1].text)) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The outbreak was caused by the cooling tower.", ("the cooling tower", "the market fountain")),
        ("The outbreak was caused by the market fountain.", None),
        ("The outbreak came from the market fountain, not the cooling tower.", None),
    ],
)
def test_the_one_that_the_quotes_do_not_name_is_no_choice(sentence: str, expected: tuple[str, str] | None) -> None:
    assert other_option(ASKED, sentence, [FOUNTAIN]) == expected
    at_fault = {fault.check for fault in faults(sentence, [FOUNTAIN], [Document("d")], ASKED)}
    assert ("relation" in at_fault) is (expected is not None)


@pytest.mark.parametrize(
    ("question", "quote", "near", "expected"),
    [
        ("Which is longer, the Orla or the Sule?", "The Orla is 40 km long.", "", "the Sule"),
        ("Which is longer, the Orla or the Sule?", "The Orla is 40 km long.", "The Sule is close.", None),
        ("Which is longer, the Orla or the Sule?", "The Orla is the longer one.", "", None),
        ("Was it the Orla or the Sule?", "It was the Orla.", "", None),
    ],
)
def test_a_comparison_needs_both_unless_a_quote_compares(
    question: str, quote: str, near: str, expected: str | None
) -> None:
    assert one_sided(question, [quote], near) == expected
