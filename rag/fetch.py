"""Fetching a weight: whatever is right already is kept, the rest is brought, and the digest decides.

Work goes on in `<name>.partial/`, whose files have their final names and sizes. Which pieces of them
are right is found by hashing, never remembered: a fetch may be killed at any moment, by whichever
means, and the next one goes on from what is really on the disk. Once all is right the folder is
renamed to `<name>/`, so a weight is either whole or not there.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rag.carriers import Carrier
from rag.errors import SetupError
from rag.weights import Piece, Weight, restamp, span, stamped, verify

AT_ONCE = 3
PARCELS = ".parcels"
SLACK = 3 * 2**27  # parcels on their way, and room for the disk to breathe


class WrongBytesError(SetupError):
    """A carrier brought other bytes than those published; what else it has may still be right."""


class Progress(Protocol):
    """Told how a fetch goes; called from several threads."""

    def begin(self, label: str, size: int, parts: int) -> None: ...

    def advance(self, size: int) -> None: ...

    def part(self) -> None: ...

    def say(self, line: str) -> None: ...


def fetch(weight: Weight, folder: Path, carriers: Sequence[Carrier], progress: Progress) -> bool:
    """Makes `folder` hold the weight, verified; False when it did already.

    Raises `SetupError`: what could not be brought and why, and what to do. What was brought is kept.
    """
    with _disk_errors(weight, folder), _alone(folder, progress):
        if stamped(weight, folder):
            return False
        if folder.is_dir() and not _verified(weight, folder, progress):
            return False
        partial = folder.with_name(folder.name + ".partial")
        _take_over(folder, partial, progress)
        missing = _missing(weight, partial, progress)
        _require_space(weight, folder.parent, missing)
        _allocate(weight, partial)
        _bring(weight, partial, missing, carriers, progress)
        if wrong := _verified(weight, partial, progress):
            for path in wrong:
                (partial / path).unlink(missing_ok=True)
            raise SetupError(
                f"{weight.name}/{wrong[0]} does not have the SHA-256 of the catalogue and was removed; "
                "run `make setup` again to fetch it anew"
            )
        _sync(weight, partial)
        partial.rename(folder)
        restamp(partial, folder)
        return True


def _verified(weight: Weight, folder: Path, progress: Progress) -> list[str]:
    progress.begin(f"checking {weight.name}", weight.size, 0)
    return verify(weight, folder, progress.advance)


def _take_over(folder: Path, partial: Path, progress: Progress) -> None:
    """A folder that is not right becomes the partial one, so that what is right in it is kept."""
    if folder.is_dir():
        progress.say(f"{folder} is incomplete or damaged; mending it")
        if partial.exists():
            shutil.rmtree(partial)
        folder.rename(partial)
    partial.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(partial / PARCELS, ignore_errors=True)  # of a fetch that was killed


def _missing(weight: Weight, partial: Path, progress: Progress) -> list[Piece]:
    progress.begin(f"looking for {weight.name}", weight.size, 0)
    return [
        piece
        for file in weight.files
        for piece in file.pieces
        if _digest_at(partial / piece.path, piece, progress.advance) != piece.sha256
    ]


def _digest_at(path: Path, piece: Piece, progress: Callable[[int], object]) -> str:
    if not path.is_file():
        return ""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in span(file, piece):
            digest.update(chunk)
            progress(len(chunk))
    return digest.hexdigest()


def _require_space(weight: Weight, folder: Path, missing: Sequence[Piece]) -> None:
    needed = sum(piece.size for piece in missing)
    free = shutil.disk_usage(folder).free
    if needed and free < needed + min(SLACK, needed):
        raise SetupError(
            f"{weight.name} needs {_mb(needed + min(SLACK, needed))} MB in {folder} and {_mb(free)} MB are free; "
            "make room, or set GROUNDWIRE_HOME to a folder on another disk"
        )


def _allocate(weight: Weight, partial: Path) -> None:
    for file in weight.files:
        path = partial / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            os.truncate(path, file.size)


def _bring(
    weight: Weight, partial: Path, missing: list[Piece], carriers: Sequence[Carrier], progress: Progress
) -> None:
    """Brings the missing pieces, from the first carrier that has them. Raises with every reason."""
    reasons: list[str] = []
    for carrier in carriers:
        if not missing:
            return
        parcels: dict[str, list[Piece]] = defaultdict(list)
        for piece in missing:
            parcels[carrier.parcel(piece)].append(piece)
        progress.begin(f"{weight.name} from {carrier.name}", sum(piece.size for piece in missing), len(parcels))
        failures = _from(carrier, parcels, partial, progress)
        missing = [piece for piece in missing if carrier.parcel(piece) in failures]
        reasons += sorted(filter(None, failures.values()))[:1]
    if missing:
        raise SetupError(
            f"{weight.name}/{missing[0].path} could not be fetched ({'; '.join(reasons)}); "
            "check the network and run `make setup` again, it goes on where this one stopped"
        )


def _from(carrier: Carrier, parcels: dict[str, list[Piece]], partial: Path, progress: Progress) -> dict[str, str]:
    """Parcels that did not come, with the reason; once a carrier cannot deliver, it is not asked again (`""`)."""
    failures: dict[str, str] = {}
    closed = threading.Event()

    def one(parcel: str) -> None:
        if closed.is_set():
            failures[parcel] = ""
            return
        try:
            with carrier.open(parcel, partial / PARCELS) as stream:
                for piece in parcels[parcel]:
                    _write(partial / piece.path, piece, stream(piece), progress)
            progress.part()
        except WrongBytesError as error:
            failures[parcel] = str(error)
        except SetupError as error:
            failures[parcel] = str(error)
            closed.set()

    scratch = partial / PARCELS
    scratch.mkdir()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, parcels))
    shutil.rmtree(scratch)
    return failures


def _write(path: Path, piece: Piece, stream: Iterator[bytes], progress: Progress) -> None:
    digest, written = hashlib.sha256(), 0
    with path.open("r+b") as file:
        file.seek(piece.offset)
        for chunk in stream:
            kept = chunk[: piece.size - written]
            file.write(kept)
            digest.update(chunk)
            written += len(kept)
            progress.advance(len(kept))
            if len(kept) < len(chunk):
                break
    if digest.hexdigest() != piece.sha256:
        raise WrongBytesError(
            f"piece {piece.number} of {piece.path} has not the SHA-256 of the catalogue and is not kept"
        )


def _sync(weight: Weight, partial: Path) -> None:
    for file in weight.files:
        with (partial / file.path).open("rb") as written:
            os.fsync(written.fileno())


@contextmanager
def _alone(folder: Path, progress: Progress) -> Iterator[None]:
    """Two set-ups at once take turns; the second finds the work done."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say(f"another set-up is fetching {folder.name}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _disk_errors(weight: Weight, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise SetupError(
                f"the disk of {folder.parent} is full while fetching {weight.name}; make room "
                "(or set GROUNDWIRE_HOME to another disk) and run `make setup` again, it goes on where this one stopped"
            ) from error
        raise SetupError(
            f"{where} cannot be written ({error.strerror}); make it writable or set GROUNDWIRE_HOME to a folder that is"
        ) from error


def _mb(size: int) -> str:
    return f"{-(-size // 10**6):,}"
