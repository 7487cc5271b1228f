"""The file itself: made, migrated and shared safely."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from rag.errors import SetupError, Unavailable
from rag.store import Store
from rag.store.database import HEAD, MIGRATIONS
from rag.store.tables import metadata
from rag.types import NewDocument


def _open_and_enqueue(path: str) -> None:
    with closing(Store.open(Path(path))) as store:
        store.enqueue([NewDocument(text="Text.")])


def test_the_migrations_make_the_tables_the_code_speaks_of(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "s")) as store, store.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: not str(name).startswith("fulltext")}
        )
        assert compare_metadata(context, metadata) == []


def test_the_code_expects_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_opening_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Store.open(tmp_path / "s").close()
    assert capfd.readouterr() == ("", "")


def test_several_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_open_and_enqueue, args=(str(tmp_path / "s"),)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    with closing(Store.open(tmp_path / "s")) as store:
        assert store.counts().queued_jobs == 2


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    Store.open(tmp_path / "a" / "b %d" / "s").close()
    assert (tmp_path / "a" / "b %d" / "s").is_file()


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(b"not a database, though long enough to be taken for one" * 100)
    with pytest.raises(SetupError, match=str(tmp_path / "s")):
        Store.open(tmp_path / "s")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="GROUNDWIRE_DATA"):
        Store.open(tmp_path / "file" / "s")


def test_a_store_of_a_newer_groundwire_is_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path / "s").close()
    with closing(sqlite3.connect(tmp_path / "s")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SetupError, match="newer"):
        Store.open(tmp_path / "s")


def test_a_writer_that_holds_the_file_too_long_is_a_passing_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.database._PATIENCE", 0.05)
    with (
        closing(Store.open(tmp_path / "s")) as store,
        closing(sqlite3.connect(tmp_path / "s", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as caught:
            store.enqueue([NewDocument(text="Text.")])
        assert caught.value.part == "store"
        other.execute("ROLLBACK")
        store.enqueue([NewDocument(text="Text.")])
