"""What corrections take back, and what is told of articles that were corrected or retracted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence import Candidate, candidates, sentences
from rag.notices import heeded, remarks, takes_back, withdrawn
from rag.types import Document, Hit, Notice, NoticeStatus
from tests.rag.articles import hit

MAY = datetime(2026, 5, 14, tzinfo=UTC)
FERRY = (
    'In our article "Seven dead off Varn" of 28 January we wrote that the Tern belonged to the Varn Harbour Board.',
    "That is wrong.",
    "The ferry Tern is owned by Osk Lines.",
    "We also gave the age of Captain Olaf Fenn as 61.",
    "He is 51.",
    "The keel was laid in 1987, not in 1978 as our table said.",
)


def noticed(article: Hit, *sentences: str, status: NoticeStatus = "corrected", day: datetime | None = MAY) -> Hit:
    """An article and a notice about it that has these sentences."""
    of = hit(*sentences, rank=9)
    notice = Notice(status, Document("notice", "Notice", published_at=day), (of.passage,))
    return replace(article, notices=(notice,))


def quote(article: Hit, at: int = 0) -> Candidate:
    return Candidate(article, article.passage.sentences[at], 0.5, 0.5)


@pytest.mark.parametrize(
    ("question", "text", "gone"),
    [
        ("How old is Captain Olaf Fenn?", "Captain Olaf Fenn is 61.", True),
        ("How old is Captain Olaf Fenn?", "Captain Olaf Fenn is 51.", False),
        ("Who was captain of the ferry Tern?", "Olaf Fenn, 61, was captain of the Tern.", True),
        ("Who was captain of the ferry Tern?", "Olaf Fenn was captain of the Tern.", False),
        ("Who owned the ferry Tern?", "The Tern belonged to the Varn Harbour Board.", True),
        ("Who owned the ferry Tern?", "The Tern belonged to Osk Lines.", False),
        ("When was the keel of the ferry laid?", "The keel was laid in 1978.", True),
        ("When was the keel of the ferry laid?", "The keel was laid in 1987.", False),
        ("How many ships are in the harbour of Lund?", "There are 61 ships in the harbour of Lund.", False),
        ("Did the ferry Tern belong to the Varn Harbour Board?", "The ferry Tern belonged to the Harbour Board.", True),
    ],
)
def test_a_correction_takes_back_what_it_says_was_wrong_and_nothing_else(question: str, text: str, gone: bool) -> None:
    notice = hit(*FERRY)
    assert takes_back(Document("c", "Correction: the ferry Tern"), [notice.passage], text, question) is gone
    article = noticed(hit(text), *FERRY)
    assert [fault.check for fault in withdrawn(text, [quote(article)], question)] == ["correction"] * gone


@pytest.mark.parametrize(
    ("question", "text", "gone"),
    [
        ("What did the bridge of Osk cost?", "The bridge of Osk cost a fortune.", False),
        ("How much did the bridge of Osk cost?", "The bridge of Osk cost 3 million crowns.", True),
        ("How much did the bridge of Osk cost?", "The bridge of Osk cost 5 million crowns.", False),
        ("How long is the bridge of Osk?", "The bridge of Osk is 90 metres long.", False),
        ("Who built the bridge of Osk?", "Ada Lorne built the bridge of Osk.", True),
        ("Who built the bridge of Osk?", "Olaf Fenn built the bridge of Osk.", False),
    ],
)
def test_a_correction_that_does_not_say_what_was_wrong_replaces_what_it_answers(
    question: str, text: str, gone: bool
) -> None:
    notice = hit(
        "A report had mistakes.", "The bridge of Osk cost 5 million crowns.", "Olaf Fenn built the bridge in Osk."
    )
    assert takes_back(Document("c", "The bridge"), [notice.passage], text, question) is gone


def test_a_correction_is_not_quoted_for_what_it_takes_back() -> None:
    notice = hit(*FERRY)
    notice = replace(notice, document=Document("c", "Correction", corrects=("a",)))
    assert withdrawn("Captain Olaf Fenn is 61.", [quote(notice, 3)], "How old is Captain Olaf Fenn?")
    assert not withdrawn("Captain Olaf Fenn is 51.", [quote(notice, 4)], "How old is Captain Olaf Fenn?")


def test_what_was_taken_back_is_no_evidence_and_the_correction_is() -> None:
    article = noticed(hit("Captain Olaf Fenn, 61, was saved.", "The water was cold."), *FERRY)
    read = heeded([article], "How old is Captain Olaf Fenn?")
    assert [each.document.id for each in read] == ["notice", article.document.id]
    told = [each.passage.slice(sentence) for each, sentence in sentences(read)]
    assert told == [*FERRY, "The water was cold."]
    assert read[1].passage.text == article.passage.text, "the passage stays what the store says it is"


def test_a_retracted_article_is_read_after_its_retraction_and_counts_less() -> None:
    article = noticed(hit("The mayor took a bribe."), "We retract this article.", status="retracted")
    notice, read = heeded([article], "Who took a bribe?")
    assert notice.document.id == "notice"
    assert notice.score == article.score
    assert read.score == article.score / 2
    assert sentences([read]), "what it said may be asked about"


def test_a_notice_that_was_found_itself_is_not_there_twice() -> None:
    article = noticed(hit("The mayor took a bribe."), "We retract this article.", status="retracted")
    found = hit("We retract this article.", rank=9)
    assert [each.passage.id for each in heeded([found, article], "Who?")] == ["p9", "p1"]


@pytest.mark.parametrize(
    ("article", "text", "quoted"),
    [
        (
            noticed(hit("The mayor took a bribe."), "Regrettably so.", "We retract this.", status="retracted"),
            "This article was retracted on 14 May 2026.",
            "We retract this.",
        ),
        (
            noticed(hit("It cost 3 crowns."), "A word first.", "That was wrong.", day=None),
            "This article was corrected.",
            "That was wrong.",
        ),
        (
            replace(hit("It cost 4 crowns, not 3."), document=Document("c", published_at=MAY, corrects=("a",))),
            "This is from a correction of 14 May 2026.",
            "It cost 4 crowns, not 3.",
        ),
        (
            replace(hit("This is untrue."), document=Document("r", published_at=MAY, retracts=("a",))),
            "The article in question was retracted on 14 May 2026.",
            "This is untrue.",
        ),
    ],
    ids=["retracted", "corrected", "correction", "retraction"],
)
def test_a_remark_is_one_fixed_sentence_with_a_quote_of_the_notice(article: Hit, text: str, quoted: str) -> None:
    (remark,) = remarks([quote(article), quote(article)])
    assert (remark.text, remark.quote.text) == (text, quoted)


def test_nothing_is_remarked_on_an_article_that_stands() -> None:
    assert remarks([quote(hit("It rained."))]) == []


SAID = st.lists(st.sampled_from([*FERRY, "We retract it.", "Not so.", "“Oh,” she said.", "7"]), min_size=1, max_size=5)


@given(SAID, SAID, st.sampled_from(["corrected", "retracted"]), st.sampled_from(["How old is Olaf Fenn?", "Who?"]))
def test_what_is_read_is_verbatim_and_of_what_was_found(
    article: list[str], notice: list[str], status: NoticeStatus, question: str
) -> None:
    found = noticed(hit(*article), *notice, status=status)
    read = heeded([found], question)
    for each, sentence in sentences(read):
        assert each.passage.slice(sentence) in {*article, *notice}
    assert len(candidates(read, [0.0] * len(sentences(read)), {})) <= len(article) + len(notice)
    (remark,) = remarks([quote(found)])
    assert remark.quote.text in notice
