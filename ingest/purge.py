"""What deletions leave in the store's files is written over, in small steps while nothing else waits."""

from __future__ import annotations

import time

from rag.store import Store

_REST, _SHARE = 1.0, 20.0
"""Seconds between two looks, and how many times as long as a purge took at least: it may write all of a large index."""


class Purge:
    """Of one store. What was deleted before it was made is purged once more, which costs little if it was before."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._done = 0
        self._going: int | None = None
        self._spent = 0.0
        self._due = 0.0

    def step(self) -> bool:
        """Do a little of it. Returns whether there is more. Raises `Unavailable`."""
        began = time.monotonic()
        if began < self._due:
            return False
        if begin := self._going is None:
            deletions = self._store.deletions()
            if deletions == self._done:
                self._due = began + _REST
                return False
            self._going, self._spent = deletions, 0.0
        more = self._store.purge_words(begin=begin)
        if not more and self._store.empty_log() and self._going is not None:
            self._done = self._going
        self._spent += time.monotonic() - began
        if not more:
            self._going = None
            self._due = time.monotonic() + max(_REST, _SHARE * self._spent)
        return more
