"""The articles a fresh collection starts with."""

from __future__ import annotations

from pathlib import Path

import httpx

from api.app import create_app
from api.seeding import articles, seed
from ingest.worker import work_off
from tests.collection import Collection
from tests.conftest import EngineFactory
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID
from tests.serving import served, until


def test_the_articles_are_the_text_files_and_nothing_else() -> None:
    assert [article.id for article in articles()] == [ARTICLE_ID]


def test_a_service_is_ready_only_once_its_seeds_are_indexed(engine_factory: EngineFactory) -> None:
    engine = engine_factory(ScriptedModel("Anbar."))
    with served(create_app(lambda: engine, engine.settings, articles())) as url, httpx.Client(base_url=url) as http:
        until(lambda: "seeds" in http.get("/readyz").json()["parts"], "the engine was not built")
        reply = http.get("/readyz")
        assert reply.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert not reply.json()["parts"]["seeds"]["ok"]
        work_off(engine)
        until(lambda: http.get("/readyz").is_success, "not ready although the seeds are indexed")


def test_a_deleted_seed_does_not_come_back_at_the_next_start(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "store.sqlite3")
    store = collection.store
    try:
        seed(store, articles())
        collection.work()
        assert store.counts().documents == 1
        store.forget(ARTICLE_ID)
        seed(store, articles())
        assert not store.work_waits()
        assert store.counts().documents == 0
    finally:
        store.close()
