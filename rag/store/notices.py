"""Which documents correct or retract others, as questions see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import Connection, func, select

from rag.identity import headline_key, host_of, keys_of
from rag.store.documents import DETAILS, as_document
from rag.store.items import among
from rag.store.passages import Passages, visible
from rag.store.tables import links, passages, versions
from rag.types import Document, Filters, Notice, NoticeStatus, Passage, Question

MOST_NOTICES = 3
MOST_PASSAGES = 2
_STATUS: dict[str, NoticeStatus] = {"corrects": "corrected", "retracts": "retracted"}


class Notices(Passages):
    def notices(self, found: Collection[Document], question: Question) -> dict[str, tuple[Notice, ...]]:
        """By the ids of those of these documents that were corrected or retracted: by what, as of the question.

        The question's filters do not hide a notice; one that was itself retracted does not count. Of each document
        at most `MOST_NOTICES` are told, retractions first, then the latest, then in the order of ids.
        """
        everything = replace(question, filters=Filters())
        with self.read() as connection:
            rows = _linked(connection, found, everything)
            telling = {row[1].id: row[1] for of in rows.values() for row in of}
            undone = {
                document_id
                for document_id, of in _linked(connection, telling.values(), everything).items()
                if any(status == "retracted" for status, _, _ in of)
            }
            kept = {
                document_id: sorted((row for row in of if row[1].id not in undone), key=_order)[:MOST_NOTICES]
                for document_id, of in rows.items()
            }
            first = _first_passages(connection, {key for of in kept.values() for _, _, key in of})
        seen = self.passages([one for ids in first.values() for one in ids], everything)
        told: dict[str, tuple[Notice, ...]] = {}
        for document_id, of in kept.items():
            made = [Notice(status, document, _seen(first.get(key, ()), seen)) for status, document, key in of]
            if any(notice.passages for notice in made):
                told[document_id] = tuple(notice for notice in made if notice.passages)
        return told


_Row = tuple[NoticeStatus, Document, int]


def _linked(connection: Connection, found: Collection[Document], question: Question) -> dict[str, list[_Row]]:
    """What names each of these documents: with the status it gives, and the key of its version."""
    named: dict[str, list[Document]] = {}
    for document in found:
        for key in keys_of(document):
            named.setdefault(key, []).append(document)
    if not named:
        return {}
    query = select(*DETAILS, versions.c.key, links.c.relation, links.c.target)
    query = query.join(links, links.c.version_key == versions.c.key)
    query = query.where(among(links.c.target, named), visible(question))
    linked: dict[str, list[_Row]] = {}
    for row in connection.execute(query).all():
        notice = as_document(row)
        for document in named[row.target]:
            by_headline = row.target == headline_key(document.source, document.title)
            if notice.id == document.id or (by_headline and not _meant(connection, document, notice, question)):
                continue
            of = linked.setdefault(document.id, [])
            if (_STATUS[row.relation], notice.id) not in {(status, other.id) for status, other, _ in of}:
                of.append((_STATUS[row.relation], notice, row.key))
    return linked


def _meant(connection: Connection, document: Document, notice: Document, question: Question) -> bool:
    """Whether a headline can only mean this document: it came before, from the same site if from any, and no other of
    its outlet has that headline. A page may call its outlet what it likes, but not be somewhere else.
    """
    if host_of(document.url) != host_of(notice.url):
        return False
    dates = document.published_at, notice.published_at
    if dates[0] and dates[1] and dates[0] > dates[1]:
        return False
    same = select(func.count(versions.c.document_id.distinct()))
    same = same.where(versions.c.title == document.title, versions.c.source == document.source, visible(question))
    return connection.scalar(same) == 1


def _order(row: _Row) -> tuple[bool, float, str]:
    published = row[1].published_at
    return row[0] != "retracted", -published.timestamp() if published else 0.0, row[1].id


def _first_passages(connection: Connection, keys: Collection[int]) -> dict[int, list[str]]:
    query = select(passages.c.version_key, passages.c.id).where(among(passages.c.version_key, keys))
    first: dict[int, list[str]] = {}
    for row in connection.execute(query.order_by(passages.c.version_key, passages.c.start)):
        of = first.setdefault(row.version_key, [])
        if len(of) < MOST_PASSAGES:
            of.append(row.id)
    return first


def _seen(ids: Collection[str], seen: Mapping[str, tuple[Passage, Document]]) -> tuple[Passage, ...]:
    return tuple(seen[one][0] for one in ids if one in seen)
