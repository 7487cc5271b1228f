"""Documents from jobs into the truth and its copy, such that it may stop anywhere and go on later.

In order: vectors are made and kept; the index is given the rows; then one transaction writes documents,
versions, passages and sentences and ends the items. Only that makes them visible, so a document never
answers by halves and nothing is done twice: after a fault the same item makes the same ids again.
What the index then holds too much, or holds in the wrong place, is in the store's outbox until put right.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from ingest.copies import sign
from ingest.prepare import Prepared, embedded_text, prepare
from rag.errors import DiskFull, InvalidInput, ReadOnly, Rejected, SetupError, Unavailable
from rag.logs import belonging_to
from rag.seams import Embedder, IndexCopy, IndexRow, Stamp, Vectors
from rag.store import Item, Result, Standing, Store

_EMBED_AT_ONCE = 32
_SETTLE_AT_ONCE = 1_000
_SIGN_AT_ONCE = 16
_ODD = "this document could not be taken in; the log says more"

log = logging.getLogger(__name__)


class Stopped(Exception):
    """Work was broken off because `stopping` said so. Nothing is lost."""


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
        began = time.monotonic()
        standings = self._store.standings({item.document_id for item in items})
        changes: list[Prepared] = []
        results: dict[int, Result] = {}
        odd: list[int] = []
        for item in items:
            decided = self._decide(item, standings[item.document_id])
            if decided is None:
                odd.append(item.seq)
            elif isinstance(decided, Prepared):
                changes.append(decided)
                results[item.seq] = decided.result
            else:
                results[item.seq] = decided
            self._pause()
        if odd:
            self._store.postpone(owner, odd, _ODD, "internal_error")
        texts = {
            digest: text for change in changes for digest, text in zip(change.entry.embedded, change.texts, strict=True)
        }
        vectors = self._vectors(texts)
        self._index.add([row for change in changes for row in _rows(change, vectors)])
        entries = [change.entry for change in changes]
        written = self._store.take_in(owner, entries, results, vectors, self._embedder.stamp)
        lost = [entry for entry in entries if entry.item not in written]
        self._store.doubt([passage.id for entry in lost for passage in entry.passages])
        self.settle()
        _tell(items, results, time.monotonic() - began)

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
        while waiting := self._store.unembedded(stamp, _EMBED_AT_ONCE, self._embedded_up_to):
            texts = {digest: embedded_text(title, text) for digest, title, text in waiting}
            self._store.keep_vectors(self._embed(texts), stamp)
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

    def _vectors(self, texts: Mapping[str, str]) -> dict[str, Vectors]:
        """The vectors of texts, by digest, from the store or made now."""
        stamp = self._embedder.stamp
        found = self._store.known_vectors(texts, stamp)
        missing = [digest for digest in texts if digest not in found]
        for start in range(0, len(missing), _EMBED_AT_ONCE):
            made = self._embed({digest: texts[digest] for digest in missing[start : start + _EMBED_AT_ONCE]})
            found.update(made)
            if len(missing) > _EMBED_AT_ONCE:
                self._store.keep_vectors(made, stamp)  # a long text interrupted goes on where it was
            self._pause()
        return found

    def _embed(self, texts: Mapping[str, str]) -> dict[str, Vectors]:
        return dict(zip(texts, self._embedder.embed_documents(list(texts.values())), strict=True))

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
