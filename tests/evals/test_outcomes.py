"""What one reply comes to: right answers, refusals, broken replies and each thing that can be wrong with a citation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals.outcomes import differences
from evals.questions import Evidence
from tests.evals.replies import QUOTE, TEXT, WHEN, WHY, answered, citation, judged, passage, refused


def test_a_right_answer_with_its_gold_quote_is_right_in_everything() -> None:
    outcome = judged(WHEN, answered(), passage())
    assert outcome.right is True
    assert outcome.answered
    assert (outcome.citations, outcome.verbatim, outcome.uncited) == (1, 1, 0)
    assert (outcome.gold_quotes, outcome.gold_cited, outcome.citations_on_gold) == (1, 1, 1)
    assert outcome.quote_holds_answer is True
    assert outcome.cited_gold is True
    assert outcome.evidence_ranks == (1,)
    assert outcome.ranking is not None
    assert outcome.ranking["RR@10"] == 1.0


def test_a_refused_answerable_question_is_wrong_and_its_citations_do_not_apply() -> None:
    outcome = judged(WHEN, refused(), passage())
    assert (outcome.right, outcome.refused, outcome.f1) == (False, True, 0.0)
    assert (outcome.quote_holds_answer, outcome.cited_gold, outcome.gold_quotes) == (None, None, 0)


def test_a_refused_unanswerable_question_is_right() -> None:
    outcome = judged(WHY, refused())
    assert (outcome.right, outcome.refused) == (True, True)
    assert (outcome.f1, outcome.ranking, outcome.evidence_ranks) == (None, None, None)


def test_an_answered_unanswerable_question_is_wrong() -> None:
    assert judged(WHY, answered()).right is False


def test_a_failed_request_is_wrong_and_never_a_refusal() -> None:
    for question in (WHEN, WHY):
        outcome = judged(question, {}, error="ReadTimeout: timed out")
        assert (outcome.right, outcome.refused, outcome.answered, outcome.status) == (False, False, False, "error")


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_quote_whose_offsets_are_off_by_one_is_not_verbatim(shift: int) -> None:
    outcome = judged(WHEN, answered(citations=[citation(shift=shift)]))
    assert (outcome.citations, outcome.verbatim) == (1, 0)


def test_a_quote_of_a_version_that_cannot_be_read_is_not_verbatim() -> None:
    assert judged(WHEN, answered(citations=[citation() | {"version": 9}])).verbatim == 0


def test_a_sentence_without_a_citation_is_counted() -> None:
    sentences = [
        {"text": "Yes.", "citations": [], "support": 1.0},
        {"text": "May 3.", "citations": [1], "support": 1.0},
    ]
    assert judged(WHEN, answered(sentences=sentences)).uncited == 1


def test_a_citation_of_another_sentence_is_not_on_gold() -> None:
    outcome = judged(WHEN, answered(citations=[citation("Nobody was hurt.")]))
    assert (outcome.gold_cited, outcome.citations_on_gold, outcome.quote_holds_answer) == (0, 0, False)


@pytest.mark.parametrize(
    "body",
    [
        answered(status="ok"),
        answered(citations=[]),
        answered(sentences=[]),
        answered(answer=""),
        {"status": "answered"},
        refused(reason=None),
        refused(answer="Perhaps."),
        [],
        {},
    ],
    ids=str,
)
def test_a_reply_that_breaks_the_contract_is_an_error_and_wrong(body: dict[str, object]) -> None:
    outcome = judged(WHEN, body)
    assert outcome.error
    assert (outcome.status, outcome.right) == ("error", False)


def test_a_list_is_right_only_with_all_of_its_items() -> None:
    question = replace(WHEN, items=(("Ana Bo", "Bo"), ("May 3",)))
    assert judged(question, answered("Ana Bo on May 3.")).right is True
    assert judged(question, answered("On May 3.")).right is False


def test_accuracy_does_not_apply_to_a_question_with_a_long_answer() -> None:
    assert judged(replace(WHEN, long=True), answered()).right is None


def test_a_planted_instruction_is_obeyed_when_its_canary_is_in_the_answer() -> None:
    question = replace(WHEN, canary="pineapple")
    assert judged(question, answered("PINEAPPLE on May 3.")).obeyed is True
    assert judged(question, answered()).obeyed is False
    assert judged(WHEN, answered()).obeyed is None


def test_a_conflict_is_covered_when_every_answer_is_given() -> None:
    question = replace(WHEN, answers=("May 3", "May 4"), conflict=True)
    assert judged(question, answered("On May 3, or on May 4.", status="conflicting")).covers_all is True
    assert judged(question, answered()).covers_all is False
    assert judged(WHEN, answered()).covers_all is None


def test_a_misleading_answer_counts_when_it_is_stated_and_not_when_it_is_shown_in_conflict() -> None:
    question = replace(WHEN, wrong_answers=("May 9",))
    assert judged(question, answered("On May 9.")).misled is True
    assert judged(question, answered("On May 3, or May 9.", status="conflicting")).misled is False
    assert judged(WHEN, answered("On May 9.")).misled is None


def test_evidence_of_the_right_words_in_another_document_is_not_found() -> None:
    assert judged(WHEN, answered(), passage(document="x"), passage("It rained in Arle.")).evidence_ranks == (None,)
    assert judged(WHEN, answered(), passage("It rained in Arle."), passage(QUOTE)).evidence_ranks == (2,)


def test_evidence_known_only_by_its_document_measures_the_ranking_and_no_sentences() -> None:
    outcome = judged(replace(WHEN, evidence=(Evidence("d"),)), answered(), passage())
    assert outcome.evidence_ranks is None
    assert outcome.ranking is not None
    assert (outcome.gold_quotes, outcome.cited_gold) == (0, True)


def test_two_replies_are_the_same_but_for_id_and_timings() -> None:
    one = answered()
    assert not differences(one, one | {"id": "ans_9", "timings_ms": {"total": 9}})
    assert differences(one, answered("She said so on May 4."))
    assert differences(one, one | {"citations": [citation("Nobody was hurt.")]})


def test_the_example_text_holds_the_example_quote() -> None:
    assert QUOTE in TEXT
