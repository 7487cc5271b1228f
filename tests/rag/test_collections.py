"""Collections: what is in one is nowhere else. The real store, embedder and Chroma."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli.reindex import _reindex
from ingest.bench import Bench
from ingest.pipeline import Pipeline, reindex
from ingest.worker import Benches, work_off
from rag.adapters.chroma import ChromaIndex
from rag.collections import Collections
from rag.compose import Engine, assemble, collections_of
from rag.errors import InvalidInput, NotFound, StoreDamaged, Unavailable, UnknownCollection
from rag.settings import load_settings
from rag.types import DEFAULT_COLLECTION, Filters, NewDocument, Question
from tests.conftest import EngineFactory
from tests.fakes import ScriptedModel
from tests.words import WordEmbedder

SENTENCES = (
    "The ferry to Skarhamn was cancelled on Monday because of the storm.",
    "The mayor of Skarhamn opened a new bridge for cyclists.",
    "Three fishing boats sank in the storm off Skarhamn.",
    "The bridge cost 12 million crowns, the council said.",
    "Nurses at the hospital went on strike for higher pay.",
    "The strike at the hospital ended after nine days.",
)
ASKED = ("Why was the ferry to Skarhamn cancelled?", "storm bridge strike")

_names = (f"c{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def engine(engine_factory: EngineFactory) -> Engine:
    return engine_factory(ScriptedModel(""))


@pytest.fixture
def collections(engine: Engine) -> Iterator[Collections[Engine]]:
    with closing(collections_of(engine)) as collections:
        yield collections


def fill(collections: Collections[Engine], name: str, documents: list[NewDocument]) -> Engine:
    engine = collections.create(name)
    engine.store.enqueue(documents)
    work(engine)
    return engine


def work(engine: Engine) -> None:
    """Do what a worker would at this collection."""
    pipeline = Pipeline(engine.store, engine.embedder, engine.index)
    bench = Bench(engine.store, pipeline, engine.embedder, 60)
    while bench.step():
        pass


def doc(name: str, *sentences: str) -> NewDocument:
    return NewDocument(" ".join(sentences), name, f"Headline of {name}")


articles = st.lists(
    st.builds(
        lambda name, told: doc(name, *told),
        st.sampled_from(["a", "b", "c"]),
        st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4, unique=True),
    ),
    min_size=1,
    max_size=4,
)


def told(engine: Engine) -> list[object]:
    """Everything that can be learned from a collection by asking it."""
    hits = [
        engine.retriever.retrieve(Question(asked, filters=filters), 20)
        for asked in ASKED
        for filters in (Filters(), Filters(document_ids=("a", "b")))
    ]
    listed, _ = engine.store.documents()
    return [hits, engine.store.counts(), [each.document for each in listed], engine.index.ids(), engine.index.count()]


def test_what_a_collection_says_never_depends_on_another(collections: Collections[Engine]) -> None:
    @given(articles, articles)
    @settings(max_examples=4, deadline=None)
    def check(ours: list[NewDocument], theirs: list[NewDocument]) -> None:
        mine, other, late = next(_names), next(_names), next(_names)
        alone = told(fill(collections, mine, ours))
        assert alone[0] != [[]] * len(ASKED) * 2
        fill(collections, other, theirs)
        assert told(collections.engine(mine)) == alone, "after another got documents of the same ids"
        assert told(fill(collections, late, ours)) == alone, "in one that came after others"
        collections.delete(other)
        assert told(collections.engine(mine)) == alone, "after another was deleted"
        for name in (mine, late):
            collections.delete(name)

    check()


def test_scores_by_words_know_of_one_collection_only(collections: Collections[Engine]) -> None:
    """The rarer a word and the shorter the others, the higher a score: none of that comes from elsewhere."""
    engine = fill(collections, next(_names), [doc("a", SENTENCES[0]), doc("b", SENTENCES[4])])
    before = engine.retriever.retrieve(Question("storm"), 5)
    fill(collections, next(_names), [doc(f"d{number}", SENTENCES[2] * 9) for number in range(30)])
    assert engine.retriever.retrieve(Question("storm"), 5) == before


def test_near_copies_are_those_of_the_same_collection(collections: Collections[Engine]) -> None:
    story = " ".join(SENTENCES)
    name = next(_names)
    fill(collections, next(_names), [doc("x", story), doc("y", story)])
    (hit, *_) = fill(collections, name, [doc("a", story)]).retriever.retrieve(Question(ASKED[0]), 5)
    assert (hit.cluster, hit.copies) == ("a", ())
    (hit, *_) = fill(collections, name, [doc("b", story)]).retriever.retrieve(Question(ASKED[0]), 5)
    assert {hit.document.id, *(copy.id for copy in hit.copies)} == {"a", "b"}


def test_the_same_id_is_another_document_in_each(collections: Collections[Engine]) -> None:
    one, two = (fill(collections, next(_names), [doc("same", SENTENCES[place])]) for place in (0, 4))
    Pipeline(one.store, one.embedder, one.index).forget("same")
    assert two.store.document("same")[1].text == SENTENCES[4]
    with pytest.raises(NotFound):
        one.store.document("same")
    assert (one.index.count(), two.index.count()) == (0, 1)


def test_jobs_and_their_keys_are_those_of_a_collection(collections: Collections[Engine]) -> None:
    one, two = (collections.create(next(_names)).store for _ in range(2))
    job = one.enqueue([doc("a", SENTENCES[0])], "key")
    assert two.enqueue([doc("b", SENTENCES[1])], "key").id != job.id
    assert [each.id for each in one.jobs()] == [job.id]
    with pytest.raises(NotFound):
        two.job(job.id)


def test_nothing_is_left_of_a_deleted_collection(collections: Collections[Engine], engine: Engine) -> None:
    name = next(_names)
    held = fill(collections, name, [doc("a", SENTENCES[0])])
    held.store.enqueue([doc("b", SENTENCES[1])])
    (seen,) = held.retriever.retrieve(Question(ASKED[0]), 5)
    (item,) = held.store.lease("other/1/x", 60, 8, 10**6)
    key = engine.store.key_of(name)
    assert isinstance(engine.index, ChromaIndex)
    assert key
    assert any(key in each for each in engine.index._server.names())
    collections.delete(name)
    assert held.retriever.retrieve(Question(ASKED[0]), 5) == [], "not even for one who had it open"
    assert not held.retriever.stand([seen.passage], Question(ASKED[0]))
    Pipeline(held.store, held.embedder, held.index).take("other/1/x", [item])
    with pytest.raises(NotFound):  # what was being taken in is not
        held.store.document("b")
    held.store.close()
    assert name not in collections.names()
    with pytest.raises(UnknownCollection):
        collections.engine(name)
    with pytest.raises(UnknownCollection):
        collections.delete(name)
    work_off(engine)
    assert not any(key in each for each in engine.index._server.names())
    assert not list(engine.settings.collections_path.glob(f"{key}*"))
    assert key not in engine.store.registered()
    again = fill(collections, name, [])
    assert again.store.counts().documents == again.index.count() == 0


def test_a_deletion_is_finished_later_while_the_index_is_away(
    collections: Collections[Engine], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = next(_names)
    fill(collections, name, [doc("a", SENTENCES[0])])
    key = engine.store.key_of(name)

    def away(index: ChromaIndex) -> None:
        raise Unavailable("index", "it is away")

    with monkeypatch.context() as patched:
        patched.setattr(ChromaIndex, "erase", away)
        collections.delete(name)
        assert name not in collections.names()
        with pytest.raises(Unavailable):
            collections.tidy()
    assert key not in collections.tidy()
    assert key not in engine.store.registered()


def test_each_is_rebuilt_from_its_own_store_and_repaired_without_being_asked(collections: Collections[Engine]) -> None:
    engines = [fill(collections, next(_names), [doc("a", SENTENCES[place])]) for place in (0, 1)]
    before = [told(engine) for engine in engines]
    engines[0].index.drop()
    assert told(engines[1]) == before[1]
    assert reindex(engines[0].store, engines[0].index, engines[0].embedder.stamp) == 1
    assert [told(engine) for engine in engines] == before
    engines[1].index.drop()
    work(engines[1])
    assert [told(engine) for engine in engines] == before


def test_the_command_to_reindex_rebuilds_every_collection(
    tmp_path: Path, chroma_server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    embedder = WordEmbedder("reindexed")
    monkeypatch.setattr("rag.compose.open_embedder", lambda *_, **__: embedder)
    made = assemble(load_settings(data=tmp_path, chroma_url=chroma_server), embedder, ScriptedModel(""))
    with closing(made), closing(collections_of(made)) as collections:
        engines = [fill(collections, name, [doc("a", SENTENCES[0])]) for name in (DEFAULT_COLLECTION, "other")]
        for engine in engines:
            engine.index.drop()
        _reindex(made.settings, chroma_server)
        assert capsys.readouterr().out == "2 of 2 passages indexed\n"
        assert [engine.index.count() for engine in engines] == [1, 1]


def test_a_worker_has_a_bench_for_each_as_long_as_there_is_one(
    collections: Collections[Engine], engine: Engine
) -> None:
    benches = Benches(engine, collections)
    before = list(benches())
    name = next(_names)
    collections.create(name)
    assert list(benches())[: len(before)] == before
    assert len(list(benches())) == len(before) + 1
    collections.delete(name)
    assert list(benches()) == before


def test_a_name_is_short_and_plain_and_the_default_one_stays(collections: Collections[Engine]) -> None:
    for name in ("", "A", "-a", "a b", "a/b", "a" * 65, "a\n"):
        with pytest.raises(InvalidInput):
            collections.create(name)
    with pytest.raises(InvalidInput):
        collections.delete(DEFAULT_COLLECTION)
    assert collections.create(DEFAULT_COLLECTION) is collections.engine(DEFAULT_COLLECTION) is collections.default


def test_there_may_be_so_many_and_all_work_though_few_are_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.collections.MOST", 3)
    monkeypatch.setattr("rag.collections.MOST_OPEN", 1)
    made = assemble(load_settings(data=tmp_path), WordEmbedder(), ScriptedModel(""))
    with closing(made), closing(collections_of(made)) as collections:
        engines = {name: fill(collections, name, [doc(name, SENTENCES[0])]) for name in ("one", "two", "three")}
        with pytest.raises(InvalidInput, match="3 collections"):
            collections.create("four")
        assert collections.create("two").store.counts().documents == 1
        for name, held in engines.items():
            assert [each.document.id for each in held.store.documents()[0]] == [name]
            assert [each.document.id for each in collections.engine(name).store.documents()[0]] == [name]
            held.store.close()
        assert collections.names() == [DEFAULT_COLLECTION, "one", "three", "two"]


def test_one_that_is_damaged_is_named_leaves_the_others_alone_and_can_be_removed(tmp_path: Path) -> None:
    with closing(assemble(load_settings(data=tmp_path), WordEmbedder(), ScriptedModel(""))) as engine:
        with closing(collections_of(engine)) as collections:
            fill(collections, "damaged", [NewDocument(text=SENTENCES[0])])
            fill(collections, "sound", [NewDocument(text=SENTENCES[1])])
        path = engine.settings.store_of(engine.store.key_of("damaged") or "")
        path.write_bytes(b"no database" * 1_000)
        with closing(collections_of(engine)) as collections:
            with pytest.raises(StoreDamaged, match="restore FILE --replace"):
                collections.engine("damaged")
            benches = Benches(engine, collections)
            assert len(list(benches())) == len(list(benches())) == 2
            collections.delete("damaged")
            assert collections.names() == [DEFAULT_COLLECTION, "sound"]
            assert not path.exists()
