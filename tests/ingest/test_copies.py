"""Which texts are near-copies, told from their signatures."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.copies import sign
from rag.copies import PERMUTATIONS, Signature, bands, clusters, near, shingles
from tests.stories import corrected, story, text, trimmed, updated

TEXTS = st.text("abc .,\n", max_size=80)


def is_copy(one: str, other: str) -> bool:
    return bool(near(sign(one), [sign(other)])[0])


@pytest.mark.parametrize("number", range(8))
def test_a_story_is_known_again_corrected_updated_and_trimmed(number: int) -> None:
    whole = story(number)
    for edit in (corrected, updated, trimmed):
        assert is_copy(text(whole), text(edit(whole))), edit.__name__


def test_stories_that_share_words_or_a_quote_are_no_copies() -> None:
    quoted = story(1)[0]
    texts = [text([quoted, *story(number)]) for number in range(20, 40)]
    for at, one in enumerate(texts):
        assert not any(near(sign(one), [sign(other) for other in texts[at + 1 :]]))


def test_a_sentence_of_an_article_is_no_copy_of_it() -> None:
    assert not is_copy(text(story(1)), story(1)[0])


def test_case_line_ends_and_quotation_marks_make_no_difference() -> None:
    assert sign("“It’s over,” she said.\nHe left the town.") == sign('"IT\'S OVER", she said - he left the town')


def test_a_text_without_a_word_is_nobodys_copy_not_even_its_own() -> None:
    assert sign("… —").shingles == 0
    assert not is_copy("… —", "… —")
    assert bands(sign("… —")) == []


def test_texts_without_spaces_between_words_are_compared_by_character() -> None:
    assert shingles("東京都知事は") == {"東 京 都 知", "京 都 知 事", "都 知 事 は"}
    said = "東京都知事は月曜日に記者会見を開き、新しい橋の建設計画について説明した。工事は来年の春に始まる予定である。"
    assert is_copy(said, said.replace("春", "秋"))


def test_signatures_are_those_that_stores_hold_already() -> None:
    signature = sign("A crane fell in the harbour of Varn on Monday.")
    digest = hashlib.sha256(signature.values + repr(bands(signature)).encode()).hexdigest()
    assert (signature.shingles, digest[:16]) == (7, "61ec3935c4eb9b31"), (
        "a change needs a migration that forgets the old ones"
    )


def test_a_long_text_is_signed_in_pieces_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    long = text(story(1, 40))
    whole = sign(long)
    monkeypatch.setattr("ingest.copies._AT_ONCE", 7)
    assert sign(long) == whole


@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_being_a_copy_is_mutual(one: str, others: list[str]) -> None:
    signed = [sign(other) for other in others]
    forth = list(near(sign(one), signed))
    assert forth == [near(other, [sign(one)])[0] for other in signed]
    if shingles(one):
        assert near(sign(one), [sign(one)])[0]
        assert len(sign(one).values) == 4 * PERMUTATIONS


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from([0, 1, 2, 3])), max_size=7))
@settings(max_examples=60)
def test_clusters_are_what_hangs_together_in_whatever_order_it_is_given(
    drawn: list[tuple[str, int]],
) -> None:
    whole = story(1)
    kinds = [whole, trimmed(whole), whole[6:], story(2)]
    members: list[tuple[str, Signature]] = [(name, sign(text(kinds[kind]))) for name, kind in drawn]
    found = clusters(members)
    assert sorted(at for cluster in found for at in cluster) == list(range(len(members)))
    together = {frozenset(cluster) for cluster in found}
    order = list(range(len(members)))[::-1]
    backwards = clusters([members[at] for at in order])
    assert {frozenset(order[at] for at in cluster) for cluster in backwards} == together
    for cluster in found:
        for at, (name, signature) in enumerate(members):
            linked = [i for i in cluster if members[i][0] != name and near(signature, [members[i][1]])[0]]
            assert at in cluster or not linked
            assert at not in cluster or linked or len(cluster) == 1
