"""What is particular to Chroma: a server that is away, comes back, or comes back empty."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from rag.adapters.chroma import ChromaIndex
from rag.errors import SetupError, Unavailable
from rag.seams import IndexRow, Stamp
from rag.types import Question
from tests.rag.adapters.conftest import ChromaServer

STAMP = Stamp("provider/model: one", "0123456789abcdef", 4)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path / "chroma")
    server.start()
    yield server
    server.kill()


def row(name: str) -> IndexRow:
    return IndexRow(name, np.eye(4, dtype=np.float32)[0], "d", 1, "", None, None, None)


def found(index: ChromaIndex) -> list[str]:
    return [match.passage_id for match in index.search(np.eye(4, dtype=np.float32)[0], Question("x"), 5)]


def test_a_server_that_is_away_is_a_passing_fault(server: ChromaServer) -> None:
    with closing(ChromaIndex(server.url, STAMP)) as index:
        index.add([row("a")])
        server.kill()
        for act in (index.count, index.ids, index.drop, lambda: found(index), lambda: index.add([row("b")])):
            with pytest.raises(Unavailable) as caught:
                act()
            assert caught.value.part == "index"
        server.start()
        assert found(index) == ["a"]


def test_a_server_whose_folder_was_deleted_is_used_as_an_empty_one(server: ChromaServer) -> None:
    with closing(ChromaIndex(server.url, STAMP)) as index:
        index.add([row("a")])
        server.kill()
        shutil.rmtree(server.folder)
        server.start()
        assert index.count() == 0
        index.add([row("b")])
        assert found(index) == ["b"]


def test_collections_another_process_dropped_are_made_anew(server: ChromaServer) -> None:
    with closing(ChromaIndex(server.url, STAMP)) as index, closing(ChromaIndex(server.url, STAMP)) as other:
        index.add([row("a")])
        other.drop()
        assert found(index) == []
        index.add([row("b")])
        assert found(other) == ["b"]


def test_an_index_of_another_key_is_another_and_all_of_it_is_erased_at_once(server: ChromaServer) -> None:
    with closing(ChromaIndex(server.url, STAMP)) as index:
        other, later = index.beside("k1"), index.beside("k12")
        before = replace(STAMP, name="the embedder of before")
        with closing(ChromaIndex(server.url, before, key="k1")) as older:
            for number, each in enumerate((index, other, later, older)):
                each.add([row(f"{number}")])
            assert [found(each) for each in (index, other, later, older)] == [["0"], ["1"], ["2"], ["3"]]
            other.erase()
            index.erase()
            assert [found(each) for each in (index, other, later, older)] == [["0"], [], ["2"], []]


def test_nothing_of_a_deleted_collection_is_left_in_the_folder_once_the_server_starts_again(
    server: ChromaServer,
) -> None:
    def folders() -> set[str]:
        return {place.name for place in server.folder.iterdir() if place.is_dir()}

    with closing(ChromaIndex(server.url, STAMP)) as index:
        index.add([row("kept")])
        kept = folders()
        index.beside("k").add([row("gone")])
        index.beside("k").erase()
        assert folders() > kept, "otherwise there is nothing to sweep"
        server.kill()
        (server.folder / "notes").mkdir()
        server.start()
        assert found(index) == ["kept"]
        assert folders() == kept | {"notes"}


def test_a_folder_that_was_damaged_is_told_and_once_the_server_starts_again_it_is_made_anew(
    server: ChromaServer,
) -> None:
    def readable() -> int:
        path = "tenants/default_tenant/databases/default_database/collections_count"  # what `api.parts` probes
        return httpx.get(f"{server.url}/api/v2/{path}", trust_env=False).status_code

    with closing(ChromaIndex(server.url, STAMP)) as index:
        index.add([row("lost")])
        assert readable() == 200
        (server.folder / "chroma.sqlite3").write_bytes(b"no database" * 10_000)
        assert readable() == 500
        server.kill()
        server.start()
        assert readable() == 200
        assert index.count() == 0
        index.add([row("new")])
        assert found(index) == ["new"]


def test_more_rows_than_go_into_one_request_are_no_matter(
    server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.adapters.chroma._BATCH", 100)
    monkeypatch.setattr("rag.adapters.chroma._PAGE", 130)
    vectors = np.random.default_rng(1).normal(size=(350, 4)).astype(np.float32)
    rows = [IndexRow(f"p{number}", vector, "d", 1, "", None, None, None) for number, vector in enumerate(vectors)]
    with closing(ChromaIndex(server.url, STAMP)) as index:
        index.add(rows)
        assert index.count() == 350
        assert index.ids() == {row.passage_id for row in rows}
        index.delete([row.passage_id for row in rows])
        assert index.count() == 0


def test_an_address_that_is_none_is_refused_at_once() -> None:
    for url in ("", "localhost:8000", "ftp://localhost"):
        with pytest.raises(SetupError, match="GROUNDWIRE_CHROMA_URL"):
            ChromaIndex(url, STAMP)


def test_a_proxy_in_the_environment_is_not_asked_for_this_machine(
    server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "example.com")
    with closing(ChromaIndex(server.url, STAMP)) as index:
        assert index.count() == 0
