"""Builds everything from the settings, and closes it. The only importer of adapters."""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from urllib.error import HTTPError

from rag import weights
from rag.adapters import quick
from rag.adapters.chroma import ChromaIndex
from rag.adapters.dense import DenseIndex
from rag.adapters.exact import ExactIndex
from rag.adapters.lexical import FullText
from rag.adapters.llm import LangChainModel, open_model
from rag.adapters.sbert import SentenceTransformerEmbedder
from rag.answer import Answerer
from rag.collections import Collections
from rag.errors import GroundwireError, IndexUnavailable, ModelUnavailable, Unavailable
from rag.retrieve import Retriever
from rag.seams import Answering, Embedder, IndexCopy, LanguageModel
from rag.settings import Settings
from rag.store import Store
from rag.support import calibration_for

__all__ = ["Engine", "assemble", "build", "collections_of", "open_embedder", "open_model"]

MODEL_TIMEOUT = 2.0
_HINTS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "; see GROUNDWIRE_MODEL_KEY",
    HTTPStatus.FORBIDDEN: "; see GROUNDWIRE_MODEL_KEY",
    HTTPStatus.NOT_FOUND: "; GROUNDWIRE_MODEL_URL usually ends with /v1",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of the service, put together around the store of one collection. `close` it when done."""

    settings: Settings
    store: Store
    embedder: Embedder
    index: IndexCopy
    retriever: Retriever
    answerer: Answering
    model: LanguageModel

    def warm(self) -> None:
        """Load what is otherwise loaded at first use, so that no question waits for it."""
        if isinstance(self.embedder, SentenceTransformerEmbedder):
            self.embedder.load()
        if isinstance(self.model, LangChainModel):
            self.model.load()

    def health(self) -> dict[str, str | None]:
        """What is wrong with each part, in one sentence, or None. Takes milliseconds unless a part hangs."""
        return {
            "store": _wrong(self.store.passage_count),
            "index": _wrong(self._in_step),
            "embedder": None,
            "model": _wrong(lambda: _reach(self.settings)),
        }

    def _in_step(self) -> None:
        """The index is told before the store, so while all is well it never holds less."""
        before = self.store.passage_count()
        held = self.index.count()
        wanted = min(before, self.store.passage_count())  # of what was deleted meanwhile, nothing is missed
        if held < wanted:
            raise IndexUnavailable("index", f"it holds {held:,} of {wanted:,} passages yet; the worker fills it")

    def close(self) -> None:
        if isinstance(self.index, ChromaIndex):
            self.index.close()
        self.store.close()


def build(settings: Settings, *, documents: bool = False) -> Engine:
    """The engine as the settings describe it; cheap, since models load at first use. With `documents` it is one to take
    them in with, else one to ask.

    Raises `SetupError` when weights or folders are not as they should be.
    """
    return assemble(settings, open_embedder(settings, documents=documents), open_model(settings))


def open_embedder(settings: Settings, *, documents: bool = False) -> Embedder:
    """The embedder that the settings name: of questions and what is read for them, or of the documents that are kept.

    Both have the stamp of the kept ones. Raises `SetupError` when its weights are not there.
    """
    weight = weights.weight(settings.embedder)
    folder = weights.require(settings, weight.name)
    if not _in_8_bits(settings):
        return SentenceTransformerEmbedder(folder, weight.name, weight.digest)
    if documents:
        return quick.QuickEmbedder(folder, weight.name, weight.digest)
    kept = quick.stamp(folder, weight.name, weight.digest)
    return SentenceTransformerEmbedder(folder, weight.name, weight.digest, kept=kept)


def _in_8_bits(settings: Settings) -> bool:
    """Whether documents are embedded in 8 bits. It depends on the settings, on what is installed and on the kind of the
    model alone, so that every process of a service says the same.
    """
    if settings.embedding == "torch":
        return False
    if why := quick.unsupported(weights.path_of(settings, settings.embedder)):
        log.warning("documents are embedded by torch in 32 bits, not in 8: %s %s", settings.embedder, why)
    return not why


def assemble(settings: Settings, embedder: Embedder, model: LanguageModel) -> Engine:
    """An engine around a given embedder and model."""
    store = Store.open(settings.store_path)
    index = ChromaIndex(settings.chroma_url, embedder.stamp) if settings.chroma_url else None
    return _around(store, index, settings, embedder, model)


def collections_of(engine: Engine, dressed: Callable[[Engine], Engine] | None = None) -> Collections[Engine]:
    """The collections beside the default one, of which this is the engine. Whoever makes it closes both.

    `dressed` is done to the engine of each other one when it is opened.
    """

    def beside(key: str) -> Engine:
        other = _beside(engine, key)
        return dressed(other) if dressed else other

    return Collections(engine, beside, partial(_remove, engine))


def _beside(engine: Engine, key: str) -> Engine:
    """The engine of another collection: a store and an index of its own, the same models. `close` its store only."""
    index = engine.index.beside(key) if isinstance(engine.index, ChromaIndex) else None
    store = Store.open(engine.settings.store_of(key))
    return _around(store, index, engine.settings, engine.embedder, engine.model)


def _remove(engine: Engine, key: str) -> None:
    """Remove what there is of another collection, if anything: its store, then its index.

    Raises `Unavailable` while the disk or the index stands in the way; what was removed stays so.
    """
    path = engine.settings.store_of(key)
    try:
        for file in path.parent.glob(f"{path.name}*"):  # with the files that SQLite keeps beside it
            file.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable("store", f"{path} cannot be removed: {error.strerror}") from error
    if isinstance(engine.index, ChromaIndex):
        engine.index.beside(key).erase()


def _around(
    store: Store, copy: ChromaIndex | None, settings: Settings, embedder: Embedder, model: LanguageModel
) -> Engine:
    exact = ExactIndex(store, embedder.stamp)
    index = copy or exact
    without = settings.without
    retriever = Retriever(store, embedder, DenseIndex(store, index, exact), FullText(store), without)
    answerer = Answerer(retriever, embedder, model, calibration_for(settings.model), without)
    return Engine(settings, store, embedder, index, retriever, answerer, model)


def _wrong(check: Callable[[], object]) -> str | None:
    try:
        check()
    except GroundwireError as error:
        return str(error)
    return None


def _reach(settings: Settings) -> None:
    """Ask the model's server whether it is there and has its model loaded. A provider's own service is taken to be."""
    if not settings.model_url:
        return
    base = settings.model_url.rstrip("/")
    _get(settings, f"{base}/models")
    if settings.model in weights.catalogue():
        # llama.cpp lists its models while it still loads them; other servers of the same model may not know this
        _get(settings, f"{base.removesuffix('/v1')}/health", fine=HTTPStatus.NOT_FOUND)


def _get(settings: Settings, url: str, fine: int = HTTPStatus.OK) -> None:
    headers = {"Authorization": f"Bearer {settings.model_key.get_secret_value()}"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=MODEL_TIMEOUT):  # noqa: S310 - the address is a setting
            pass
    except HTTPError as error:
        with error:
            if error.code != fine:
                answered = f"it answers {error.code}{_HINTS.get(error.code, '')}"
                raise ModelUnavailable("model", f"the model server is not ready: {answered}") from error
    except OSError as error:
        told = getattr(error, "reason", error)
        raise ModelUnavailable("model", f"the model server does not answer: {told}") from error
