"""One SQLite file, opened safely by several processes at once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from rag.errors import DataDamaged, DataUnusable, DiskFull, ReadOnly, SetupError, StoreDamaged, Unavailable

HEAD = "0007"
MIGRATIONS = Path(__file__).parent.parent / "migrations"
_PATIENCE = 15.0
_PRIMARY = 0xFF
_REMEDY = "stop the service and put a backup in its place with `groundwire restore FILE --replace`"


class Database:
    """Transactions over one file: `read` sees one state throughout, `write` waits its turn.

    Both raise `Unavailable("store", ...)` when the disk or another writer stands in the way.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def path(self) -> Path:
        return Path(str(self._engine.url.database))

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with translated(), self._engine.connect() as connection:
            # IMMEDIATE: a transaction that reads first and writes later would fail instead of waiting
            connection = connection.execution_options(opening="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection


def open_engine(path: Path) -> Engine:
    """An engine on `path` with its tables at `HEAD`, created or migrated if need be.

    Raises `SetupError` naming the file and the remedy, `DiskFull` when there is no room for it now.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataUnusable(
            f"cannot create {path.parent}: {error.strerror}; set GROUNDWIRE_DATA to a folder you can write to"
        ) from error
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    try:
        _migrate(engine)
    except DBAPIError as error:
        engine.dispose()
        if isinstance(cause := _cause(error), DiskFull):
            raise cause from error
        if isinstance(cause, StoreDamaged):
            raise DataDamaged(f"{path} is damaged ({error.orig}); {_REMEDY}") from error
        raise DataUnusable(
            f"cannot open {path}: {error.orig}; check that the disk has room and the file is a Groundwire store, "
            "or set GROUNDWIRE_DATA to another folder"
        ) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def _configure(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by hand, below
    _enter_wal(connection)
    for pragma in (
        "foreign_keys=ON",
        "synchronous=NORMAL",
        f"busy_timeout={int(_PATIENCE * 1000)}",
        "secure_delete=ON",  # what was deleted is overwritten
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    # what SQLite itself can fold is ASCII
    connection.create_function("casefold", 1, str.casefold, deterministic=True)


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait for others while switching, so this does."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("opening", "BEGIN"))


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with engine.connect().execution_options(opening="BEGIN IMMEDIATE") as connection, connection.begin():
        revision = _revision(connection)  # asked again: another process may have been faster
        if revision == HEAD:
            return
        # imported only when there is something to do: it takes longer than opening the file
        from alembic import command
        from alembic.config import Config
        from alembic.util.exc import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise SetupError(
                f"the store {engine.url.database} is at revision {revision}, which this Groundwire does not know; "
                "use the newer Groundwire that made it, or set GROUNDWIRE_DATA to another folder"
            ) from error


def _revision(connection: Connection) -> str | None:
    known = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")).scalar()
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None


@contextmanager
def translated() -> Iterator[None]:
    """Whatever the disk or another writer does is told as `Unavailable`."""
    try:
        yield
    except DBAPIError as error:
        raise _cause(error) from error


def _cause(error: DBAPIError) -> Unavailable:
    """What stands in the way, by SQLite's code for it."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & _PRIMARY
    if code == sqlite3.SQLITE_FULL:
        return DiskFull("store", "the disk of the data folder is full; it goes on by itself once there is room")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged("store", f"the store is damaged ({error.orig}); {_REMEDY}")
    if code == sqlite3.SQLITE_READONLY:
        return ReadOnly("store", "the store cannot be written to; make the data folder and what is in it writable")
    return Unavailable("store", f"the store cannot be used right now: {error.orig}")
