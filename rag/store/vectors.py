"""Vectors by what was embedded: the same text under the same stamp is never embedded twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from rag.seams import Stamp, Vectors
from rag.store.database import Database
from rag.store.items import among
from rag.store.tables import passages
from rag.store.tables import vectors as table


class VectorRows(Database):
    def vectors(self, ids: Collection[str], stamp: Stamp) -> dict[str, Vectors]:
        """The vectors of passages, each of shape (dimension,); passages without one are left out."""
        query = select(passages.c.id, table.c.vector).join(table, table.c.embedded == passages.c.embedded)
        query = query.where(table.c.stamp == stamp.key, among(passages.c.id, ids))
        with self.read() as connection:
            return {row.id: np.frombuffer(row.vector, dtype=np.float32) for row in connection.execute(query)}

    def known_vectors(self, embedded: Collection[str], stamp: Stamp) -> dict[str, Vectors]:
        """The vectors there are for these digests of embedded text."""
        query = select(table.c.embedded, table.c.vector)
        query = query.where(table.c.stamp == stamp.key, among(table.c.embedded, embedded))
        with self.read() as connection:
            return {row.embedded: np.frombuffer(row.vector, dtype=np.float32) for row in connection.execute(query)}

    def keep_vectors(self, found: Mapping[str, Vectors], stamp: Stamp) -> None:
        """Keep vectors by the digest of what was embedded, before anything refers to them."""
        with self.write() as connection:
            insert_vectors(connection, found, stamp)


def insert_vectors(connection: Connection, found: Mapping[str, Vectors], stamp: Stamp) -> None:
    rows = [
        {"stamp": stamp.key, "embedded": digest, "vector": vector.astype(np.float32).tobytes()}
        for digest, vector in found.items()
    ]
    if rows:
        connection.execute(insert(table).on_conflict_do_nothing(), rows)
