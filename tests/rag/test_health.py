"""Ready means that a question can be answered: the index holds what the store says, and the model is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from pydantic import SecretStr

from rag.compose import _reach, assemble
from rag.errors import ModelUnavailable
from rag.settings import Settings, load_settings
from rag.types import NewDocument
from tests.collection import OWNER
from tests.fakes import ScriptedModel
from tests.serving import served
from tests.words import WordEmbedder


def test_an_index_that_holds_less_than_the_store_is_not_ready(tmp_path: Path, chroma_server: str) -> None:
    from ingest.pipeline import Pipeline

    settings = load_settings(data=tmp_path, chroma_url=chroma_server)
    with closing(assemble(settings, WordEmbedder("health"), ScriptedModel())) as engine:
        assert set(engine.health().values()) == {None}
        engine.store.enqueue([NewDocument(id=f"a{n}", text=f"Bridge {n} was opened.") for n in range(3)])
        pipeline = Pipeline(engine.store, engine.embedder, engine.index)
        pipeline.take(OWNER, engine.store.lease(OWNER, 60, 8, 10**6))
        assert engine.health()["index"] is None
        engine.index.delete(list(engine.store.passage_ids())[:1])
        assert engine.health()["index"] == "it holds 2 of 3 passages yet; the worker fills it"
        pipeline.repair()
        assert engine.health()["index"] is None
        engine.index.add([])
        pipeline.forget("a1")
        assert engine.health()["index"] is None


@contextmanager
def model_server(health: Callable[[], int], models: int = 200) -> Iterator[Settings]:
    app = FastAPI()
    app.get("/v1/models")(lambda: Response(status_code=models))
    app.get("/health")(lambda: Response(status_code=health()))
    with served(app) as url:
        yield load_settings().model_copy(update={"model_url": f"{url}/v1", "model_key": SecretStr("k")})


def test_a_model_that_is_listed_but_still_loads_is_not_ready() -> None:
    states = [503, 200, 404]
    with model_server(lambda: states.pop(0)) as settings:
        with pytest.raises(ModelUnavailable, match="not ready: it answers 503"):
            _reach(settings)
        _reach(settings)
        _reach(settings)  # another server of the same model, which knows no such path
        assert states == []
        _reach(settings.model_copy(update={"model": "somebody-elses"}))
    with pytest.raises(ModelUnavailable, match="does not answer"):
        _reach(settings)


@pytest.mark.parametrize(
    ("status", "hint"), [(401, "GROUNDWIRE_MODEL_KEY"), (404, "GROUNDWIRE_MODEL_URL"), (500, "500$")]
)
def test_a_model_server_that_does_not_list_models_is_not_ready(status: int, hint: str) -> None:
    with model_server(lambda: 200, models=status) as settings:
        with pytest.raises(ModelUnavailable, match=f"it answers {status}") as failed:
            _reach(settings)
        assert re.search(hint, str(failed.value))
