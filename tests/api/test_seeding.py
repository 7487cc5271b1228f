"""The articles a fresh collection starts with."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.seeding import seed
from ingest.seeds import SEEDS, articles
from ingest.worker import work_off
from rag.errors import SetupError
from tests.collection import Collection
from tests.conftest import EngineFactory
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID
from tests.serving import served, until


def test_the_given_article_is_first_as_it_is_and_the_newsroom_follows_with_what_is_known_of_it() -> None:
    first, *newsroom = articles()
    assert (first.id, first.title, first.source, first.published_at) == (ARTICLE_ID, "", "", None)
    assert first.text == (SEEDS / f"{ARTICLE_ID}.txt").read_text("utf-8")
    assert len(newsroom) == len(list((SEEDS / "newsroom").glob("*.md"))) > 60
    assert all(article.id and article.title and article.source and article.published_at for article in newsroom)


def test_a_folder_with_an_article_that_cannot_be_read_is_an_error_naming_it(tmp_path: Path) -> None:
    (tmp_path / "broken.md").write_bytes(b"---\ndate: tomorrow\n---\nText.")
    with pytest.raises(SetupError, match=r"broken\.md"):
        articles(tmp_path)


def test_a_service_is_ready_only_once_its_seeds_are_indexed(engine_factory: EngineFactory) -> None:
    engine = engine_factory(ScriptedModel("Anbar."))
    app = create_app(lambda: engine, engine.settings, articles()[:3])
    with served(app) as url, httpx.Client(base_url=url, timeout=60) as http:
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
        assert store.counts().documents == len(articles())
        store.forget(ARTICLE_ID)
        seed(store, articles())
        assert not store.work_waits()
        assert store.counts().documents == len(articles()) - 1
    finally:
        store.close()
