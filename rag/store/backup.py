"""All stores copied while they are used, and put back: one tar file with the SQLite files and a manifest beside them.

The default collection's store is `store.sqlite3`, those that its register names are in `collections/`, each as it
stands at one moment of its own: nothing spans two of them.

Weights are not in it, they are fetched, nor Chroma's folder, which is made anew from the stored vectors.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import BackupError, BackupTooNew
from rag.store.database import HEAD, MIGRATIONS

FORMAT = 2
BEFORE = 1
"""Backups of the default collection alone, which may be restored too."""
MANIFEST, STORE = "manifest.json", "store.sqlite3"
COLLECTIONS = "collections"
MANIFEST_BYTES = 2**20
COUNTED = ("documents", "versions", "passages", "vectors", "jobs")
_CHUNK = 2**20
_KEY = re.compile(r"[0-9a-z]{26}")


@dataclass(frozen=True, slots=True)
class Content:
    """A store in a backup: the revision of its tables, the embedders of its vectors, rows by table, and its digest."""

    revision: str
    stamps: tuple[str, ...]
    counts: dict[str, int]
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest(Content):
    """What a backup holds: the store of the default collection, and those of the others by their keys."""

    format: int
    made_at: str
    collections: dict[str, Content] = field(default_factory=dict)

    @property
    def total(self) -> dict[str, int]:
        """Rows by table in all collections together."""
        stores = (self, *self.collections.values())
        return {table: sum(each.counts.get(table, 0) for each in stores) for table in COUNTED}


def back_up(store: Path, target: Path) -> Manifest:
    """Copy the store, and those of the collections beside it, to the tar file `target`.

    Each is copied as it stands at one moment; whoever writes meanwhile is not held up. Whole or not at all: a file
    that was there before is replaced only at the end. Needs about twice the stores' size beside `target`. Raises
    `BackupError`.
    """
    if not store.is_file():
        raise BackupError(f"{store} is not there, so there is nothing to back up; GROUNDWIRE_DATA says where")
    try:
        with tempfile.TemporaryDirectory(prefix=".groundwire-", dir=target.parent) as folder:
            copy, packed = Path(folder, STORE), Path(folder, "packed")
            _copy(store, copy)
            others = {key: _describe(_other(copy, key)) for key in _copy_others(store, copy)}
            made_at = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = Manifest(**asdict(_describe(copy)), format=FORMAT, made_at=made_at, collections=others)
            with tarfile.open(packed, "w") as tar:
                _put_text(tar, MANIFEST, json.dumps(asdict(manifest), indent=1))
                tar.add(copy, STORE, filter=_anonymous)
                for key in others:
                    tar.add(_other(copy, key), _name(key), filter=_anonymous)
            packed.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"the backup {target} could not be written: {_told(error)}") from error
    return manifest


def restore(source: Path, store: Path, clear: Callable[[], None] = lambda: None) -> Manifest:
    """Put the stores of a backup in place of `store` and those beside it. All is checked before anything is changed.

    `clear` removes whatever else is of the stores that go. Raises `BackupError` for what is not a whole backup,
    `BackupTooNew` for one with tables that this Groundwire does not know. The caller holds the data folder.
    """
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=store.parent) as folder:
            copy = Path(folder, STORE)
            manifest = _unpack(source, copy)
            _check(copy, manifest)
            for key, content in manifest.collections.items():
                _check(_other(copy, key), content)
            clear()
            # At each step the register in place finds its files: the new ones are there before it, the old ones after.
            for key in manifest.collections:
                _put(_other(copy, key), _other(store, key))
            _put(copy, store)
            if manifest.format > BEFORE:
                _remove_others(store, manifest.collections)
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        raise BackupError(f"{source} could not be restored: {_told(error)}") from error
    return manifest


def _other(store: Path, key: str) -> Path:
    """Where the store of another collection is, beside that of the default one; as `Settings.store_of`."""
    return store.parent / COLLECTIONS / f"{key}.sqlite3"


def _name(key: str) -> str:
    """Its name in the tar."""
    return f"{COLLECTIONS}/{key}.sqlite3"


def _copy_others(store: Path, copy: Path) -> list[str]:
    """Copy the stores that the register in `copy` names. One that was deleted meanwhile is struck from it."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as register:
        if not register.execute("SELECT 1 FROM sqlite_master WHERE name = 'collections'").fetchone():
            return []  # of a Groundwire that knew none
        keys = [str(row[0]) for row in register.execute("SELECT key FROM collections WHERE name IS NOT NULL")]
        for key in list(keys):
            source, target = _other(store, key), _other(copy, key)
            target.parent.mkdir(exist_ok=True)
            try:
                _copy(source, target)
            except sqlite3.Error:
                if source.exists():
                    raise
                register.execute("DELETE FROM collections WHERE key = ?", (key,))
                keys.remove(key)
    return keys


def _put(copy: Path, store: Path) -> None:
    store.parent.mkdir(parents=True, exist_ok=True)
    for leftover in ("-wal", "-shm"):  # of the store that goes; they must not be read into the new one
        store.with_name(store.name + leftover).unlink(missing_ok=True)
    copy.replace(store)


def _remove_others(store: Path, kept: Collection[str]) -> None:
    """Remove the stores of collections that there are no more, with what SQLite keeps beside them."""
    for file in (store.parent / COLLECTIONS).glob("*.sqlite3*"):
        if file.name.partition(".")[0] not in kept:
            file.unlink(missing_ok=True)


def _copy(store: Path, copy: Path) -> None:
    # In one step: a copy in several begins again whenever somebody writes between two of them.
    with (
        closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=rw", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def _describe(copy: Path) -> Content:
    with closing(sqlite3.connect(copy)) as connection:
        revision = _revision(connection)
        stamps = tuple(row[0] for row in connection.execute("SELECT DISTINCT stamp FROM vectors ORDER BY stamp"))
        counts = {table: _count(connection, table) for table in COUNTED}
    return Content(revision, stamps, counts, copy.stat().st_size, _sha256(copy))


def _unpack(source: Path, copy: Path) -> Manifest:
    """The backup's store as `copy`, the others beside it, bytes as the manifest says.

    Members by other names are never looked at.
    """
    with tarfile.open(source, "r:") as tar:
        manifest = _manifest(source, _member(source, tar, MANIFEST).read(MANIFEST_BYTES))
        contents: dict[str, tuple[Path, Content]] = {STORE: (copy, manifest)}
        contents |= {_name(key): (_other(copy, key), content) for key, content in manifest.collections.items()}
        for name, (path, content) in contents.items():
            path.parent.mkdir(exist_ok=True)
            with path.open("wb") as file:
                shutil.copyfileobj(_member(source, tar, name), file, _CHUNK)
            if (path.stat().st_size, _sha256(path)) != (content.bytes, content.sha256):
                raise BackupError(f"{source} is damaged: {name} does not have the digest that its manifest names")
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
        others = {key: Content(**_tupled(each)) for key, each in fields.pop("collections", {}).items()}
        manifest = Manifest(**_tupled(fields), collections=others)
        if not all(_KEY.fullmatch(key) for key in others):
            raise ValueError("no key of a collection")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupError(f"{source} is not a backup that this Groundwire can read: its manifest is another") from error
    known = {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")}
    revisions = {manifest.revision, *(each.revision for each in others.values())}
    if manifest.format not in (BEFORE, FORMAT) or not revisions <= known:
        raise BackupTooNew(
            f"{source} has tables of revision {max(revisions)}, and this Groundwire knows them up to {HEAD}; "
            "restore it with the newer Groundwire that made it"
        )
    return manifest


def _tupled(fields: dict[str, Any]) -> dict[str, Any]:
    return fields | {"stamps": tuple(fields["stamps"])}


def _check(copy: Path, manifest: Content) -> None:
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
