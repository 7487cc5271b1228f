"""Files to documents: one format a module, chosen by how the file's name ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath

from ingest.readers import jsonl, markdown, text
from rag.errors import Rejected
from rag.types import Failure, NewDocument

SINGLE = {".txt": text.read, ".text": text.read, ".md": markdown.read, ".markdown": markdown.read}
LINES = frozenset({".jsonl", ".ndjson"})


def read(source: Path | bytes, name: str) -> Iterator[NewDocument | Failure]:
    """The documents in a file or in its content, and a failure for each that cannot be read.

    `name` says which format it is, and which document: one without an id of its own gets `id_of(name)`.
    Raises `OSError` when the file cannot be read.
    """
    ending = PurePath(name).suffix.lower()
    if ending in LINES:
        if isinstance(source, bytes):
            yield from jsonl.read(source.splitlines(), name)
        else:
            with source.open("rb") as lines:
                yield from jsonl.read(lines, name)
        return
    try:
        if ending not in SINGLE:
            known = ", ".join(sorted({*SINGLE, *LINES}))
            raise Rejected("unsupported_format", f"{name}: only files that end in {known} can be read")
        yield SINGLE[ending](source if isinstance(source, bytes) else source.read_bytes(), id_of(name))
    except Rejected as error:
        yield Failure(id_of(name), error.code, str(error))


def id_of(name: str) -> str:
    """The id of a file's document: its name without the ending, after the folders `name` has before it.

    So `a.txt` in two folders are two documents as long as `name` tells the folders apart: name a file within
    a folder by its path from there, and a file by itself by its name alone. Two files that differ only in
    their ending are states of one document.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    folders = [part for part in path.parent.parts if part not in {"/", ".", ".."}]
    return "/".join([*folders, path.stem])
