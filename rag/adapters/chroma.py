"""Chroma, over HTTP, as an index: a copy of what the store says, which may be lost at any time."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from rag.errors import IndexUnavailable, SetupError
from rag.seams import IndexRow, Match, Stamp, Vectors
from rag.settings import LOOPBACK
from rag.store.tables import ALWAYS, NEVER, to_micros
from rag.types import Question

_BATCH = 1_000
_PAGE = 5_000
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9._-]+")

T = TypeVar("T")


class ChromaIndex:
    """Two collections of a Chroma server, named after the stamp and a key, made when they are missing.

    Conditions cost Chroma time in proportion to the whole collection (280 ms with 20,000 passages, against
    9 ms without). So what may be used at present is in the one, which most questions search without
    conditions, and what is superseded or not yet published in the other, which stays small.

    Safe for several threads, which share pooled connections. Everything is idempotent, and so is tried once
    more when a connection breaks or a collection is not the one it was: the server may have been restarted,
    or its folder deleted. What still fails raises `IndexUnavailable`.
    """

    def __init__(self, url: str, stamp: Stamp, timeout: float = 20.0, key: str = "") -> None:
        """Connects when first used. Raises `SetupError` when `url` is not one."""
        self._server = _Server(url, timeout)
        self._stamp = stamp
        self._key = key
        name = f"groundwire-{f'{key}-' if key else ''}{_NOT_IN_NAMES.sub('-', stamp.key)}"
        self._present, self._aside = name, f"{name}-aside"

    def beside(self, key: str) -> ChromaIndex:
        """The index under a key of its own, over the same connections. `close` either, and both are closed."""
        other = ChromaIndex(self._server.url, self._stamp, key=key)
        other._server = self._server
        return other

    def search(self, vector: Vectors, question: Question, limit: int) -> list[Match]:
        """At most `limit` matches by cosine, best first, equal ones in the order of ids."""
        where = _where(question)
        found = self._query(self._present, vector, limit, where if question.narrowed else None)
        found += self._query(self._aside, vector, limit, where)
        once = {match.passage_id: match for match in found}  # a row on its way aside may be in both
        return sorted(once.values(), key=lambda match: (-match.score, match.passage_id))[:limit]

    def add(self, rows: Sequence[IndexRow]) -> None:
        """Hold these rows; one whose id is known is left as it is."""
        self._write("add", rows)

    def put(self, rows: Sequence[IndexRow]) -> None:
        """Hold these rows in place of those with the same ids."""
        self._write("upsert", rows)
        now = datetime.now(UTC)
        self._remove(self._present, [row.passage_id for row in rows if not _is_present(row, now)])
        self._remove(self._aside, [row.passage_id for row in rows if _is_present(row, now)])

    def delete(self, ids: Sequence[str]) -> None:
        """Hold these no longer; unknown ids are ignored."""
        self._remove(self._present, ids)
        self._remove(self._aside, ids)

    def count(self) -> int:
        return sum(int(self._do(name, "count")) for name in (self._present, self._aside))

    def ids(self) -> set[str]:
        found: set[str] = set()
        for name in (self._present, self._aside):
            offset = 0
            while page := self._do(name, "get", limit=_PAGE, offset=offset, include=[])["ids"]:
                found.update(page)
                offset += len(page)
        return found

    def drop(self) -> None:
        """Remove the collections with everything in them. The next use makes them anew."""
        for name in (self._present, self._aside):
            self._do(name, "count")  # makes it if it is missing: then there is one to delete
        self._server.delete({self._present, self._aside})

    def erase(self) -> None:
        """Remove all that is under the key, of whatever stamp; without a key there is nothing under it."""
        under = f"groundwire-{self._key}-"
        self._server.delete({name for name in self._server.names() if name.startswith(under)})

    def close(self) -> None:
        """Let go of the connections; the next use makes new ones."""
        self._server.close()

    def _query(self, name: str, vector: Vectors, limit: int, where: dict[str, Any] | None) -> list[Match]:
        found = self._do(name, "query", query_embeddings=[vector], n_results=limit, where=where, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [Match(passage_id, round(1.0 - distance, 6)) for passage_id, distance in pairs]

    def _write(self, method: str, rows: Sequence[IndexRow]) -> None:
        now = datetime.now(UTC)
        for name, present in ((self._present, True), (self._aside, False)):
            for batch in _batches([row for row in rows if _is_present(row, now) is present], _BATCH):
                self._do(name, method, **_arguments(batch))

    def _remove(self, name: str, ids: Sequence[str]) -> None:
        for batch in _batches(ids, _PAGE):
            self._do(name, "delete", ids=list(batch))

    def _do(self, name: str, method: str, **arguments: Any) -> Any:
        """Call a method of a collection, a second time if the first shows that the server was restarted."""
        metadata = {"embedder": self._stamp.name, "digest": self._stamp.digest}
        with _translated(self._server.url):
            from chromadb.errors import NotFoundError
            from httpx import TransportError

            try:
                return getattr(self._server.opened(name, metadata), method)(**arguments)
            except (NotFoundError, TransportError):
                self._server.forget(name)
                return getattr(self._server.opened(name, metadata), method)(**arguments)


class _Server:
    """The connections to a Chroma server, and the collections that were opened over them."""

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SetupError(f"GROUNDWIRE_CHROMA_URL: {url!r} is not the URL of a Chroma server")
        self.url = url
        self._host = parts.hostname
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._ssl = parts.scheme == "https"
        self._timeout = timeout
        self._lock = threading.Lock()
        self._client: Any = None
        self._collections: dict[str, Any] = {}

    def opened(self, name: str, metadata: dict[str, str]) -> Any:
        """The collection of this name, made if it is missing."""
        found = self._collections.get(name)
        if found is None:
            found = self._collections[name] = self._connected().get_or_create_collection(
                name,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200}},
                metadata=metadata,
            )
        return found

    def names(self) -> set[str]:
        """The names of all collections there are."""
        found: set[str] = set()
        with _translated(self.url):
            client = self._connected()
            while page := client.list_collections(limit=_PAGE, offset=len(found)):
                found.update(collection.name for collection in page)
        return found

    def delete(self, names: Collection[str]) -> None:
        """Remove collections that there are."""
        with _translated(self.url):
            for name in names:
                self.forget(name)
                self._connected().delete_collection(name)

    def forget(self, name: str) -> None:
        """Look for a collection anew when it is used next."""
        self._collections.pop(name, None)

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        self._collections.clear()
        if client is not None:
            client._server._session.close()  # close() alone leaves its sockets to the garbage collector
            client.close()

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        if self._host in LOOPBACK:
            _spare_from_proxies(self._host)
        settings = Settings(anonymized_telemetry=False)
        client: Any = chromadb.HttpClient(host=self._host, port=self._port, ssl=self._ssl, settings=settings)
        # Neither has a public way in chromadb 1.5: it waits for ever unless told otherwise, and a second set
        # of connections, with which it looked for its tenant, stays open.
        client._server._session.timeout = self._timeout
        client._admin_client._server._session.close()
        return client


def _is_present(row: IndexRow, now: datetime) -> bool:
    return row.valid_to is None and (row.valid_from is None or row.valid_from <= now)


def _where(question: Question) -> dict[str, Any]:
    """The question's time and filters as Chroma's conditions."""
    at, filters = to_micros(question.as_of), question.filters
    rules: list[dict[str, Any]] = [{"since": {"$lte": at}}, {"until": {"$gt": at}}]
    if filters.published_after:
        rules.append(_dated("$gte", filters.published_after))
    if filters.published_before:
        rules.append(_dated("$lte", filters.published_before))
    if filters.sources:
        rules.append({"source": {"$in": list(filters.sources)}})
    if filters.document_ids:
        rules.append({"document_id": {"$in": list(filters.document_ids)}})
    return {"$and": rules}


def _dated(operator: str, time: datetime) -> dict[str, Any]:
    return {"$or": [{"dated": False}, {"published": {operator: to_micros(time)}}]}


def _arguments(rows: Sequence[IndexRow]) -> dict[str, Any]:
    return {
        "ids": [row.passage_id for row in rows],
        "embeddings": [row.vector for row in rows],
        "metadatas": [_metadata(row) for row in rows],
    }


def _metadata(row: IndexRow) -> dict[str, Any]:
    return {
        "document_id": row.document_id,
        "version": row.version,
        "source": row.source,
        "dated": row.published_at is not None,
        "published": 0 if row.published_at is None else to_micros(row.published_at),
        "since": ALWAYS if row.valid_from is None else to_micros(row.valid_from),
        "until": NEVER if row.valid_to is None else to_micros(row.valid_to),
    }


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _spare_from_proxies(host: str) -> None:
    """Keep a proxy in the environment from being asked for what runs on this machine."""
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [known for known in os.environ.get(name, "").split(",") if known]
        if host not in hosts:
            os.environ[name] = ",".join([*hosts, host])


@contextmanager
def _translated(url: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # chromadb raises a bare Exception for whatever its server says
        raise IndexUnavailable("index", f"Chroma at {url} cannot be used right now: {_short(error)}") from error


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
