"""Documents from jobs into the truth and its copy, such that it may stop anywhere and go on later.

In order: vectors are made; the index is given the rows; then one transaction writes documents,
versions, passages and sentences and ends the items. Only that makes them visible, so a document never
answers by halves and nothing is done twice: after a fault the same item makes the same ids again.
What the index then holds too much, or holds in the wrong place, is in the store's outbox until put right.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.ahead import EMBED_AT_ONCE, Ahead
from ingest.copies import sign
from ingest.prepare import Prepared, embedded_text, prepare
from rag.errors import DiskFull, InvalidInput, ReadOnly, Rejected, SetupError, Unavailable
from rag.logs import belonging_to
from rag.seams import Embedder, IndexCopy, IndexRow, Stamp, Vectors
from rag.store import Item, Result, Standing, Store

_SETTLE_AT_ONCE = 1_000
_SIGN_AT_ONCE = 16
_ODD = "this document could not be taken in; the log says more"

log = logging.getLogger(__name__)


class Stopped(Exception):
    """Work was broken off because `stopping` said so. Nothing is lost."""


@dataclass(slots=True)
class _Group:
    """Items that are taken in by one transaction, what becomes of them, and the texts to be embedded by digest."""

    began: float = field(default_factory=time.monotonic)
    items: list[Item] = field(default_factory=list)
    changes: list[Prepared] = field(default_factory=list)
    results: dict[int, Result] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    vectors: dict[str, Vectors] = field(default_factory=dict)

    def add(self, item: Item, decided: Prepared | Result) -> None:
        self.items.append(item)
        if isinstance(decided, Prepared):
            self.changes.append(decided)
            self.texts |= zip(decided.entry.embedded, decided.texts, strict=True)
        self.results[item.seq] = decided.result if isinstance(decided, Prepared) else decided


class Pipeline:
    """`stopping` is asked between pieces of work of a few seconds at most."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        index: IndexCopy,
        max_text_chars: int = 2_000_000,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._index = index
        self._max_text_chars = max_text_chars
        self._stopping = stopping
        self._compared: int | None = 0
        self._embedded_up_to = 0

    def take(self, owner: str, items: Sequence[Item]) -> Unavailable | None:
        """Take in items leased to `owner`, of as many documents. Each ends, or is put off to be tried again.

        A document that cannot be taken in fails alone. Returns what is away, if the fault was that of a part and of
        no document: until it is back there is no use in leasing more. Raises `Stopped`, `SetupError`, and `Unavailable`
        when the store could not even put them off.
        """
        seqs = [item.seq for item in items]
        try:
            self._take(owner, items)
        except Unavailable as error:
            no_room = isinstance(error, DiskFull | ReadOnly)  # waited for, however long it takes
            away = no_room or self._is_away(error.part)
            log.warning("put off %d documents: %s", len(items), error, extra={"code": error.code})
            self._store.postpone(owner, seqs, str(error), together=away, counted=not no_room)
            return error if away else None
        except (Stopped, SetupError):
            raise
        except Exception:
            log.exception("put off %d documents", len(items))
            self._store.postpone(owner, seqs, _ODD, "internal_error")
        return None

    def _take(self, owner: str, items: Sequence[Item]) -> None:
        """Group by group: while the texts of one are embedded, the one before is written and the next one is split."""
        standings = self._store.standings({item.document_id for item in items})
        with Ahead(self._embed) as ahead:
            before: _Group | None = None
            for group in self._groups(owner, items, standings):
                self._begin(group, ahead)
                if before is not None:
                    self._write(owner, before, ahead)
                before = group
            if before is not None:
                self._write(owner, before, ahead)
        self.settle()

    def _groups(self, owner: str, items: Sequence[Item], standings: Mapping[str, Standing]) -> Iterator[_Group]:
        """What becomes of the items, in order, as many together as have texts enough to embed at once."""
        group = _Group()
        for item in items:
            decided = self._decide(item, standings[item.document_id])
            if decided is None:
                self._store.postpone(owner, [item.seq], _ODD, "internal_error")
            else:
                group.add(item, decided)
            self._pause()
            if len(group.texts) >= EMBED_AT_ONCE:
                yield group
                group = _Group()
        if group.items:
            yield group

    def _begin(self, group: _Group, ahead: Ahead) -> None:
        """Have embedded what there is no vector of yet."""
        group.vectors = self._store.known_vectors(group.texts, self._embedder.stamp)
        ahead.ask({digest: text for digest, text in group.texts.items() if digest not in group.vectors})

    def _write(self, owner: str, group: _Group, ahead: Ahead) -> None:
        stamp = self._embedder.stamp
        for made in ahead.take(group.texts.keys() - group.vectors.keys()):
            group.vectors |= {digest: vector for digest, vector in made.items() if digest in group.texts}
            if group.texts.keys() - group.vectors.keys():
                self._store.keep_vectors(made, stamp)  # a long text interrupted goes on where it was
            self._pause()
        self._index.add([row for change in group.changes for row in _rows(change, group.vectors)])
        entries = [change.entry for change in group.changes]
        written = self._store.take_in(owner, entries, group.results, group.vectors, stamp)
        lost = [entry for entry in entries if entry.item not in written]
        self._store.doubt([passage.id for entry in lost for passage in entry.passages])
        _tell(group.items, group.results, time.monotonic() - group.began)

    def forget(self, document_id: str) -> None:
        """Remove a document from the store, and from the index if that can be reached: at once, else later.

        From here on it answers no question, and nothing submitted before brings it back. Raises `NotFound`.
        """
        passage_ids = self._store.forget(document_id)
        try:
            self._index.delete(passage_ids)
        except Unavailable as error:
            log.warning("the index drops a document later: %s", error)

    def settle(self) -> bool:
        """Make the index agree with the store where it may not. Returns whether it does now."""
        try:
            while doubted := self._store.outbox(_SETTLE_AT_ONCE):
                ids = set(doubted.values())
                kept = [row for page in self._store.index_rows(self._embedder.stamp, ids) for row in page]
                gone = ids - {row.passage_id for row in kept}
                self._index.put(kept)
                self._index.delete(sorted(gone))
                self._store.clear_outbox(doubted)
        except Unavailable as error:
            log.warning("the index is brought up to date later: %s", error)
            return False
        return True

    def repair(self) -> None:
        """Embed what has no vector of this stamp yet, and make the index hold exactly what the store says.

        Cheap when all is well: two counts, and a look at what was written since the last time. Raises `Unavailable`
        or `Stopped`.
        """
        stamp = self._embedder.stamp
        last = self._store.last_passage()
        while waiting := self._store.unembedded(stamp, EMBED_AT_ONCE, self._embedded_up_to):
            texts = {digest: embedded_text(title, text) for digest, title, text in waiting}
            made = self._embed(list(texts.values()))
            self._store.keep_vectors(dict(zip(texts, made, strict=True)), stamp)
            self._pause()
        self._embedded_up_to = last
        if self._index.count() == self._store.passage_count():
            return
        log.info("the index does not hold what the store says; repairing it")
        held = self._index.ids()
        self._index.delete(sorted(held - self._store.passage_ids()))
        for page in self._store.index_rows(stamp):
            self._index.put([row for row in page if row.passage_id not in held])
            self._pause()

    def compare(self) -> bool:
        """Look for near-copies of a few of the texts that were taken in before these were looked for.

        Whatever comes in is compared when it does. Returns whether there were any, and there may be more.
        """
        if self._compared is None:
            return False
        waiting = self._store.unsigned(self._compared, _SIGN_AT_ONCE)
        self._store.keep_signatures({key: sign(text) for key, text in waiting.items()})
        self._compared = max(waiting, default=None)
        return bool(waiting)

    def _is_away(self, part: str) -> bool:
        """Whether a part that failed fails at anything, rather than at what it was given."""
        try:
            if part == "index":
                self._index.count()
            elif part == "embedder":
                self._embedder.embed_query("Are you there?")
            else:
                self._store.work_waits()
        except Unavailable:
            return True
        return False

    def _decide(self, item: Item, standing: Standing) -> Prepared | Result | None:
        """What becomes of an item, None when that cannot be said: then it is tried again by itself."""
        try:
            return prepare(item, standing, datetime.now(UTC), self._max_text_chars)
        except Rejected as error:
            return Result("failed", error.code, str(error))
        except InvalidInput as error:
            return Result("failed", "invalid_record", str(error))
        except Exception:
            # one document, whatever is in it, must not stand in the way of the others
            log.exception("a document could not be prepared: %s", item.document_id)
            return None

    def _embed(self, texts: Sequence[str]) -> Vectors:
        self._pause()
        return self._embedder.embed_documents(texts)

    def _pause(self) -> None:
        if self._stopping():
            raise Stopped


def reindex(store: Store, index: IndexCopy, stamp: Stamp, progress: Callable[[int], None] = lambda _: None) -> int:
    """Build the index anew from the store's vectors, without the embedder. Returns how many rows it holds.

    `progress` is told how many are done so far. Raises `Unavailable`.
    """
    done = 0
    index.drop()
    for page in store.index_rows(stamp):
        index.add(page)
        done += len(page)
        progress(done)
    return done


def _tell(items: Sequence[Item], results: Mapping[int, Result], seconds: float) -> None:
    """A line for each job that these items are of, which belongs to the request that submitted it."""
    for job in dict.fromkeys((item.job_id, item.request_id) for item in items):
        ended = [results[item.seq] for item in items if (item.job_id, item.request_id) == job]
        counts = Counter[str](result.outcome for result in ended)
        codes = sorted({result.code for result in ended if result.code})
        told: dict[str, object] = {"job_id": job[0], "ms": round(seconds * 1000)}
        told.update(counts)
        if codes:
            told["codes"] = codes
        with belonging_to(job[1]):
            log.info("documents were taken in", extra=told)


def _rows(change: Prepared, vectors: Mapping[str, Vectors]) -> list[IndexRow]:
    document, version = change.entry.document, change.entry.version
    return [
        IndexRow(
            passage.id,
            vectors[embedded],
            document.id,
            version.number,
            document.source,
            document.published_at,
            change.valid_from,
            None,
        )
        for passage, embedded in zip(change.entry.passages, change.entry.embedded, strict=True)
    ]
