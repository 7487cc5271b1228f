"""Drafted sentences to quotes."""

from hypothesis import given
from hypothesis import strategies as st

from rag.cite import MOST_QUOTES, Markers, align
from tests.rag.articles import hit, pool

MAYOR = "Mayor Ilse Brandt spoke in the harbour."
RESCUE = "She said that 12 people were rescued from the river."
OTHER = "A choir from Lund sang 12 songs."
SENTENCES = [MAYOR, RESCUE, OTHER, "It rained.", "Nobody was hurt on Friday."]


def quoted(sentence: str, *texts: str) -> list[str]:
    found = pool(sentence, hit(*texts))
    return [quote.text for quote in align(sentence, "", found, [0.0] * len(found)).quotes]


def test_one_sentence_is_enough_where_it_says_everything() -> None:
    assert quoted("12 people were rescued from the river.", MAYOR, RESCUE, OTHER) == [RESCUE]


def test_a_second_sentence_is_added_for_the_name_the_first_leaves_out() -> None:
    assert quoted("Mayor Brandt said that 12 people were rescued from the river.", MAYOR, RESCUE, OTHER) == [
        RESCUE,
        MAYOR,
    ]


def test_a_quote_that_leans_on_the_sentence_before_it_is_read_with_that() -> None:
    march, number = "On Saturday opponents marched to the ground.", "The police put their number at 2,600."
    asked = "How many opponents marched to the ground?"
    found = pool(asked, hit(OTHER, march, number))
    quotes = align("2,600 opponents marched to the ground.", asked, found, [0.0, 0.0, 0.9]).quotes
    assert [quote.text for quote in quotes] == [number, march]
    asked = "How many people were rescued from the river, as Ilse Brandt said?"
    found = pool(asked, hit(OTHER, MAYOR, RESCUE))
    quotes = align("Ilse Brandt said that 12 people were rescued.", asked, found, [0.0, 0.0, 0.9]).quotes
    assert [quote.text for quote in quotes] == [RESCUE, MAYOR]


def test_who_is_meant_need_not_be_quoted_where_the_headline_or_the_quote_says_it() -> None:
    for source in (hit(MAYOR, RESCUE, title="Ilse Brandt"), hit(MAYOR, f"Ilse Brandt {RESCUE[4:]}")):
        asked = "How many people were rescued from the river, as Ilse Brandt said?"
        found = pool(asked, source)
        aligned = align("Ilse Brandt said that 12 people were rescued.", asked, found, [0.0, 0.9])
        assert [quote.text for quote in aligned.quotes] == [source.passage.slice(source.passage.sentences[1])]


def test_the_facts_that_a_draft_brings_count_for_more_than_the_words_of_the_question() -> None:
    asked = "What does the repair of the bridge over the Orla cost by the latest estimate?"
    early, late = "The repair of the bridge over the Orla is to cost 3 million.", "It is 4 million now."
    found = pool(asked, hit(early), hit(late, rank=2))
    draft = "The repair of the bridge over the Orla costs 4 million by the latest estimate."
    assert [quote.text for quote in align(draft, asked, found, [0.0, 0.0]).quotes] == [late]


def test_quotes_of_one_claim_come_from_one_article() -> None:
    found = pool("", hit(RESCUE), hit(MAYOR, rank=2))
    quotes = align("Mayor Brandt said that 12 people were rescued.", "", found, [0.0, 0.0]).quotes
    assert len({quote.hit.document.id for quote in quotes}) == 1


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6), st.sampled_from(SENTENCES))
def test_every_citation_is_a_slice_of_its_source(texts: list[str], sentence: str) -> None:
    source = hit(*texts)
    found = pool(sentence, source)
    aligned = align(sentence, "", found, [0.0] * len(found))
    assert 1 <= len(aligned.quotes) <= MOST_QUOTES
    assert 0 <= aligned.grounded <= 1 + 1e-9
    text = "\n" * source.passage.start + source.passage.text
    for citation in Markers().cite(aligned.quotes):
        assert text[citation.start : citation.end] == citation.quote


def test_a_quote_keeps_its_marker_and_markers_count_from_1() -> None:
    markers, found = Markers(), pool("", hit(MAYOR, RESCUE))
    assert [c.marker for c in markers.cite(found)] == [1, 2]
    assert [c.marker for c in markers.cite(found[::-1])] == [2, 1]
    assert [c.quote for c in markers.citations] == [MAYOR, RESCUE]
