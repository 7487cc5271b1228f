"""Weights: the catalogue, and the digest that decides."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from rag import weights
from rag.errors import InvalidInput, SetupError
from rag.settings import Settings, load_settings
from rag.weights import File, Piece, Weight


def a_weight(content: bytes = b"some weights", piece: int = 5, name: str = "small") -> Weight:
    """A weight of one file in pieces of `piece` bytes."""
    pieces = tuple(
        Piece("model.gguf", number, start, len(part), hashlib.sha256(part).hexdigest())
        for number, start in enumerate(range(0, len(content), piece), start=1)
        if (part := content[start : start + piece])
    )
    file = File("model.gguf", len(content), hashlib.sha256(content).hexdigest(), pieces)
    return Weight(name, "Small", "language model", "Apache-2.0", "https://example.org", (file,), (), "model.gguf")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    """A catalogue of one small weight, whose folder this is; its file is there and right."""
    entry = a_weight()
    monkeypatch.setattr(weights, "catalogue", lambda: {entry.name: entry})
    folder = settings.weights_path / entry.name
    folder.mkdir(parents=True)
    (folder / "model.gguf").write_bytes(b"some weights")
    return folder


@pytest.mark.parametrize("entry", weights.catalogue().values(), ids=str)
def test_every_entry_is_complete(entry: Weight) -> None:
    assert entry.licence
    assert entry.licence_url.startswith("https://")
    assert entry.sources
    assert entry.digest
    for file in entry.files:
        assert sum(piece.size for piece in file.pieces) == file.size
        assert [piece.offset for piece in file.pieces] == [
            sum(piece.size for piece in file.pieces[:number]) for number in range(len(file.pieces))
        ]
        assert not Path(file.path).is_absolute()
        assert ".." not in Path(file.path).parts


def test_only_formats_that_hold_no_code_are_in_the_catalogue() -> None:
    suffixes = {Path(file.path).suffix for entry in weights.catalogue().values() for file in entry.files}
    assert suffixes == {".gguf", ".safetensors", ".json", ".txt"}


def test_the_default_settings_choose_from_the_catalogue() -> None:
    assert {load_settings().model, load_settings().embedder} <= weights.catalogue().keys()


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="all-minilm-l6-v2"):
        weights.weight("nope")


def test_a_right_weight_is_hashed_once_and_then_known_by_its_stamp(
    small: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert weights.require(settings, "small") == small
    monkeypatch.setattr(weights, "digest_of", lambda *_: pytest.fail("hashed again"))
    assert weights.require(settings, "small") == small


def test_a_changed_file_is_noticed_in_spite_of_the_stamp(small: Path, settings: Settings) -> None:
    weights.require(settings, "small")
    (small / "model.gguf").write_bytes(b"SOME weights")
    with pytest.raises(SetupError, match=r"model\.gguf is damaged.*groundwire models --fetch small"):
        weights.require(settings, "small")


def test_a_missing_file_is_named_with_the_remedy(small: Path, settings: Settings) -> None:
    (small / "model.gguf").unlink()
    with pytest.raises(SetupError, match=r"model\.gguf is missing; run `groundwire models --fetch small`"):
        weights.require(settings, "small")


def test_a_stamp_of_other_weights_does_not_count(small: Path, settings: Settings) -> None:
    weights.require(settings, "small")
    stamp = small.with_name("small.verified")
    state = json.loads(stamp.read_text())
    state["model.gguf"][2] = "0" * 64
    stamp.write_text(json.dumps(state))
    assert not weights.stamped(weights.weight("small"), small)


def test_verifying_tells_what_is_wrong_and_takes_the_stamp_away(small: Path, settings: Settings) -> None:
    weights.require(settings, "small")
    times = (small / "model.gguf").stat()
    (small / "model.gguf").write_bytes(b"some weightZ")
    os.utime(small / "model.gguf", ns=(times.st_atime_ns, times.st_mtime_ns))
    entry = weights.weight("small")
    assert weights.stamped(entry, small), "same size and time: only hashing can tell"
    assert weights.verify(entry, small) == ["model.gguf"]
    assert not weights.stamped(entry, small)
