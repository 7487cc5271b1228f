"""Files to documents: one format a module, chosen by how the file's name ends.

A module is loaded when its format is first read: some bring large libraries. Those of `PARSED` formats run
through libraries written for well-meant files, so `ingest.apart` reads them in a process of its own.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePath, PurePosixPath

from rag.errors import Rejected
from rag.types import Failure, NewDocument

_SINGLE = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".eml": "mail",
}
LINES = frozenset({".jsonl", ".ndjson"})
FEEDS = frozenset({".rss", ".atom", ".xml"})
ENDINGS = frozenset({*_SINGLE, *LINES, *FEEDS})
"""What the name of a file that can be read ends in."""
PARSED = ENDINGS - LINES - {ending for ending, module in _SINGLE.items() if module in {"text", "markdown"}}

_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")
LARGEST = 64 * 2**20
"""Bytes in one file, but for files of lines, which are read a line at a time."""


def read(source: Path | bytes, name: str, charset: str = "") -> Iterator[NewDocument | Failure]:
    """The documents in a file or in its content, and a failure for each that cannot be read.

    `name` says which format it is, and which document: one without an id or a URL of its own gets `id_of(name)`.
    `charset` is what came with the file, such as the header of a page; it counts more than what the file says.
    Raises `OSError` when the file cannot be read.
    """
    name = _told(name)
    ending = PurePath(name).suffix.lower()
    if ending in LINES:
        from ingest.readers import jsonl

        if isinstance(source, bytes):
            yield from jsonl.read(jsonl.lines_of(source), name)
        else:
            with source.open("rb") as file:
                yield from jsonl.read(jsonl.lines_of(file), name)
        return
    try:
        if ending not in ENDINGS:
            raise Rejected("unsupported_format", f"{name}: only files that end in {known()} can be read")
        data = _content(source)
        if ending in FEEDS:
            from ingest.readers import feed

            yield from feed.read(data, name, charset)
        else:
            yield import_module(f"{__name__}.{_SINGLE[ending]}").read(data, id_of(name), charset)
    except Rejected as error:
        yield Failure(id_of(name), error.code, str(error))


def files_in(folder: Path, pattern: str = "**/*") -> Iterator[tuple[Path, str]]:
    """The files in a folder that may hold articles, by path, each with the name that says which document it is.

    What cannot be looked at is taken for a file, so that whoever reads it is told why.
    """
    for path in sorted(folder.glob(pattern)):
        if path.suffix.lower() in ENDINGS and _is_file(path):
            yield path, path.relative_to(folder).as_posix()


def known() -> str:
    """The endings there are, for a sentence."""
    return ", ".join(sorted(ENDINGS))


def id_of(name: str) -> str:
    """The id of a file's document: its name without the ending, after the folders `name` has before it.

    So `a.txt` in two folders are two documents as long as `name` tells the folders apart: name a file within
    a folder by its path from there, and a file by itself by its name alone. Two files that differ only in
    their ending are states of one document. A name that is not UTF-8 is read as Latin-1.
    """
    path = PurePosixPath(_told(name).replace("\\", "/"))
    folders = [part for part in path.parent.parts if part not in {"/", ".", ".."}]
    return "/".join([*folders, path.stem])


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _told(name: str) -> str:
    """The name of a file in characters that can be stored, whatever its bytes are."""
    try:
        name.encode()
    except UnicodeEncodeError:
        name = os.fsencode(_HALF.sub("\ufffd", name)).decode("latin-1")
        name = "".join(character if character.isprintable() else "\ufffd" for character in name)
    return name


def _content(source: Path | bytes) -> bytes:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > LARGEST:
        raise Rejected("too_large", f"the file has more than {LARGEST:,} bytes, which is the most")
    return source if isinstance(source, bytes) else source.read_bytes()
