"""A small embedder that runs in no time: which words a text has, as a vector. Alike texts are near each other."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Sequence

import numpy as np

from rag.seams import Stamp, Vectors

DIMENSION = 96


class WordEmbedder:
    """An `Embedder`. `embedded` lists every text it was given, in order; `errors` are raised first, one a call."""

    def __init__(self, name: str = "words") -> None:
        self.stamp = Stamp(name, "0123456789abcdef", DIMENSION)
        self.embedded: list[str] = []
        self.errors: list[Exception] = []
        self._lock = threading.Lock()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            if self.errors:
                raise self.errors.pop(0)
            self.embedded.extend(texts)
        return np.stack([_vector(text) for text in texts]) if texts else np.zeros((0, DIMENSION), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        return _vector(text)


def _vector(text: str) -> Vectors:
    vector = np.full(DIMENSION, 0.01, dtype=np.float32)
    for word in re.findall(r"\w+", text.casefold()):
        vector[zlib.crc32(word.encode()) % DIMENSION] += 1
    return (vector / np.linalg.norm(vector)).astype(np.float32)
