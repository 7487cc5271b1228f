"""Which versions hang together as near-copies, kept right as each comes and goes, inside somebody's transaction.

What a version costs does not grow with the collection: its bands are looked up by key, and however many have
the same one, only the first few are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from sqlalchemy import Column, Connection, Integer, column, delete, insert, select, text, update

from rag.copies import Signature, clusters, near
from rag.copies import bands as bands_of
from rag.store.items import among
from rag.store.tables import Row, bands, signatures, versions

_LOOKED_AT = 50
_COMPARED = 200
# The versions that share most bands first. A boilerplate text can put thousands under one key, of which the oldest
# stand for the rest: the copies among them hang together already.
_CANDIDATES = (
    text(
        "SELECT b.version_key, count(*) AS shared FROM json_each(:keys) AS k CROSS JOIN bands AS b "
        "WHERE b.band = k.value AND b.version_key IN "
        "(SELECT version_key FROM bands WHERE band = k.value ORDER BY version_key LIMIT :looked_at) "
        "GROUP BY b.version_key ORDER BY shared DESC, b.version_key LIMIT :compared"
    )
    .bindparams(looked_at=_LOOKED_AT, compared=_COMPARED)
    .columns(column("version_key", Integer), column("shared", Integer))
)
_SIGNED = (signatures.c.version_key, signatures.c.cluster, signatures.c.shingles, signatures.c.minhash)


def join(connection: Connection, key: int, document_id: str, signature: Signature) -> None:
    """Give a version its signature and put it among its near-copies, other documents' versions.

    If they were in several clusters, these become one.
    """
    keys = bands_of(signature)
    found = connection.scalars(_CANDIDATES, {"keys": json.dumps(keys)}).all() if keys else []
    rows = [row for row in _signed(connection, signatures.c.version_key, found) if row.document_id != document_id]
    copied = near(signature, [_signature(row) for row in rows])
    joined = {row.cluster for row, is_copy in zip(rows, copied, strict=True) if is_copy}
    cluster = min(joined, default=key)
    if cluster > key:  # an old version that is signed late
        joined.add(cluster := key)
    _relabel(connection, signatures.c.cluster, joined - {cluster}, cluster)
    row = {"version_key": key, "cluster": cluster, "shingles": signature.shingles, "minhash": signature.values}
    connection.execute(insert(signatures), row)
    if keys:
        connection.execute(insert(bands), [{"band": band, "version_key": key} for band in set(keys)])


def leave(connection: Connection, document_id: str) -> None:
    """Take all versions of a document from their clusters. What only they held together falls apart."""
    own = select(versions.c.key).where(versions.c.document_id == document_id)
    gone = _signed(connection, signatures.c.version_key, connection.scalars(own).all())
    for row in gone:
        within = among(bands.c.band, bands_of(_signature(row)))
        connection.execute(delete(bands).where(within, bands.c.version_key == row.version_key))
    connection.execute(delete(signatures).where(among(signatures.c.version_key, [row.version_key for row in gone])))
    for cluster in sorted({row.cluster for row in gone}):
        rest = _signed(connection, signatures.c.cluster, [cluster])
        for places in clusters([(row.document_id, _signature(row)) for row in rest]):
            keys = [rest[place].version_key for place in places]
            if keys[0] != cluster:
                _relabel(connection, signatures.c.version_key, keys, keys[0])


def _signed(connection: Connection, where: Column[int], values: Collection[int]) -> list[Row]:
    """Signatures with their clusters and documents, in the order of the versions' keys."""
    if not values:  # as for most documents, which are nobody's copy
        return []
    query = select(*_SIGNED, versions.c.document_id).join(versions, versions.c.key == signatures.c.version_key)
    return list(connection.execute(query.where(among(where, values)).order_by(signatures.c.version_key)))


def _relabel(connection: Connection, where: Column[int], values: Iterable[int], cluster: int) -> None:
    if values := list(values):
        connection.execute(update(signatures).where(among(where, values)).values(cluster=cluster))


def _signature(row: Row) -> Signature:
    return Signature(row.shingles, row.minhash)
