"""The one transaction that takes a batch of documents in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.identity import target_key
from rag.seams import Stamp, Vectors
from rag.store.clustering import join
from rag.store.database import Database
from rag.store.documents import dirty, discard_vectors
from rag.store.items import finish
from rag.store.leases import owned
from rag.store.records import Entry, Moment, Result, validity
from rag.store.tables import (
    ALWAYS,
    NEVER,
    bylines,
    documents,
    from_micros,
    fulltext,
    links,
    now_micros,
    pages,
    passages,
    sentences,
    to_micros,
    versions,
)
from rag.store.vectors import insert_vectors
from rag.types import Document


class Writing(Database):
    def take_in(
        self,
        owner: str,
        entries: Sequence[Entry],
        results: Mapping[int, Result],
        vectors: Mapping[str, Vectors],
        stamp: Stamp,
    ) -> set[int]:
        """Write the changes and end their items, all or nothing; from here on questions see them.

        `results` has one for every entry's item, and may have more (unchanged, failed). An item whose
        lease `owner` has lost, because it ran out or the document was deleted meanwhile, is left as it
        is and nothing is written for it. Returns the items that were written. `vectors` are by digest.
        """
        with self.write() as connection:
            mine = owned(connection, owner, results).keys() & results.keys()
            kept = [entry for entry in entries if entry.item in mine]
            used = {digest for entry in kept for digest in entry.embedded}
            insert_vectors(connection, {d: v for d, v in vectors.items() if d in used}, stamp)
            _write(connection, kept)
            for entry in kept:
                if entry.version.number > 1 or entry.document.published_at is not None:
                    _set_validity(connection, entry.document.id)
            discard_vectors(connection, vectors.keys() - used)
            finish(connection, {seq: results[seq] for seq in mine})
        return set(mine)


def _write(connection: Connection, entries: Sequence[Entry]) -> None:
    next_key = (connection.scalar(select(func.max(versions.c.key))) or 0) + 1
    next_number = (connection.scalar(select(func.max(passages.c.number))) or 0) + 1
    rows: dict[Any, list[dict[str, Any]]] = {
        versions: [],
        passages: [],
        sentences: [],
        fulltext: [],
        pages: [],
        links: [],
        bylines: [],
    }
    texts: list[tuple[int, Entry]] = []
    now = now_micros()
    for entry in entries:
        key = _key(connection, entry)
        if key is None:
            key, next_key = next_key, next_key + 1
            _point_to(connection, entry)
            rows[versions].append(_version_row(entry, key, now))
            texts.append((key, entry))
            if entry.version.pages:
                rows[pages].append({"version_key": key, "starts": json.dumps(entry.version.pages)})
            rows[links].extend(_links(entry.document, key))
            rows[bylines].extend(_byline(entry.document, key))
        elif not _replace(connection, entry, key):
            continue
        for passage, embedded in zip(entry.passages, entry.embedded, strict=True):
            place = {"number": next_number, "version_key": key, "start": passage.start, "end": passage.end}
            rows[passages].append({"id": passage.id, "embedded": embedded, **place})
            rows[fulltext].append({"rowid": next_number, "title": entry.document.title, "body": passage.text})
            next_number += 1
        rows[sentences].extend({"version_key": key, "start": s.start, "end": s.end} for s in entry.sentences)
    for table, values in rows.items():
        if values:
            connection.execute(insert(table), values)
    for key, entry in texts:
        join(connection, key, entry.document.id, entry.signature)


def _key(connection: Connection, entry: Entry) -> int | None:
    query = select(versions.c.key).where(versions.c.document_id == entry.document.id)
    return connection.scalar(query.where(versions.c.number == entry.version.number))


def _point_to(connection: Connection, entry: Entry) -> None:
    """Make the new version the current one of its document."""
    number = entry.version.number
    if number == 1:
        connection.execute(insert(documents), {"id": entry.document.id, "current": 1})
    else:
        connection.execute(update(documents).where(documents.c.id == entry.document.id).values(current=number))


def _replace(connection: Connection, entry: Entry, key: int) -> bool:
    """Give a version other metadata. Returns whether its passages, now removed, must be written anew."""
    connection.execute(update(versions).where(versions.c.key == key).values(**_metadata(entry.document)))
    connection.execute(delete(links).where(links.c.version_key == key))
    if named := _links(entry.document, key):
        connection.execute(insert(links), named)
    connection.execute(delete(bylines).where(bylines.c.version_key == key))
    if signed := _byline(entry.document, key):
        connection.execute(insert(bylines), signed)
    old = connection.execute(select(passages.c.id, passages.c.embedded).where(passages.c.version_key == key)).all()
    if {row.id for row in old} == {passage.id for passage in entry.passages}:
        return False
    connection.execute(delete(passages).where(passages.c.version_key == key))
    connection.execute(delete(sentences).where(sentences.c.version_key == key))
    dirty(connection, [row.id for row in old] + [passage.id for passage in entry.passages])
    discard_vectors(connection, {row.embedded for row in old} - set(entry.embedded))
    return True


def _links(document: Document, key: int) -> list[dict[str, Any]]:
    return [
        {"version_key": key, "relation": relation, "reference": name, "target": target_key(name, document.source)}
        for relation, named in (("corrects", document.corrects), ("retracts", document.retracts))
        for name in named
    ]


def _byline(document: Document, key: int) -> list[dict[str, Any]]:
    updated = document.updated_at
    if not document.authors and updated is None:
        return []
    at = None if updated is None else to_micros(updated)
    return [{"version_key": key, "authors": json.dumps(document.authors, ensure_ascii=False), "updated_at": at}]


def _metadata(document: Document) -> dict[str, Any]:
    published = document.published_at
    return {
        "title": document.title,
        "url": document.url,
        "source": document.source,
        "language": document.language,
        "published_at": None if published is None else to_micros(published),
    }


def _version_row(entry: Entry, key: int, now: int) -> dict[str, Any]:
    version = entry.version
    return {
        "key": key,
        "document_id": version.document_id,
        "number": version.number,
        "text": version.text,
        "characters": len(version.text),
        "digest": version.digest,
        "ingested_at": to_micros(version.ingested_at),
        "indexed_at": now,
        "valid_from": ALWAYS,
        "valid_to": NEVER,
        **_metadata(entry.document),
    }


def _set_validity(connection: Connection, document_id: str) -> None:
    """Say anew from when up to when each version counts, and tell the index what that changes."""
    # without the texts: one that changes every minute has a great many
    columns = (
        versions.c.key,
        versions.c.published_at,
        versions.c.ingested_at,
        versions.c.valid_from,
        versions.c.valid_to,
    )
    query = select(*columns).where(versions.c.document_id == document_id).order_by(versions.c.number)
    rows = connection.execute(query).all()
    moments = [
        Moment(None if row.published_at is None else from_micros(row.published_at), from_micros(row.ingested_at))
        for row in rows
    ]
    for row, (start, end) in zip(rows, validity(moments), strict=True):
        since, until = ALWAYS if start is None else to_micros(start), NEVER if end is None else to_micros(end)
        if (row.valid_from, row.valid_to) != (since, until):
            new = {"valid_from": since, "valid_to": until}
            connection.execute(update(versions).where(versions.c.key == row.key).values(**new))
            if row.valid_to != until:
                of_version = select(passages.c.id).where(passages.c.version_key == row.key)
                dirty(connection, list(connection.scalars(of_version)))
