"""Chroma's own Rust server in this process: `python -m rag.adapters.chroma_server PATH PORT`.

Loopback only. The bindings are called directly, because importing the `chromadb` package for its
command line costs a second and a hundred megabytes.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import chromadb_rust_bindings

_SEGMENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def sweep(folder: Path) -> None:
    """Remove the vectors of collections that were deleted: Chroma leaves their folders where they are.

    To be called while no server has the folder open. What cannot be read is left alone.
    """
    try:
        with closing(sqlite3.connect(f"{(folder / 'chroma.sqlite3').resolve().as_uri()}?mode=ro", uri=True)) as known:
            kept = {str(row[0]) for row in known.execute("SELECT id FROM segments")}
    except sqlite3.Error:
        return
    for place in folder.iterdir():
        if place.is_dir() and _SEGMENT.fullmatch(place.name) and place.name not in kept:
            shutil.rmtree(place, ignore_errors=True)


def discard_damaged(folder: Path) -> bool:
    """Remove all of a folder whose database is damaged, so that the server starts: it is a copy, and is filled anew.

    Whether it was. To be called while no server has the folder open. Whatever else keeps it from being read, a lock
    or a disk, may pass, and nothing is removed.
    """
    try:
        with closing(sqlite3.connect(f"{(folder / 'chroma.sqlite3').resolve().as_uri()}?mode=rw", uri=True)) as known:
            if known.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
                return False
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def main() -> None:
    _, path, port = sys.argv
    if discard_damaged(Path(path)):
        print(f"{path} was damaged and was removed; it is a copy, and is filled from the store", file=sys.stderr)
    sweep(Path(path))
    chromadb_rust_bindings.cli(["chroma", "run", "--path", path, "--host", "127.0.0.1", "--port", port])


if __name__ == "__main__":
    main()
