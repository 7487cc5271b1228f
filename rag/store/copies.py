"""Near-copies as questions see them, and the signatures of what was taken in before there were any."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import exists, func, select

from rag.copies import Signature
from rag.store.clustering import join
from rag.store.database import Database
from rag.store.documents import DETAILS, as_document
from rag.store.items import among
from rag.store.passages import JOINED, visible
from rag.store.tables import passages, signatures, versions
from rag.types import Document, Question

MOST_COPIES = 50


class Copies(Database):
    def copies(self, passage_ids: Collection[str], question: Question) -> dict[str, tuple[Document, ...]]:
        """By the id of each document that these passages are from: its cluster, as far as the question may see it.

        Each is in the order of ids and has the document itself unless the question may not see it, and at most
        `MOST_COPIES` others, the first by id. A document that was not compared yet, or is like no other, is left out.
        """
        other = signatures.alias()
        has_others = exists().where(
            other.c.cluster == signatures.c.cluster, other.c.version_key != signatures.c.version_key
        )
        own = (
            select(versions.c.document_id, signatures.c.cluster)
            .distinct()
            .select_from(JOINED.join(signatures, signatures.c.version_key == versions.c.key))
        )
        own = own.where(among(passages.c.id, passage_ids), has_others)
        place = func.row_number().over(partition_by=signatures.c.cluster, order_by=versions.c.document_id)
        members = select(*DETAILS, signatures.c.cluster, place.label("place"))
        members = members.join(signatures, signatures.c.version_key == versions.c.key)
        with self.read() as connection:
            clusters = {row.document_id: row.cluster for row in connection.execute(own)}
            if not clusters:
                return {}
            within = members.where(among(signatures.c.cluster, set(clusters.values())), visible(question)).subquery()
            listed = select(within).where(within.c.place <= MOST_COPIES + 1).order_by(within.c.place)
            found: dict[int, list[Document]] = {}
            for row in connection.execute(listed):
                found.setdefault(row.cluster, []).append(as_document(row))
        return {document_id: tuple(found.get(cluster, ())) for document_id, cluster in clusters.items()}

    def unsigned(self, after: int, limit: int) -> dict[int, str]:
        """Texts of the next `limit` versions that have no signature, by the versions' keys, all above `after`."""
        query = select(versions.c.key, versions.c.text)
        query = query.outerjoin(signatures, signatures.c.version_key == versions.c.key).order_by(versions.c.key)
        query = query.where(versions.c.key > after, signatures.c.version_key.is_(None))
        with self.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
        return {row.key: row.text for row in rows}

    def keep_signatures(self, made: Mapping[int, Signature]) -> None:
        """Give versions signatures they lack, and put them among their copies; those gone meanwhile are left out."""
        lacking = select(versions.c.key, versions.c.document_id)
        lacking = lacking.outerjoin(signatures, signatures.c.version_key == versions.c.key)
        lacking = lacking.where(signatures.c.version_key.is_(None), among(versions.c.key, made.keys()))
        with self.write() as connection:
            for row in connection.execute(lacking.order_by(versions.c.key)).all():
                join(connection, row.key, row.document_id, made[row.key])
