"""Documents to vectors with onnxruntime, the linear layers in 8 bits: quicker than in 32, and without torch."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from rag.adapters import bert_int8
from rag.adapters.sbert import MAX_TOKENS, dimension
from rag.errors import SetupError, Unavailable
from rag.seams import Stamp, Vectors

MOST_THREADS = 4

log = logging.getLogger(__name__)


def unsupported(folder: Path) -> str | None:
    """Why documents cannot be embedded this way here with the model in `folder`, or None when they can."""
    if find_spec("onnxruntime") is None:  # looked for, not loaded: whoever asks questions does without it
        return "needs onnxruntime, which is not installed"
    return bert_int8.unsupported(folder)


def stamp(folder: Path, name: str, digest: str) -> Stamp:
    """That of documents embedded this way: other vectors than in 32 bits, so another stamp."""
    ours = hashlib.sha256(f"{digest} {bert_int8.RECIPE}".encode()).hexdigest()
    return Stamp(name, ours, dimension(folder))


class QuickEmbedder:
    """A model for which `unsupported` says None. It is made from its weights, which takes a fraction of a second and no
    file, when the first text is embedded.

    Each text is run by itself and by one thread: its vector is the same, bit for bit, whichever others come with it.
    Calls may come from several threads and take turns.
    """

    def __init__(self, folder: Path, name: str, digest: str, threads: int | None = None) -> None:
        """`threads` is how many texts are run at a time, None as many as there are processors, up to `MOST_THREADS`.

        Raises `SetupError` when `folder` holds no model.
        """
        self._folder = folder
        self._threads = threads or min(os.cpu_count() or 1, MOST_THREADS)
        self._turn = threading.Lock()
        self._session: Any = None
        self._tokens: Any = None
        self._weights: list[Any] = []
        self.stamp = stamp(folder, name, digest)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), unit length, in the order given. Text beyond 256 tokens is not read."""
        vectors = np.zeros((len(texts), self.stamp.dimension), dtype=np.float32)
        with self._turn:
            self._load()
            try:
                read = [each.ids for each in self._tokens.encode_batch_fast(list(texts))]
                # the longest first: else a long one that came last would keep all threads but one waiting
                order = sorted(range(len(read)), key=lambda place: -len(read[place]))
                with ThreadPoolExecutor(self._threads) as pool:
                    for place, vector in zip(order, pool.map(self._run, [read[at] for at in order]), strict=True):
                        vectors[place] = vector
            except Exception as error:  # onnxruntime's errors have no base of their own
                raise Unavailable("embedder", f"the embedder failed: {error}") from error
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,), unit length."""
        vector: Vectors = self.embed_documents([text])[0]
        return vector

    def _run(self, tokens: list[int]) -> Any:
        return self._session.run(None, {bert_int8.INPUT: np.array([tokens], dtype=np.int64)})[0][0]

    def _load(self) -> None:
        if self._session is not None:
            return
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            tokens = Tokenizer.from_file(str(self._folder / bert_int8.TOKENIZER))
            tokens.no_padding()
            tokens.enable_truncation(MAX_TOKENS)
            model, weights = bert_int8.graph(self._folder)
            # they share the arrays' memory, and have to be there for as long as the session is
            values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in weights.values()]
            options.add_external_initializers(list(weights), values)
            session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise SetupError(
                f"cannot load the embedder in {self._folder}: {error}; "
                "run `make setup`, or set GROUNDWIRE_EMBEDDING=torch to do without onnxruntime"
            ) from error
        self._tokens, self._weights, self._session = tokens, values, session
        log.info("documents are embedded by onnxruntime in 8 bits")
