"""Weights are data: what there is, under which licence, and the digest that decides.

`weights.json` is the catalogue. A carrier (package archives, a model hub, a folder) only brings
bytes; whatever brought them, a weight counts once every file has the SHA-256 written there. A stamp
beside the folder remembers that, so that a start does not hash a gigabyte again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as resources
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Literal

from rag.errors import InvalidInput, SetupError
from rag.settings import Settings

CHUNK = 2**20
REMEDY = "run `groundwire models --fetch {name}`"


@dataclass(frozen=True, slots=True)
class Piece:
    """`size` bytes at `offset` of the file at `path`. `number` counts from 1 in that file."""

    path: str
    number: int
    offset: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class File:
    """One file of a weight, as the pieces it can be fetched in; together they are the file."""

    path: str
    size: int
    sha256: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a carrier finds a piece. The templates may use `{n}` (its number) and `{path}`."""

    kind: Literal["packages", "hub"]
    place: str
    member: str


@dataclass(frozen=True, slots=True)
class Weight:
    """One entry of the catalogue. `sources` are tried in order; `identity` is the file that names it."""

    name: str
    title: str
    purpose: Literal["language model", "embedder"]
    licence: str
    licence_url: str
    files: tuple[File, ...]
    sources: tuple[Source, ...]
    identity: str

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def digest(self) -> str:
        """SHA-256 of the identity file: which weight this is, however it came."""
        return next(file.sha256 for file in self.files if file.path == self.identity)

    @property
    def setting(self) -> str:
        """The environment variable that chooses it."""
        return "GROUNDWIRE_EMBEDDER" if self.purpose == "embedder" else "GROUNDWIRE_MODEL"


@cache
def catalogue() -> dict[str, Weight]:
    """Every weight by name, in the order they are listed."""
    entries = json.loads(resources("rag").joinpath("weights.json").read_text("utf-8"))
    return {entry["name"]: _weight(entry) for entry in entries}


def weight(name: str) -> Weight:
    """The weight of that name. Raises `InvalidInput` naming those there are."""
    try:
        return catalogue()[name]
    except KeyError:
        raise InvalidInput(f"there is no weight {name!r}; there are {', '.join(catalogue())}") from None


def path_of(settings: Settings, name: str) -> Path:
    """The folder of a weight, whether or not it is there."""
    return settings.weights_path / weight(name).name


def require(settings: Settings, name: str) -> Path:
    """The folder of a weight that is there and right. Raises `SetupError` with the remedy.

    Hashes only what no stamp vouches for.
    """
    entry, folder = weight(name), path_of(settings, name)
    if stamped(entry, folder):
        return folder
    for file in entry.files:
        if not (folder / file.path).is_file():
            raise SetupError(f"{folder / file.path} is missing; {REMEDY.format(name=name)}")
    if damaged := verify(entry, folder):
        raise SetupError(f"{folder / damaged[0]} is damaged (its SHA-256 differs); {REMEDY.format(name=name)}")
    return folder


def verify(entry: Weight, folder: Path, progress: Callable[[int], object] = lambda _: None) -> list[str]:
    """Hashes every file; returns the paths that are missing or wrong, and stamps the folder when none is."""
    wrong = [file.path for file in entry.files if digest_of(folder / file.path, progress) != file.sha256]
    stamp = _stamp_path(folder)
    with suppress(OSError):  # a folder that cannot be written to is still right; it is only hashed again next time
        if wrong:
            stamp.unlink(missing_ok=True)
        else:
            stamp.write_text(json.dumps(_state(entry, folder)), "utf-8")
    return wrong


def stamped(entry: Weight, folder: Path) -> bool:
    """Whether the files are, by size and time, those that were verified last."""
    try:
        return bool(json.loads(_stamp_path(folder).read_text("utf-8")) == _state(entry, folder))
    except (OSError, ValueError):
        return False


def restamp(before: Path, after: Path) -> None:
    """The stamp follows a folder that was renamed."""
    with suppress(OSError):
        _stamp_path(before).rename(_stamp_path(after))


def digest_of(path: Path, progress: Callable[[int], object] = lambda _: None) -> str:
    """SHA-256 of a file in hex, `""` when there is none. `progress` is told of bytes as they are read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                progress(len(chunk))
    except FileNotFoundError:
        return ""
    return digest.hexdigest()


def span(file: IO[bytes], piece: Piece) -> Iterator[bytes]:
    """The bytes of a piece in its file, as many as there are."""
    file.seek(piece.offset)
    left = piece.size
    while left and (chunk := file.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk


def _stamp_path(folder: Path) -> Path:
    return folder.with_name(folder.name + ".verified")


def _state(entry: Weight, folder: Path) -> dict[str, list[Any]]:
    stats = {file: (folder / file.path).stat() for file in entry.files}
    return {file.path: [stat.st_size, stat.st_mtime_ns, file.sha256] for file, stat in stats.items()}


def _weight(entry: dict[str, Any]) -> Weight:
    sources = tuple(
        Source(kind=c["kind"], place=c.get("package") or c["repository"], member=c.get("member") or c["file"])
        for c in entry.pop("carriers")
    )
    return Weight(**(entry | {"files": tuple(map(_file, entry["files"])), "sources": sources}))


def _file(entry: dict[str, Any]) -> File:
    path, size, sha256 = entry["path"], entry["size"], entry["sha256"]
    edges = [*range(0, size, entry.get("piece_size", size)), size]
    digests = entry.get("pieces", [sha256])
    pieces = tuple(
        Piece(path, number, start, end - start, digest)
        for number, ((start, end), digest) in enumerate(zip(pairwise(edges), digests, strict=True), start=1)
    )
    return File(path, size, sha256, pieces)
