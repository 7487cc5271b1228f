"""Rankings with near-copies in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rag.collapse import Found, collapse
from rag.sources import independent
from rag.types import Citation, Document, Hit, Passage
from tests.stories import corrected, story, text

CLUSTERS = {"a": "a", "b": "a", "c": "a"}
TEXTS = [text(story(number, 3)) for number in range(4)] + [text(corrected(story(0, 3)))]


def found(document: str, said: str, score: float, day: int | None = None) -> Found:
    published = None if day is None else datetime(2025, 3, day, tzinfo=UTC)
    passage = Passage(f"{document}/{TEXTS.index(said)}", document, 1, 0, len(said), said)
    return Found(passage, Document(document, published_at=published), score, score / 2)


def ids(left: list[Found]) -> list[str]:
    return [each.passage.id for each in left]


def test_the_document_of_the_best_passage_represents_its_cluster() -> None:
    ranked = [found("b", TEXTS[0], 1.9), found("a", TEXTS[4], 1.8), found("z", TEXTS[1], 1.0)]
    assert ids(collapse(ranked, CLUSTERS)) == ["b/0", "z/1"]


def test_of_equally_good_ones_the_first_published_does() -> None:
    ranked = [found("a", TEXTS[0], 1.9), found("b", TEXTS[0], 1.9, day=3), found("c", TEXTS[0], 1.9, day=2)]
    assert ids(collapse(ranked, CLUSTERS)) == ["c/0"]


def test_every_passage_of_the_representative_stays_at_the_best_place_of_its_copies() -> None:
    ranked = [
        found("a", TEXTS[0], 1.9),
        found("b", TEXTS[1], 1.5),
        found("z", TEXTS[3], 1.0),
        found("a", TEXTS[1], 0.5),
    ]
    left = collapse(ranked, CLUSTERS)
    assert ids(left) == ["a/0", "a/1", "z/3"]
    assert left[1].score == 1.5
    assert left[1].similarity == 0.25, "the similarity is its own"


def test_what_only_another_member_says_is_not_lost() -> None:
    ranked = [
        found("a", TEXTS[0], 1.9),
        found("b", TEXTS[0], 1.8),
        found("b", TEXTS[2], 0.7),
        found("c", TEXTS[2], 0.6),
    ]
    assert ids(collapse(ranked, CLUSTERS)) == ["a/0", "b/2"]


def test_a_text_in_documents_that_are_no_copies_stays_once() -> None:
    ranked = [found("x", TEXTS[0], 1.9), found("y", TEXTS[0], 1.8), found("y", TEXTS[1], 0.5)]
    assert ids(collapse(ranked, {})) == ["x/0", "y/1"]


@given(st.lists(st.tuples(st.sampled_from("abcxy"), st.integers(0, 4), st.integers(0, 9)), unique_by=lambda d: d[:2]))
def test_nothing_is_said_twice_and_nothing_goes_unsaid(drawn: list[tuple[str, int, int]]) -> None:
    ranked = sorted(
        (found(name, TEXTS[at], score / 5) for name, at, score in drawn), key=lambda f: (-f.score, f.passage.id)
    )
    left = collapse(ranked, CLUSTERS)
    assert left == sorted(left, key=lambda f: (-f.score, f.passage.id))
    assert {f.passage.id for f in left} <= {f.passage.id for f in ranked}
    said = {TEXTS.index(f.passage.text) % 4 for f in ranked}
    assert {TEXTS.index(f.passage.text) % 4 for f in left} == said, "the correction of a text counts as that text"
    if ranked:
        assert left[0].score == ranked[0].score
    texts = [f.passage.text for f in left]
    assert len(texts) == len(set(texts))


def toll(document: str, dead: int, day: int, score: float) -> Found:
    said = f"The ferry sank off Varn in the night. The coast guard said that {dead} people died and none is missing."
    published = datetime(2025, 3, day, tzinfo=UTC)
    return Found(
        Passage(document, document, 1, 0, len(said), said), Document(document, published_at=published), score, 0
    )


def test_a_later_report_with_another_figure_is_no_echo_and_an_earlier_one_is() -> None:
    one, two = toll("a", 7, 1, 1.9), toll("b", 9, 2, 1.8)
    assert ids(collapse([one, two], CLUSTERS)) == ["a", "b"]
    assert ids(collapse([replace(two, score=1.9), replace(one, score=1.8)], CLUSTERS)) == ["b"]
    assert ids(collapse([one, replace(two, document=Document("b"))], CLUSTERS)) == ["a"], "undated: nothing says later"


def test_another_weekday_in_a_later_report_is_another_figure() -> None:
    told = [
        f"The harbour of Varn was closed after the storm and will be opened again on {day}."
        for day in ("Monday", "Friday")
    ]
    found = [
        Found(
            Passage(name, name, 1, 0, len(said), said),
            Document(name, published_at=datetime(2025, 3, day, tzinfo=UTC)),
            2 - day / 9,
            0,
        )
        for day, (name, said) in enumerate(zip("ab", told, strict=True), 1)
    ]
    assert ids(collapse(found, CLUSTERS)) == ["a", "b"]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(20, 25), st.integers(1, 4), st.integers(0, 9)), min_size=1)
)
def test_the_latest_figure_is_never_collapsed_away(drawn: list[tuple[str, int, int, int]]) -> None:
    """Of what the copies of a story say, one figure of the last day is always there."""
    ranked = [toll(f"{name}{at}", dead, day, score / 5) for at, (name, dead, day, score) in enumerate(drawn)]
    ranked.sort(key=lambda f: (-f.score, f.passage.id))
    left = collapse(ranked, {found.document.id: "a" for found in ranked})
    last = max(day for _, _, day, _ in drawn)
    latest = {dead for _, dead, day, _ in drawn if day == last}
    assert any(f" {dead} " in found.passage.text for found in left for dead in latest)
    assert len({found.passage.text for found in left}) == len(left)


def test_independent_sources_are_clusters() -> None:
    passage = Passage("p", "a", 1, 0, 2, "Hm")
    hits = [Hit(passage, Document(name), 1.0, 1, 0.5, cluster) for name, cluster in (("a", "a"), ("b", "a"), ("c", ""))]
    assert independent(hits) == 2
    assert independent([Citation(1, Document("c"), 1, 0, 1, "x"), *hits]) == 2
    assert independent([]) == 0
