"""Which articles a notice names, read from its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.notices import recognised
from ingest.seeds import articles
from rag.types import NewDocument

MILL = "Mill burns down in Osk"


@pytest.mark.parametrize(
    ("title", "text", "corrects", "retracts"),
    [
        (f"Correction: {MILL}", "It was 1820.", [MILL], []),
        (f"Corrections – “{MILL}”", "It was 1820.", [MILL], []),
        ("Correction to a report on Osk", f"Our report “{MILL}” was wrong.", [MILL], []),
        ("Erratum", f'In the table to our article "{MILL}" of 3 May a figure was wrong.', [MILL], []),
        ("Retraction: a fire", f"We published an article under the headline “{MILL}”. We retract it.", [], [MILL]),
        (f"Retracted: {MILL}", "It never did.", [], [MILL]),
        ("Correctional officers strike", f"The report “{MILL}” said so.", [], []),
        ("A correction on the markets", f"The article “{MILL}” said so.", [], []),
        ("Retraction talks fail", f"The article “{MILL}” said so.", [], []),
        ("Correction: the mill", "The mayor said “we never sold the mill”.", ["the mill"], []),
        ("Correction: mill", "The story “Fire” was wrong.", [], []),
        (MILL, f"Our report “{MILL}” was wrong.", [], []),
    ],
)
def test_a_notice_names_articles_by_their_headlines(
    title: str, text: str, corrects: list[str], retracts: list[str]
) -> None:
    found = recognised(NewDocument(text, title=title, source="Osk Post"))
    named = [f'"{each}"' for each in corrects if len(each.split()) > 2], [f'"{each}"' for each in retracts]
    assert (list(found.corrects), list(found.retracts)) == named


def test_what_its_sender_named_stays_and_nothing_is_read_without_an_outlet() -> None:
    told = NewDocument("It was 1820.", title=f"Correction: {MILL}", corrects=("a",))
    assert recognised(told) == told


@given(st.text(), st.text())
def test_whatever_it_is_called_reading_it_twice_changes_nothing(title: str, text: str) -> None:
    once = recognised(NewDocument(text, title=f"Correction: {title}", source="S"))
    assert recognised(once) == once
    assert once.text == text


def test_every_notice_of_the_newsroom_names_articles_that_are_there() -> None:
    found = articles()
    notices = [each for each in map(recognised, found) if each.corrects or each.retracts]
    assert len(notices) == 10
    for notice in notices:
        for named in (*notice.corrects, *notice.retracts):
            (meant,) = (each for each in found if (each.source, f'"{each.title}"') == (notice.source, named))
            assert meant.published_at is not None
            assert notice.published_at is not None
            assert meant.published_at < notice.published_at
