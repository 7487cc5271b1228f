"""Links between articles in the real store: whenever they come, go or change, and as of any day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.worker import work_off
from rag.compose import Engine
from rag.store import Store
from rag.types import Document, Filters, NewDocument, Question
from tests.fakes import ScriptedModel

MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TITLE = "Mill of Osk burns down"
NOTICE = f'In our report "{TITLE}" of 1 May we said that the mill was built in 1829. It was built in 1892.'


@pytest.fixture(scope="module")
def engine(engine_factory: Callable[..., Engine]) -> Engine:
    return engine_factory(ScriptedModel())


@pytest.fixture
def take(engine: Engine) -> Callable[..., Store]:
    """A collection of these documents only."""

    def take(*documents: NewDocument, fresh: bool = True) -> Store:
        for stored in engine.store.documents(limit=100)[0] if fresh else ():
            engine.store.forget(stored.document.id)
        engine.store.enqueue(documents)
        work_off(engine)
        return engine.store

    return take


def article(name: str = "a", title: str = TITLE, source: str = "Osk Post", days: int = 0, url: str = "") -> NewDocument:
    text = f"The mill was built in 1829, said {name}."
    return NewDocument(text, name, title, url, source, MAY + days * DAY)


def notice(name: str = "n", source: str = "Osk Post", days: int = 2, **more: Any) -> NewDocument:
    said = {"text": NOTICE, "title": "Correction: the mill"} | more
    return NewDocument(id=name, source=source, published_at=MAY + days * DAY, **said)


def told(store: Store, of: str = "a", as_of: datetime = JUNE, filters: Filters = Filters()) -> list[tuple[str, str]]:  # noqa: B008
    document: Document = store.document(of)[0]
    found = store.notices([document], Question("When was the mill built?", as_of, filters))
    return [(each.status, each.document.id) for each in found.get(of, ())]


def test_a_notice_is_found_by_id_by_address_and_by_headline(take: Callable[..., Store]) -> None:
    plain: dict[str, Any] = {"text": "It was built in 1892.", "title": "The mill"}
    store = take(article(url="https://osk.example/mill?id=1"), notice("by-id", corrects=("a",), **plain))
    assert told(store) == [("corrected", "by-id")]
    take(notice("by-url", retracts=("HTTPS://OSK.example/mill?id=1#top",), **plain), fresh=False)
    assert told(store) == [("retracted", "by-url"), ("corrected", "by-id")], "what counts more comes first"
    take(article(), notice())
    assert told(store) == [("corrected", "n")]
    assert store.document("n")[0].corrects == (f'"{TITLE}"',)


def test_the_article_may_come_later_and_both_may_go(take: Callable[..., Store]) -> None:
    store = take(notice())
    take(article(), fresh=False)
    assert told(store) == [("corrected", "n")]
    store.forget("n")
    assert told(store) == []
    take(notice(), fresh=False)
    store.forget("a")
    take(article(), fresh=False)
    assert told(store) == [("corrected", "n")]


def test_a_later_version_of_the_notice_may_take_it_back_and_other_metadata_change_it(
    take: Callable[..., Store],
) -> None:
    store = take(article(), notice(text="One.", title="The mill", corrects=("a",)))
    take(notice(text="One.", title="The mill", retracts=("a",)), fresh=False)
    assert told(store) == [("retracted", "n")]
    assert store.document("n")[1].number == 1
    take(notice(text="Two.", title="The mill", days=9), fresh=False)
    assert told(store) == []
    assert told(store, as_of=MAY + 5 * DAY) == [("retracted", "n")], "as the collection stood then"


def test_a_notice_counts_from_its_day_whatever_the_filters(take: Callable[..., Store]) -> None:
    store = take(article(), notice())
    assert told(store, as_of=MAY + DAY) == []
    only = Filters(document_ids=("a",), published_before=MAY + DAY)
    assert told(store, filters=only) == [("corrected", "n")]
    (found,) = store.notices([store.document("a")[0]], Question("When?", JUNE, only))["a"]
    assert found.passages[0].text == NOTICE


@pytest.mark.parametrize(
    "others",
    [
        [article(source="Varn Courier"), notice()],
        [article(days=3), notice()],
        [article(), article("b", days=1), notice()],
        [article(url="https://osk.example/mill"), notice(url="https://elsewhere.example/n")],
        [article(url="https://osk.example/mill"), notice()],
        [article(), notice(title="The mill")],
        [article(), notice(source="")],
        [article(), notice(corrects=("b",), title="The mill")],
        [
            article(),
            notice(title="Correction of the market", text="Shares fell. Analysts had read “Mill of Osk burns down”."),
        ],
    ],
    ids=["outlet", "earlier", "two", "other site", "no site", "no notice", "no outlet", "other id", "no article named"],
)
def test_when_in_doubt_there_is_no_link(take: Callable[..., Store], others: list[NewDocument]) -> None:
    assert told(take(*others)) == []


def test_a_retraction_that_was_retracted_does_not_count(take: Callable[..., Store]) -> None:
    plain: dict[str, Any] = {"text": "We take it back.", "title": "On the mill"}
    store = take(article(), notice("r", retracts=("a",), **plain), notice("r2", days=3, retracts=("r",), **plain))
    assert told(store) == []
    assert told(store, as_of=MAY + 2 * DAY) == [("retracted", "r")]
    assert told(store, "r") == [("retracted", "r2")]


def test_a_document_is_no_notice_on_itself(take: Callable[..., Store]) -> None:
    assert told(take(notice("a", corrects=("a",)))) == []


def test_pages_are_kept_with_the_version_and_told_with_its_passages(take: Callable[..., Store]) -> None:
    first, second = "The mill of Osk stands. " * 30, "\x0cIt was built in 1829. It has four floors."
    store = take(NewDocument(f"\ufeff{first}\r\n{second}", "p", pages=(0, len(first) + 4)))
    document, version = store.document("p")
    start = version.text.index("It was")
    assert version.pages == (0, start)
    question = Question("When?", JUNE)
    seen = [passage for passage, _ in store.passages(store.passage_ids(), question).values()]
    for passage in seen:
        for sentence in passage.sentences:
            assert passage.page_of(sentence.start) == (2 if sentence.start >= start else 1)
    take(NewDocument("No pages here.", "q"), fresh=False)
    (plain,) = (p for p, d in store.passages(store.passage_ids(), question).values() if d.id == "q")
    assert (plain.page, plain.page_of(plain.start), document.corrects) == (None, None, ())
