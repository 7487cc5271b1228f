"""The real embedder: shapes, order, length, and nothing from anywhere but its folder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.adapters.sbert import SentenceTransformerEmbedder
from rag.errors import SetupError
from rag.seams import Embedder


def test_a_text_has_the_same_vector_in_any_company_and_place(embedder: Embedder) -> None:
    texts = ["A cat sat on a mat.", "", "The war in Iraq. " * 30, "short", "word " * 2_000]
    together = embedder.embed_documents(texts)
    assert together.shape == (5, embedder.stamp.dimension)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    for place, text in enumerate(texts):
        assert float(embedder.embed_documents([text])[0] @ together[place]) == pytest.approx(1, abs=1e-4)


def test_no_texts_have_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed_documents([]).shape == (0, embedder.stamp.dimension)


def test_a_question_is_near_what_answers_it(embedder: Embedder) -> None:
    near, far = embedder.embed_documents(["He was killed in Anbar Province.", "The share price rose by a tenth."])
    question = embedder.embed_query("Where was he killed?")
    assert float(question @ near) > float(question @ far) + 0.2


def test_several_threads_may_embed_at_once(embedder: Embedder) -> None:
    texts = [f"Text number {number}." for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(embedder.embed_query, texts))
    assert np.stack(found) == pytest.approx(embedder.embed_documents(texts), abs=1e-4)


def test_a_folder_without_a_model_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=str(tmp_path)):
        SentenceTransformerEmbedder(tmp_path, "x", "y")


def test_a_model_that_cannot_be_loaded_is_named_when_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text('{"word_embedding_dimension": 3}')
    (tmp_path / "config.json").write_text("{broken")
    embedder = SentenceTransformerEmbedder(tmp_path, "x", "y")
    assert embedder.stamp.dimension == 3
    with pytest.raises(SetupError, match=str(tmp_path)):
        embedder.embed_query("text")
