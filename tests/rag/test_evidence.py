"""Which sentences the model is shown."""

from rag.evidence import Budget, in_reading_order, select, token_estimate
from tests.rag.articles import hit, pool

BRIDGE = "The bridge over the Orla was closed on Monday."
COST = "Repairs will cost 12 million crowns."
CHOIR = "A choir sang."
AMPLE = Budget(500, 500)


def test_the_sentence_with_the_words_of_the_question_comes_first() -> None:
    found = select(pool("What will repairs cost?", hit(BRIDGE, COST), hit(CHOIR, rank=2)), AMPLE)
    assert found[0].text == COST
    assert {evidence.text for evidence in found} == {BRIDGE, COST, CHOIR}


def test_no_more_is_chosen_than_the_budget_holds() -> None:
    found = select(
        pool("What will repairs cost?", hit(BRIDGE, COST)), Budget(token_estimate(COST), token_estimate(COST))
    )
    assert [evidence.text for evidence in found] == [COST]


def test_beyond_the_least_only_sentences_near_the_best_are_read() -> None:
    question = "What will repairs of the bridge cost?"
    also = "Repairs of the bridge cost more each year."
    found = select(pool(question, hit("Repairs of the bridge will cost 12 million.", also, CHOIR)), Budget(1, 500))
    assert {evidence.text for evidence in found} == {"Repairs of the bridge will cost 12 million.", also}


def test_sentences_far_from_the_best_are_read_while_little_is() -> None:
    found = select(
        pool("What will repairs cost?", hit(COST, CHOIR)), Budget(token_estimate(COST) + token_estimate(CHOIR), 500)
    )
    assert {evidence.text for evidence in found} == {COST, CHOIR}


def test_unranked_sentences_are_read_from_the_beginning_however_far_they_are() -> None:
    found = select(pool("What will repairs cost?", hit(CHOIR, COST)), Budget(1, 500), by_relevance=False)
    assert [evidence.text for evidence in found] == [CHOIR, COST]


def test_one_sentence_is_chosen_even_if_it_is_longer_than_the_budget() -> None:
    assert len(select(pool("bridge", hit(BRIDGE, COST)), Budget(1, 1))) == 1


def test_nothing_comes_of_nothing() -> None:
    assert select([], AMPLE) == []


def test_a_headline_lends_its_words_to_the_sentences_under_it() -> None:
    titled, plain = hit(COST, title="Orla bridge"), hit(COST, rank=2)
    found = pool("What will the Orla bridge cost?", titled, plain)
    assert found[0].overlap > found[1].overlap


def test_evidence_is_read_passage_by_passage_in_the_order_of_the_text() -> None:
    found = select(pool("choir cost bridge", hit(BRIDGE, COST), hit(CHOIR, rank=2)), AMPLE)
    assert [[e.text for e in run] for run in in_reading_order(found[::-1])] == [[BRIDGE, COST], [CHOIR]]
