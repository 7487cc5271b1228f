"""A source (a folder, a feed) and what it brought before, to what is to be done so that the collection mirrors it.

A source is made of pieces: files, or entries of a feed. Each has a mark that changes when it does, so that a piece
with the mark it had is not even read. What every piece brought is kept in a `Memory`: only that is ever removed.

A document that has no id but its file's name is known by that, unless another source brought one of that name: then
the source's name goes before it. So two folders with the same names in them never share an id, and what was brought
before keeps the id it has.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ingest.apart import Apart
from ingest.pages import Pages
from ingest.readers import files_in, id_of
from rag.errors import Rejected
from rag.identity import identity
from rag.types import Failure, NewDocument

Found = NewDocument | Failure
_LONGEST_ID = 512
_LATER = frozenset({"corrects", "retracts", "authors", "updated_at"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a source. `read` gives its documents; what it cannot read is a failure."""

    name: str
    mark: str
    read: Callable[[], Iterable[Found]]


@dataclass(slots=True)
class Brought:
    """What a piece brought: its mark, and its documents by id with a digest of all that is known of them.

    The mark is empty where the piece is to be read again whether or not it changes.
    """

    mark: str
    documents: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Memory:
    """What a source brought, by the names of its pieces; `gone` are ids that it brought once and has no more.

    `validators` are the headers with which a feed is asked whether it has changed.
    """

    pieces: dict[str, Brought] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    validators: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Memory:
        """What was saved there; nothing if it cannot be read, since then all is looked at again.

        Another release may read files differently, so its marks do not count.
        """
        try:
            saved = json.loads(path.read_text("utf-8"))
            pieces = {name: Brought(**brought) for name, brought in saved["pieces"].items()}
            if saved["release"] != version("groundwire"):
                pieces = {name: Brought("", brought.documents) for name, brought in pieces.items()}
            return cls(pieces, set(saved["gone"]), dict(saved.get("validators", {})))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def save(self, path: Path, source: str) -> None:
        """Whole or not at all. Raises `OSError`."""
        saved: dict[str, Any] = {"source": source, "release": version("groundwire"), "gone": sorted(self.gone)}
        saved["validators"] = self.validators
        pieces = {name: asdict(brought) for name, brought in self.pieces.items()}
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(saved | {"pieces": pieces}), "utf-8")
        temporary.replace(path)

    def ids(self) -> set[str]:
        return {document_id for brought in self.pieces.values() for document_id in brought.documents}

    def send_again(self, document_ids: Collection[str]) -> bool:
        """Forget all about these documents but that they were brought. Returns whether there were any."""
        mine = self.ids() & set(document_ids)
        self.read_again(mine)
        for brought in self.pieces.values():
            brought.documents.update(dict.fromkeys(mine & brought.documents.keys(), ""))
        return bool(mine)

    def read_again(self, document_ids: Collection[str]) -> None:
        """Forget the marks of the pieces that brought these documents."""
        for brought in self.pieces.values():
            if not brought.documents.keys().isdisjoint(document_ids):
                brought.mark = ""


class Mirror:
    """What is to be done. Filled by `changes`; complete once that has been read to its end.

    `before` is what the source brought up to now, `stored` the ids in the collection. `same` says whether the
    collection has a document just as it is; it is asked only for what is stored and not remembered. `label` is a name
    that no other source has, `others` are ids that other sources brought: they are neither taken nor removed.
    """

    def __init__(
        self,
        before: Memory,
        stored: Collection[str],
        same: Callable[[str, NewDocument], bool],
        label: str = "",
        others: Collection[str] = (),
    ) -> None:
        self._before = before
        self._label = label
        self._others = frozenset(others)
        self._stored = frozenset(stored)
        self._same = same
        self.after = Memory()
        self.added: list[str] = []
        self.updated: list[str] = []
        self.unchanged = 0
        self.failures: list[Failure] = []
        self.left: set[str] = set()
        """Ids that two sources took from each other, and that are now the other's alone: it is to send them again."""

    def changes(self, pieces: Iterable[Piece]) -> Iterator[NewDocument]:
        """The documents that are new or changed, as their pieces are read."""
        for piece in pieces:
            known = self._before.pieces.get(piece.name, Brought(""))
            contested = bool(self._label) and not self._others.isdisjoint(known.documents)
            unread = piece.mark and known.mark == piece.mark and known.documents.keys() <= self._stored
            if unread and not contested:
                self.after.pieces[piece.name] = known
                self.unchanged += len(known.documents)
            else:
                yield from self._read(piece, known)
        self.after.gone = (self._before.gone | self._before.ids()) - self.after.ids()

    def gone(self) -> list[str]:
        """What the source brought, has no more, and is still in the collection; in order."""
        return sorted((self.after.gone & self._stored) - self._others)

    def _read(self, piece: Piece, known: Brought) -> Iterator[NewDocument]:
        brought = self.after.pieces[piece.name] = Brought(piece.mark)
        for found in piece.read():
            try:
                if isinstance(found, Failure):
                    raise Rejected(found.code, found.detail)
                document_id, digest = identity(found), _digest(found)
                own = within(self._label, document_id)
                if document_id == id_of(piece.name) and (document_id in self._others or own in known.documents):
                    self.left |= {document_id} & known.documents.keys()
                    document_id, found = own, replace(found, id=own)
            except Rejected as error:
                self.failures.append(Failure(found.id or piece.name, error.code, str(error)))
                brought.mark = ""
                # what cannot be read today is not gone
                brought.documents = known.documents | brought.documents
                continue
            before = known.documents.get(document_id)
            brought.documents[document_id] = digest
            if document_id not in self._stored:
                self.added.append(document_id)
                yield found
            elif before == digest or (before is None and self._same(document_id, found)):
                self.unchanged += 1
            else:
                self.updated.append(document_id)
                yield found


def within(label: str, document_id: str) -> str:
    """An id that only this source has; shortened to a hash where it would be too long for one."""
    whole = f"{label}/{document_id}" if label else document_id
    return whole if len(whole) <= _LONGEST_ID else f"{label}/{hashlib.sha256(document_id.encode()).hexdigest()[:32]}"


def label_of(folder: Path) -> str:
    """The name of a folder and a hash of where it is: another one of the same name has another."""
    return f"{folder.name[:80]}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]}".lstrip("-")


def files_of(folder: Path, apart: Apart) -> Iterator[Piece]:
    """The articles in a folder and in those below it, in order; the mark of a file is its size and when it changed.

    What goes while this looks at it is not there; what cannot be looked at is a piece that cannot be read.
    """
    for path, name in files_in(folder):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        except OSError as error:
            detail = f"{path}: {error.strerror}"
            yield Piece(name, "", partial(list, [Failure(name, "unreadable", detail)]))
        else:
            yield Piece(name, f"{status.st_size}-{status.st_mtime_ns}", _reading(path, name, apart))


def entries_of(url: str, pages: Pages, before: Memory, stored: Collection[str]) -> tuple[list[Piece], dict[str, str]]:
    """The entries of a feed, in order, and what tells later whether it has changed. The mark of an entry is what the
    feed says of it. A feed that has not changed is not sent again, as long as all that it brought is still `stored`.
    Raises `Rejected`.
    """
    whole = before.ids() <= set(stored) and all(brought.mark for brought in before.pieces.values())
    found = pages.feed(url, before.validators if whole else {})
    if found is None:
        return [Piece(name, brought.mark, list) for name, brought in before.pieces.items()], before.validators
    return list(_pieces(found[0], pages)), dict(found[1])


def _pieces(entries: Iterable[Found], pages: Pages) -> Iterator[Piece]:
    for entry in entries:
        if isinstance(entry, Failure):
            yield Piece(entry.id, "", lambda failure=entry: [failure])  # type: ignore[misc]
        else:
            yield Piece(identity(entry), _digest(entry), lambda found=entry: [pages.whole(found)])  # type: ignore[misc]


def _reading(path: Path, name: str, apart: Apart) -> Callable[[], Iterator[Found]]:
    def reading() -> Iterator[Found]:
        try:
            yield from apart.read(path, name)
        except OSError as error:
            yield Failure(name, "unreadable", f"{path}: {error.strerror}")

    return reading


def _digest(document: NewDocument) -> str:
    # what was not known of documents when the first memories were kept counts only where there is any; where pages
    # start follows from the file
    fields: dict[str, Any] = {name: value for name, value in asdict(document).items() if value or name not in _LATER}
    del fields["pages"]
    return hashlib.sha256(json.dumps(fields, default=str, sort_keys=True).encode()).hexdigest()
