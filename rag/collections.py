"""Collections: documents and questions kept apart by name.

Each collection is a store and an index of its own, under a key that is never given twice; all share the models and
nothing else. So there is nothing to leave out of what one of them finds, counts or says, and none can see another.
The default one has the register of the others.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from rag.errors import DataDamaged, DataUnusable, InvalidInput, StoreDamaged, Unavailable, UnknownCollection
from rag.store import Store
from rag.types import COLLECTION_NAME, DEFAULT_COLLECTION

MOST = 100
MOST_OPEN = 32

log = logging.getLogger(__name__)


class Around(Protocol):
    """What is built around a store: an engine."""

    @property
    def store(self) -> Store: ...


E = TypeVar("E", bound=Around)


class Collections(Generic[E]):
    """Engines by the names of their collections. Safe for several threads, and beside other processes: names are
    looked up each time, so what another process made or deleted is here, or is not, from then on.
    """

    def __init__(self, default: E, build: Callable[[str], E], remove: Callable[[str], None]) -> None:
        """`build` makes the engine of a key, `remove` removes what is stored under one."""
        self.default = default
        self._build = build
        self._remove = remove
        self._open: OrderedDict[str, E] = OrderedDict()
        self._gone: list[E] = []
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """The default one, then the others in order."""
        return [DEFAULT_COLLECTION, *sorted(filter(None, self.default.store.registered().values()))]

    def engine(self, name: str) -> E:
        """Raises `UnknownCollection`, and `Unavailable` where its store cannot be opened."""
        if name == DEFAULT_COLLECTION:
            return self.default
        key = self.default.store.key_of(name)
        if key is None:
            raise UnknownCollection(name)
        return self._engine(key, name)

    def create(self, name: str) -> E:
        """The engine of a collection that is made if it is missing.

        Raises `InvalidInput` for a name that none can have, and when there are too many.
        """
        if name == DEFAULT_COLLECTION:
            return self.default
        if not re.fullmatch(COLLECTION_NAME, name):
            raise InvalidInput(f"the name of a collection is {COLLECTION_NAME}", "collection")
        return self._engine(self.default.store.register(name, MOST), name)

    def delete(self, name: str) -> None:
        """Remove a collection with all that is in it and on its way to it; from here on nothing of it answers.

        An index that is away is cleared later, by `tidy`. Raises `UnknownCollection`, and `InvalidInput` for the
        default one.
        """
        if name == DEFAULT_COLLECTION:
            raise InvalidInput(f"the collection {name!r} is always there; delete its documents instead", "collection")
        try:
            engine: E | None = self.engine(name)
        except Unavailable:  # what cannot be opened can be removed all the same
            engine = None
        key = self.default.store.retire(name)
        if key is None:
            raise UnknownCollection(name)
        try:
            if engine is not None:
                engine.store.withdraw()  # whoever has the file open goes on reading it after it is removed
            self._drop(key)
        except Unavailable as error:
            log.warning("what is left of a deleted collection is removed later: %s", error)

    def tidy(self) -> dict[str, str]:
        """Remove what is left of deleted collections, and what somebody at work on them wrote meanwhile.

        Returns the names of all but the default one, by key. Raises `Unavailable`.
        """
        registered = self.default.store.registered()
        for key, name in registered.items():
            if name is None:
                self._drop(key)
                self.default.store.strike(key)
        return {key: name for key, name in registered.items() if name is not None}

    def close(self) -> None:
        """Let go of the files of all but the default one."""
        with self._lock:
            opened = [*self._open.values(), *self._gone]
            self._open.clear()
            self._gone.clear()
        for engine in opened:
            engine.store.close()

    def _engine(self, key: str, name: str) -> E:
        """The engine of a key. Of many, those used last stay open; one that is closed in use opens its file again."""
        with self._lock:
            if key in self._open:
                self._open.move_to_end(key)
                return self._open[key]
        try:
            engine = self._build(key)
        except DataDamaged as error:  # one of many is no reason for the service not to run
            raise StoreDamaged("store", str(error)) from error
        except DataUnusable as error:
            raise Unavailable("store", str(error)) from error
        if self.default.store.key_of(name) != key:  # deleted since: there is a file again
            engine.store.close()
            self._drop(key)
            raise UnknownCollection(name)
        with self._lock:
            first = self._open.setdefault(key, engine)
            surplus = [engine] if first is not engine else []
            if len(self._open) > MOST_OPEN:
                surplus.append(self._open.popitem(last=False)[1])
        for each in surplus:
            each.store.close()
        return first

    def _drop(self, key: str) -> None:
        with self._lock:
            if key in self._open:  # kept open a while: a question that is being answered from it finds it empty
                self._gone.append(self._open.pop(key))
            past = self._gone[:-MOST_OPEN]
            del self._gone[:-MOST_OPEN]
        for engine in past:
            engine.store.close()
        self._remove(key)
