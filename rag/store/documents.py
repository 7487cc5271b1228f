"""Documents and their versions: reading them, listing them, forgetting them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Label, Select, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from rag.errors import InvalidInput, NotFound
from rag.store.clustering import leave
from rag.store.database import Database
from rag.store.items import HAS_WAITING, WAITING, among, close, unfinished
from rag.store.records import Counts, Moment, Standing, StoredDocument
from rag.store.tables import (
    Row,
    answer_documents,
    answers,
    bylines,
    documents,
    forgotten,
    from_micros,
    job_items,
    jobs,
    links,
    outbox,
    pages,
    passages,
    vectors,
    versions,
)
from rag.types import Document, Version


def _references(relation: str) -> Label[str]:
    found = select(func.json_group_array(links.c.reference))
    found = found.where(links.c.version_key == versions.c.key, links.c.relation == relation)
    return found.correlate(versions).scalar_subquery().label(relation)


def _byline(column: Column[Any]) -> Label[Any]:
    found = select(column).where(bylines.c.version_key == versions.c.key)
    return found.correlate(versions).scalar_subquery().label(column.name)


DETAILS = (
    versions.c.document_id,
    versions.c.title,
    versions.c.url,
    versions.c.source,
    versions.c.published_at,
    versions.c.language,
    _references("corrects"),
    _references("retracts"),
    _byline(bylines.c.authors),
    _byline(bylines.c.updated_at),
)
_CURRENT = (versions.c.document_id == documents.c.id) & (versions.c.number == documents.c.current)


class Documents(Database):
    def document(self, document_id: str, version: int | None = None) -> tuple[Document, Version]:
        """A document with the text of one version, the current one unless another is named.

        Raises `NotFound`.
        """
        query = select(*DETAILS, versions.c.number, versions.c.text, versions.c.digest, versions.c.ingested_at)
        query = query.add_columns(pages.c.starts).select_from(
            documents.join(versions, versions.c.document_id == documents.c.id).outerjoin(
                pages, pages.c.version_key == versions.c.key
            )
        )
        wanted = versions.c.number == (documents.c.current if version is None else version)
        with self.read() as connection:
            row = connection.execute(query.where(documents.c.id == document_id, wanted)).one_or_none()
        if row is None:
            raise NotFound(
                f"there is no document {document_id!r}" + (f" with a version {version}" if version is not None else ""),
                "id" if version is None else "version",
            )
        ingested, starts = from_micros(row.ingested_at), tuple(json.loads(row.starts or "[]"))
        return as_document(row), Version(row.document_id, row.number, row.text, row.digest, ingested, starts)

    def documents(
        self, cursor: str | None = None, limit: int = 50, search: str = ""
    ) -> tuple[list[StoredDocument], str | None]:
        """At most `limit` documents in the order of their ids, and where to go on, None at the end.

        With `search` only those whose title and source have all of its words, in whatever case.
        Raises `InvalidInput` for a cursor that this method can never have given out.
        """
        if limit < 1:
            raise InvalidInput("limit is at least 1", "limit")
        query = select(*DETAILS, versions.c.number, versions.c.characters, versions.c.ingested_at)
        query = query.select_from(documents.join(versions, _CURRENT)).order_by(documents.c.id).limit(limit + 1)
        if cursor:
            query = query.where(documents.c.id > _decoded(cursor))
        for word in search.casefold().split():
            shown = func.casefold(versions.c.title + "\n" + versions.c.source)
            query = query.where(func.instr(shown, word) > 0)
        with self.read() as connection:
            rows = connection.execute(query).all()
        page = [
            StoredDocument(as_document(row), row.number, row.characters, from_micros(row.ingested_at))
            for row in rows[:limit]
        ]
        return page, _encoded(page[-1].document.id) if len(rows) > limit else None

    def sources(self) -> dict[str, int]:
        """How many documents each source has, by its name and in the order of names; `""` where it is unknown."""
        query = select(versions.c.source, func.count()).select_from(documents.join(versions, _CURRENT))
        with self.read() as connection:
            rows = connection.execute(query.group_by(versions.c.source).order_by(versions.c.source))
            return {row[0]: row[1] for row in rows}

    def standings(self, document_ids: Collection[str]) -> dict[str, Standing]:
        """What is known of each of these documents; every id given has one."""
        by_hash = {hash_of(document_id): document_id for document_id in document_ids}
        past = select(forgotten.c.document_hash, forgotten.c.times)
        past = past.where(among(forgotten.c.document_hash, list(by_hash)))
        query = select(*DETAILS, versions.c.digest, versions.c.ingested_at)
        query = query.where(among(versions.c.document_id, document_ids)).order_by(versions.c.number)
        with self.read() as connection:
            incarnations = {by_hash[row.document_hash]: row.times for row in connection.execute(past)}
            rows = connection.execute(query).all()
        found = {document_id: Standing(incarnations.get(document_id, 0)) for document_id in document_ids}
        for row in rows:
            document, before = as_document(row), found[row.document_id]
            moment = Moment(document.published_at, from_micros(row.ingested_at))
            found[document.id] = Standing(before.incarnation, document, row.digest, (*before.moments, moment))
        return found

    def forget(self, document_id: str) -> list[str]:
        """Remove a document with all its versions, everything made from them and what waits in jobs for it.

        What was submitted for it before is cancelled, whether it is queued, being worked on, waiting to
        be tried again or a dead letter, and ends as a failure with the code `deleted`; what is submitted
        afterwards is taken in as new. Returns the ids of its passages, which the index is to drop (they stay
        in the outbox until it has). Raises `NotFound` if there is neither such a document nor anything on its way.
        """
        with self.write() as connection:
            made = _made_from(connection, document_id)
            of_it = job_items.c.document_id == document_id
            open_or_dead = [
                row
                for still in (job_items.c.state != "done", job_items.c.outcome == "dead")  # an index each
                for row in connection.execute(select(job_items.c.seq, job_items.c.job_id).where(of_it, still))
            ]
            cancelled = connection.execute(
                update(job_items)
                .where(among(job_items.c.seq, [row.seq for row in open_or_dead]))
                .values(
                    state="done",
                    outcome="failed",
                    code="deleted",
                    detail="the document was deleted before it was taken in",
                    payload=None,
                    lease_owner=None,
                    lease_until=None,
                )
            ).rowcount
            close(connection, {row.job_id for row in open_or_dead})
            leave(connection, document_id)
            unsay(connection, document_id)
            known = connection.execute(delete(documents).where(documents.c.id == document_id)).rowcount
            if not known and not cancelled:
                raise NotFound(f"there is no document {document_id!r}", "id")
            again = insert(forgotten).values(document_hash=hash_of(document_id), times=1)
            again = again.on_conflict_do_update(index_elements=["document_hash"], set_={"times": forgotten.c.times + 1})
            connection.execute(again)
            dirty(connection, [row.id for row in made])
            discard_vectors(connection, {row.embedded for row in made})
        return [row.id for row in made]

    def counts(self) -> Counts:
        waiting, unended = unfinished(*WAITING), jobs.c.finished_at.is_(None)
        with self.read() as connection:
            return Counts(
                documents=_number(connection, select(func.count()).select_from(documents)),
                versions=_number(connection, select(func.count()).select_from(versions)),
                passages=_number(connection, select(func.count()).select_from(passages)),
                queued_jobs=_number(connection, select(func.count()).select_from(jobs).where(unended, HAS_WAITING)),
                queued_documents=_number(connection, select(func.count()).select_from(job_items).where(waiting)),
            )


def as_document(row: Row) -> Document:
    published, updated = (None if at is None else from_micros(at) for at in (row.published_at, row.updated_at))
    corrects, retracts = (tuple(sorted(json.loads(references))) for references in (row.corrects, row.retracts))
    known = (row.title, row.url, row.source, published, row.language, corrects, retracts)
    return Document(row.document_id, *known, tuple(json.loads(row.authors or "[]")), updated)


def unsay(connection: Connection, document_id: str) -> None:
    """Remove the kept answers that have something of a document in them, and what was said about them."""
    made_of = select(answer_documents.c.answer_id).where(answer_documents.c.document_id == document_id)
    connection.execute(delete(answers).where(answers.c.id.in_(made_of)))


def dirty(connection: Connection, passage_ids: Sequence[str]) -> None:
    """Note that the index may disagree about these passages."""
    if passage_ids:
        connection.execute(insert(outbox), [{"passage_id": passage_id} for passage_id in passage_ids])


def discard_vectors(connection: Connection, embedded: Collection[str]) -> None:
    """Delete those of the vectors that no passage uses any more."""
    used = exists().where(passages.c.embedded == vectors.c.embedded)
    for stamp in _stamps(connection) if embedded else ():  # vectors are kept by stamp first
        mine = (vectors.c.stamp == stamp) & among(vectors.c.embedded, embedded)
        connection.execute(delete(vectors).where(mine, ~used))


def _stamps(connection: Connection) -> Iterator[str]:
    """The stamps that there are vectors of: a look each, however many vectors there are."""
    last = ""
    while (found := connection.scalar(select(func.min(vectors.c.stamp)).where(vectors.c.stamp > last))) is not None:
        yield (last := found)


def hash_of(document_id: str) -> str:
    return hashlib.sha256(document_id.encode()).hexdigest()


def _number(connection: Connection, query: Select[int]) -> int:
    return connection.execute(query).scalar_one()


def _made_from(connection: Connection, document_id: str) -> Sequence[Row]:
    query = select(passages.c.id, passages.c.embedded).join(versions, versions.c.key == passages.c.version_key)
    return connection.execute(query.where(versions.c.document_id == document_id)).all()


def _encoded(document_id: str) -> str:
    return base64.urlsafe_b64encode(document_id.encode()).decode().rstrip("=")


def _decoded(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            errors="replace"
        )
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("this cursor was not given out by this service", "cursor") from error
