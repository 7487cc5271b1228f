"""Documents embedded in 8 bits, with the real weights: near the vectors in 32 bits, and each text for itself."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag import weights
from rag.adapters import quick
from rag.adapters.onnx_graph import Graph, described
from rag.adapters.quick import QuickEmbedder
from rag.adapters.sbert import SentenceTransformerEmbedder
from rag.compose import open_embedder
from rag.errors import SetupError
from rag.seams import Embedder
from rag.settings import load_settings
from tests.service import ARTICLE

NEAR = 0.99
"""Cosine to 32 bits that no text with a word in it falls below."""
TEXTS = [
    *(line for line in ARTICLE.read_text("utf-8").splitlines() if line.strip()),
    "",
    "short",
    "Überraschung in Zürich: 北京, 3,5 % & <b>1,234.50</b>\0",
    "The bridge was closed. " * 200,
]


@pytest.fixture(scope="module")
def folder() -> Path:
    settings = load_settings()
    return weights.require(settings, settings.embedder)


@pytest.fixture(scope="module")
def eight(folder: Path) -> QuickEmbedder:
    return QuickEmbedder(folder, "all-minilm-l6-v2", "0" * 64)


@pytest.fixture
def described_model(folder: Path, tmp_path: Path) -> Path:
    """A folder with all of the model but its weights, to be changed."""
    copy = tmp_path / "model"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.safetensors"))
    (copy / "model.safetensors").touch()
    return copy


def test_vectors_are_near_those_in_32_bits_and_have_unit_length(eight: QuickEmbedder, embedder: Embedder) -> None:
    texts = list(filter(None, TEXTS))
    found, exact = eight.embed_documents(texts), embedder.embed_documents(texts)
    assert found.shape == exact.shape
    assert found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)
    assert (found * exact).sum(axis=1).min() > NEAR


def test_a_text_has_the_same_vector_to_the_bit_in_any_company_and_place(eight: QuickEmbedder) -> None:
    together = eight.embed_documents(TEXTS)
    assert (eight.embed_documents(TEXTS[::-1]) == together[::-1]).all()
    assert all((eight.embed_documents([text])[0] == vector).all() for text, vector in zip(TEXTS, together, strict=True))
    assert (eight.embed_query("short") == eight.embed_documents(["short"])[0]).all()
    assert eight.embed_documents([]).shape == (0, eight.stamp.dimension)


def test_made_anew_and_with_one_thread_it_is_the_same_to_the_bit(eight: QuickEmbedder, folder: Path) -> None:
    again = QuickEmbedder(folder, "all-minilm-l6-v2", "0" * 64, threads=1)
    assert (again.embed_documents(TEXTS) == eight.embed_documents(TEXTS)).all()


def test_both_sides_of_a_service_have_the_stamp_of_what_is_kept_and_it_is_not_that_of_32_bits() -> None:
    kept, asked = (open_embedder(load_settings(), documents=documents) for documents in (True, False))
    assert isinstance(kept, QuickEmbedder)
    assert isinstance(asked, SentenceTransformerEmbedder)
    assert kept.stamp == asked.stamp
    exact = open_embedder(load_settings(embedding="torch"), documents=True)
    assert isinstance(exact, SentenceTransformerEmbedder)
    assert exact.stamp.key != kept.stamp.key
    assert exact.stamp.digest == weights.weight(load_settings().embedder).digest


def test_torch_is_not_needed_to_embed_documents() -> None:
    code = (
        "import sys; from rag.compose import open_embedder; from rag.settings import load_settings\n"
        "open_embedder(load_settings(), documents=True).embed_documents(['text'])\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("file", "changes", "why"),
    [
        ("config.json", {"model_type": "mpnet"}, "model_type"),
        ("config.json", {"hidden_act": "relu"}, "hidden_act"),
        ("config.json", {"position_embedding_type": "relative_key"}, "position_embedding_type"),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}, "more than"),
        ("config_sentence_transformers.json", {"prompts": {"document": "passage: "}}, "more than"),
    ],
)
def test_another_kind_of_model_is_left_to_torch(
    described_model: Path, file: str, changes: dict[str, object], why: str
) -> None:
    assert quick.unsupported(described_model) is None
    path = described_model / file
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    assert why in str(quick.unsupported(described_model))


@pytest.mark.parametrize("file", ["tokenizer.json", "modules.json", "model.safetensors"])
def test_a_model_in_other_files_is_left_to_torch(described_model: Path, file: str) -> None:
    (described_model / file).unlink()
    assert file in str(quick.unsupported(described_model))


def test_where_it_cannot_be_done_torch_does_it_under_its_own_stamp_and_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(quick, "find_spec", lambda _: None)
    with caplog.at_level(logging.WARNING):
        embedder = open_embedder(load_settings(), documents=True)
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert embedder.stamp == open_embedder(load_settings(embedding="torch")).stamp
    (line,) = caplog.messages
    assert "onnxruntime" in line


def test_a_model_that_cannot_be_loaded_is_named_with_what_to_do(described_model: Path) -> None:
    broken = QuickEmbedder(described_model, "x", "y")
    with pytest.raises(SetupError, match=f"{described_model}.*GROUNDWIRE_EMBEDDING=torch"):
        broken.embed_documents(["text"])


def test_a_graph_is_what_the_runtime_reads() -> None:
    import onnxruntime

    made = Graph()
    large = np.arange(200, dtype=np.float32).reshape(2, 100)
    picked = made.node("Gather", [made.array("large", large), "rows"], "picked")
    made.node("ReduceMean", [picked], "mean", axes=(-1,), keepdims=0)
    model = made.model([described("rows", "int64", ("n",))], [described("mean", "float32", ("n",))])
    options = onnxruntime.SessionOptions()
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in made.weights.values()]
    options.add_external_initializers(list(made.weights), values)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    assert session.run(None, {"rows": np.array([1, 0, 1])})[0].tolist() == [149.5, 49.5, 149.5]
