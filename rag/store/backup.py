"""A store copied while it is used, and put back: one tar file with the SQLite file and a manifest beside it.

Weights are not in it, they are fetched, nor Chroma's folder, which is made anew from the stored vectors.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import BackupError, BackupTooNew
from rag.store.database import HEAD, MIGRATIONS

FORMAT = 1
MANIFEST, STORE = "manifest.json", "store.sqlite3"
MANIFEST_BYTES = 2**20
COUNTED = ("documents", "versions", "passages", "vectors", "jobs")
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the revision of its tables, the embedders of its vectors, rows by table, and its digest."""

    format: int
    made_at: str
    revision: str
    stamps: tuple[str, ...]
    counts: dict[str, int]
    bytes: int
    sha256: str


def back_up(store: Path, target: Path) -> Manifest:
    """Copy the store to the tar file `target`, as it stands at one moment; whoever writes meanwhile is not held up.

    Whole or not at all: a file that was there before is replaced only at the end. Needs about twice the store's
    size beside `target`. Raises `BackupError`.
    """
    if not store.is_file():
        raise BackupError(f"{store} is not there, so there is nothing to back up; GROUNDWIRE_DATA says where")
    try:
        with tempfile.TemporaryDirectory(prefix=".groundwire-", dir=target.parent) as folder:
            copy, packed = Path(folder, STORE), Path(folder, "packed")
            _copy(store, copy)
            manifest = _describe(copy)
            with tarfile.open(packed, "w") as tar:
                _put_text(tar, MANIFEST, json.dumps(asdict(manifest), indent=1))
                tar.add(copy, STORE, filter=_anonymous)
            packed.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"the backup {target} could not be written: {_told(error)}") from error
    return manifest


def restore(source: Path, store: Path, clear: Callable[[], None] = lambda: None) -> Manifest:
    """Put the store of a backup in place of `store`. It is checked whole before anything is changed.

    `clear` removes whatever else is of the store that goes. Raises `BackupError` for what is not a whole backup,
    `BackupTooNew` for one with tables that this Groundwire does not know. The caller holds the data folder.
    """
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=store.parent) as folder:
            copy = Path(folder, STORE)
            manifest = _unpack(source, copy)
            _check(copy, manifest)
            clear()
            for leftover in ("-wal", "-shm"):  # of the store that goes; they must not be read into the new one
                store.with_name(store.name + leftover).unlink(missing_ok=True)
            copy.replace(store)
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        raise BackupError(f"{source} could not be restored: {_told(error)}") from error
    return manifest


def _copy(store: Path, copy: Path) -> None:
    # In one step: a copy in several begins again whenever somebody writes between two of them.
    with (
        closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=rw", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def _describe(copy: Path) -> Manifest:
    with closing(sqlite3.connect(copy)) as connection:
        revision = _revision(connection)
        stamps = tuple(row[0] for row in connection.execute("SELECT DISTINCT stamp FROM vectors ORDER BY stamp"))
        counts = {table: _count(connection, table) for table in COUNTED}
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(FORMAT, made_at, revision, stamps, counts, copy.stat().st_size, _sha256(copy))


def _unpack(source: Path, copy: Path) -> Manifest:
    """The backup's store as `copy`, bytes as the manifest says. Members by other names are never looked at."""
    with tarfile.open(source, "r:") as tar:
        manifest = _manifest(source, _member(source, tar, MANIFEST).read(MANIFEST_BYTES))
        with copy.open("wb") as file:
            shutil.copyfileobj(_member(source, tar, STORE), file, _CHUNK)
    if (copy.stat().st_size, _sha256(copy)) != (manifest.bytes, manifest.sha256):
        raise BackupError(f"{source} is damaged: its store does not have the digest that its manifest names")
    return manifest


def _member(source: Path, tar: tarfile.TarFile, name: str) -> io.BufferedIOBase:
    try:
        file = tar.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise BackupError(f"{source} is not a backup made by `groundwire backup`: it has no {name}")
    return file  # type: ignore[return-value]


def _manifest(source: Path, written: bytes) -> Manifest:
    try:
        fields = json.loads(written)
        manifest = Manifest(**(fields | {"stamps": tuple(fields["stamps"])}))
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError(f"{source} is not a backup that this Groundwire can read: its manifest is another") from error
    known = {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")}
    if manifest.format != FORMAT or manifest.revision not in known:
        raise BackupTooNew(
            f"{source} has tables of revision {manifest.revision}, and this Groundwire knows them up to {HEAD}; "
            "restore it with the newer Groundwire that made it"
        )
    return manifest


def _check(copy: Path, manifest: Manifest) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        held = {table: _count(connection, table) for table in manifest.counts if table in COUNTED}
        if sound != "ok" or held != manifest.counts or _revision(connection) != manifest.revision:
            raise BackupError(
                "the store in the backup is not what its manifest says, or is damaged; use another backup"
            )


def _revision(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - one of COUNTED


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(text.encode())
    tar.addfile(member, io.BytesIO(text.encode()))


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing about who made it or on what machine."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _told(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
