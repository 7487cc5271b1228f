"""Which sentences the model is shown."""

from rag.evidence import in_reading_order, select, token_estimate
from tests.rag.articles import hit, pool

BRIDGE = "The bridge over the Orla was closed on Monday."
COST = "Repairs will cost 12 million crowns."
CHOIR = "A choir sang."


def test_the_sentence_with_the_words_of_the_question_comes_first() -> None:
    found = select(pool("What will repairs cost?", hit(BRIDGE, COST), hit(CHOIR, rank=2)), 500)
    assert found[0].text == COST
    assert {evidence.text for evidence in found} == {BRIDGE, COST, CHOIR}


def test_no_more_is_chosen_than_the_budget_holds() -> None:
    found = select(pool("What will repairs cost?", hit(BRIDGE, COST)), token_estimate(COST))
    assert [evidence.text for evidence in found] == [COST]


def test_one_sentence_is_chosen_even_if_it_is_longer_than_the_budget() -> None:
    assert len(select(pool("bridge", hit(BRIDGE, COST)), 1)) == 1


def test_nothing_comes_of_nothing() -> None:
    assert select([], 100) == []


def test_a_headline_lends_its_words_to_the_sentences_under_it() -> None:
    titled, plain = hit(COST, title="Orla bridge"), hit(COST, rank=2)
    found = pool("What will the Orla bridge cost?", titled, plain)
    assert found[0].overlap > found[1].overlap


def test_evidence_is_read_passage_by_passage_in_the_order_of_the_text() -> None:
    found = select(pool("choir cost bridge", hit(BRIDGE, COST), hit(CHOIR, rank=2)), 500)
    assert [[e.text for e in run] for run in in_reading_order(found[::-1])] == [[BRIDGE, COST], [CHOIR]]
