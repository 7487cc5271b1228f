"""Text to vectors with sentence-transformers, from a local folder and nowhere else."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import SetupError, Unavailable
from rag.seams import Stamp, Vectors
from rag.turns import Turns

MAX_TOKENS = 256
_BATCH = 32


class SentenceTransformerEmbedder:
    """A sentence-transformers model. It is loaded, which takes seconds, when the first text is embedded.

    Calls may come from several threads and take turns, batch by batch, so that a question does not wait for whole
    texts: the tokenizer is not safe otherwise. `threads` bounds the cores used, for the whole process; None leaves
    the choice to torch. `kept` is the stamp of the documents it reads questions for, where these are embedded by
    another.
    """

    def __init__(
        self, folder: Path, name: str, digest: str, threads: int | None = None, kept: Stamp | None = None
    ) -> None:
        """Raises `SetupError` when `folder` holds no model."""
        self._folder = folder
        self._threads = threads
        self._turn = Turns()
        self._model: Any = None
        self.stamp = kept or Stamp(name, digest, dimension(folder))

    @property
    def loaded(self) -> bool:
        return self._model is not None

    def load(self) -> None:
        """Load the model now, so that the first question need not wait for it. Raises `SetupError`."""
        with self._turn:
            self._loaded()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), unit length, in the order given. Text beyond 256 tokens is not read."""
        vectors = np.zeros((len(texts), self.stamp.dimension), dtype=np.float32)
        # texts of like length together: a batch costs as much as its longest text for each of its texts
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            vectors[places] = self._embed([texts[place] for place in places], query=False)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,), unit length."""
        vector: Vectors = self._embed([text], query=True)[0]
        return vector

    def _embed(self, texts: list[str], *, query: bool) -> Vectors:
        with self._turn:
            model = self._loaded()
            try:
                # models that want a prompt before a query or a document name it in their configuration
                encode = model.encode_query if query else model.encode_document
                found = encode(texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
            except (RuntimeError, MemoryError) as error:
                raise Unavailable("embedder", f"the embedder failed: {error}") from error
        return np.asarray(found, dtype=np.float32)

    def _loaded(self) -> Any:
        if self._model is None:
            # read when its libraries are first imported: nothing may be asked of a model hub
            os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # type: ignore[no-untyped-call]

            if self._threads is not None:
                torch.set_num_threads(self._threads)
            try:
                model = SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
            except (OSError, ValueError, RuntimeError, KeyError) as error:
                raise SetupError(f"cannot load the embedder in {self._folder}: {error}; run `make setup`") from error
            model.max_seq_length = MAX_TOKENS
            self._model = model
        return self._model


def dimension(folder: Path) -> int:
    """The length of the model's vectors, read from its files, so that its stamp is known before it is loaded."""
    try:
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
        return int(pooling["word_embedding_dimension"])
    except (OSError, ValueError, KeyError) as error:
        raise SetupError(f"there is no sentence-transformers model in {folder}; run `make setup`") from error
