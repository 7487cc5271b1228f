"""The real stack for tests: Chroma's server and the embedder once a session, an engine whenever one is asked for.

What a fixture needs is imported in it, so that tests of pure logic start at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import numpy as np
import pytest
from hypothesis import settings

from rag.seams import Embedder, LanguageModel, Vectors
from tests.fakes import ScriptedModel

if TYPE_CHECKING:
    import evals.service
    from api.tracing import Tracing
    from ingest.fetch import Fetcher
    from rag.compose import Engine
    from tests.schedule import LongestFirst
    from tests.service import Serve, Service

EngineFactory = Callable[..., "Engine"]

_numbers = itertools.count(1)

SLOW_START_SECONDS = 600.0  # only bounds a failure: on a busy machine the model alone may take minutes to load

# Machines are noisy: how long an example takes is never the subject of a test.
settings.register_profile("groundwire", deadline=None)
settings.load_profile("groundwire")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    from tests.schedule import place

    items.sort(key=lambda item: place(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongestFirst | None:
    from tests.schedule import LongestFirst

    return LongestFirst(config, log) if config.option.dist == "loadfile" else None


class Restamped:
    """An embedder under a name of its own, so that each engine has collections of its own in the one Chroma server.

    What it embeds is really embedded, each text once a session.
    """

    _known: ClassVar[dict[str, Vectors]] = {}
    _asked: ClassVar[dict[str, Vectors]] = {}

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.stamp = replace(embedder.stamp, name=f"test{next(_numbers)}")

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed_documents(new), strict=True))
        return np.array([self._known[text] for text in texts])

    def embed_query(self, text: str) -> Vectors:
        if text not in self._asked:
            self._asked[text] = self._embedder.embed_query(text)
        return self._asked[text].copy()


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Chroma server on an empty folder."""
    from tests.serving import chroma

    with chroma(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real embedder. Loading it takes seconds, so it is shared."""
    from rag import weights
    from rag.adapters.sbert import SentenceTransformerEmbedder
    from rag.settings import load_settings

    settings = load_settings()
    weight = weights.catalogue()[settings.embedder]
    folder = weights.require(settings, weight.name)
    return SentenceTransformerEmbedder(folder, weight.name, weight.digest, threads=1)


@pytest.fixture(scope="session")
def engine_factory(
    chroma_server: str, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EngineFactory]:
    """Builds engines: `engine_factory(model, **settings)`, each on an empty store of its own."""
    from rag.compose import assemble
    from rag.settings import load_settings
    from tests.blank import blank

    with ExitStack() as stack:

        def make(model: LanguageModel, **settings: Any) -> Engine:
            chosen = load_settings(data=tmp_path_factory.mktemp("data"), chroma_url=chroma_server, **settings)
            blank(chosen.store_path)
            engine = assemble(chosen, embedder=Restamped(embedder), model=model)
            stack.enter_context(closing(engine))
            return engine

        yield make


@pytest.fixture(scope="session")
def serve(engine_factory: EngineFactory) -> Serve:
    """Starts services: `with serve(model, **settings) as service`, with the seed article indexed."""
    from api.app import create_app
    from api.patience import patient
    from tests.service import ARTICLE, ARTICLE_ID, Service
    from tests.serving import served, until

    @contextmanager
    def start(
        model: ScriptedModel, fetcher: Fetcher | None = None, tracing: Tracing | None = None, **settings: Any
    ) -> Iterator[Service]:
        engine = engine_factory(model, **settings)
        app = create_app(lambda: engine, engine.settings, fetcher=fetcher, tracing=tracing)
        with (
            served(app, http=patient(engine.settings.receive_seconds)) as url,
            httpx.Client(base_url=url, timeout=60.0) as http,
        ):
            until(lambda: "starting" not in http.get("/readyz").text, "the engine was not taken")
            service = Service(url, engine, model, http)
            service.add({"id": ARTICLE_ID, "text": ARTICLE.read_text("utf-8")})
            yield service

    return start


@pytest.fixture(scope="session")
def service(serve: Serve) -> Iterator[Service]:
    """A running service for tests that leave it as they find it."""
    model = ScriptedModel("Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15.")
    with serve(model) as running:
        yield running


@pytest.fixture(scope="session")
def real_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[evals.service.Service]:
    """`groundwire serve` with the real language model and the seeds in it, started once for all that ask it.

    The tests in tests/e2e leave its articles as they find them; those in tests/faults, which come after them, do not.
    """
    from evals.service import serving

    patient = {"GROUNDWIRE_ASK_TIMEOUT": "600"}  # nor does a busy machine make it refuse
    with serving(tmp_path_factory.mktemp("real"), environment=patient, patience=SLOW_START_SECONDS) as running:
        yield running
