"""What one reply comes to: right answers, refusals, broken replies and each thing that can be wrong with a citation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals.figures import confidences
from evals.outcomes import differences
from evals.questions import Evidence
from evals.stages import Loss
from tests.evals.replies import QUOTE, TEXT, WHEN, WHY, answered, citation, draft, judged, passage, refused


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


def test_number_and_date_equality_apply_to_questions_of_their_type_and_a_refusal_is_zero() -> None:
    dated = replace(WHEN, answers=("3 May 2021",))
    assert judged(dated, answered()).date_equal is True
    assert judged(dated, answered("On May 4.")).date_equal is judged(dated, refused()).date_equal is False
    assert judged(replace(dated, type="fact"), answered()).date_equal is None
    counted = replace(WHEN, answers=("1,200",), type="number")
    assert judged(counted, answered("Some 1200 came.")).number_equal is True
    assert judged(counted, refused()).number_equal is False
    assert judged(WHY, answered()).number_equal is None


def test_claim_support_is_of_the_quotes_that_each_sentence_cites() -> None:
    cited = [citation(), citation("Nobody was hurt.", marker=2)]
    hurt = {"text": "Nobody was hurt.", "citations": [2], "support": 0.9}
    right = judged(WHEN, answered(sentences=[hurt], citations=cited))
    swapped = judged(WHEN, answered(sentences=[hurt | {"citations": [1]}], citations=cited))
    assert (right.claim_support, swapped.claim_support) == (1.0, 0.0)
    assert judged(WHEN, answered(sentences=[hurt | {"citations": []}])).claim_support == 0.0
    assert judged(WHEN, refused()).claim_support is None


def test_the_date_that_an_answer_adds_to_a_time_of_its_quote_is_a_word_of_the_quote() -> None:
    dated = answered("The mayor, Ana Bo, said so on May 3, 2025.")
    published = citation() | {"published_at": "2025-05-05T08:00:00Z"}
    assert judged(WHEN, dated | {"citations": [published]}).claim_support == 1.0
    undated = judged(WHEN, dated).claim_support
    assert undated is not None
    assert undated < 1.0


def test_confidence_is_the_highest_support_of_any_draft_and_a_refusal_is_judged_by_it() -> None:
    drafts = [draft(support=0.3), draft("She said so on June 9.", support=0.2)]
    refusal = judged(WHEN, refused(drafts=drafts))
    assert (refusal.confidence, refusal.draft_right, refusal.right) == (0.3, True, False)
    assert judged(WHEN, refused(drafts=drafts[1:])).draft_right is False
    nothing = judged(WHEN, refused(drafts=[]))
    assert (nothing.confidence, nothing.draft_right) == (0.0, False)
    assert judged(WHEN, answered()).confidence is None
    assert judged(WHY, refused(drafts=drafts)).draft_right is False
    assert judged(replace(WHEN, long=True), refused(drafts=drafts)).draft_right is None


def test_a_failed_request_stands_last_among_confidences_and_replies_without_drafts_have_none() -> None:
    known = judged(WHEN, answered(drafts=[draft()]))
    failed = judged(WHEN, {}, error="ReadTimeout: timed out")
    assert confidences([known, failed]) == [(0.9, True), (0.0, False)]
    assert confidences([judged(WHEN, answered()), failed]) == []


@pytest.mark.parametrize(
    ("body", "lost"),
    [
        (refused(passages=[passage()]), Loss.REFUSED_RETRIEVED),
        (refused(passages=[passage(document="x")]), Loss.REFUSED_NOT_RETRIEVED),
        (answered("On June 9.", citations=[citation("Nobody was hurt.")]), Loss.NOT_RETRIEVED),
        (answered("On June 9.", citations=[citation("Nobody was hurt.")], passages=[passage()]), Loss.NOT_CITED),
        (answered("On June 9.", passages=[passage()]), Loss.CITED_WRONG),
        ({}, Loss.FAILED),
        (answered(passages=[passage()]), None),
    ],
    ids=str,
)
def test_a_wrong_answer_is_put_down_to_the_stage_that_lost_it(body: dict[str, object], lost: Loss | None) -> None:
    assert judged(WHEN, body).lost is lost


def test_nothing_is_lost_of_a_question_without_an_answer_or_without_known_gold() -> None:
    assert judged(WHY, answered()).lost is None
    assert judged(replace(WHEN, evidence=()), answered("On June 9.")).lost is None


def test_where_only_the_gold_document_is_known_it_decides_what_was_retrieved_and_cited() -> None:
    question = replace(WHEN, evidence=(Evidence("d"),))
    assert judged(question, answered("On June 9.", passages=[passage("It rained.")])).lost is Loss.CITED_WRONG
    assert judged(question, refused(passages=[passage(document="x")])).lost is Loss.REFUSED_NOT_RETRIEVED


def test_drafts_do_not_make_a_reply_another_answer_and_broken_ones_break_the_contract() -> None:
    assert not differences(answered(drafts=[draft()]), answered(drafts=[draft(support=0.91)]))
    assert judged(WHEN, answered(drafts=[{"text": "No support."}])).error
    assert judged(WHEN, answered(drafts=["a"])).error
