"""Passages as questions may see them, and as an index is to hold them."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from rag.seams import IndexRow, Stamp
from rag.store.database import Database
from rag.store.documents import DETAILS, as_document
from rag.store.items import among
from rag.store.tables import ALWAYS, NEVER, Row, from_micros, pages, passages, sentences, to_micros, vectors, versions
from rag.types import Document, Passage, Question, Sentence

JOINED = passages.join(versions, versions.c.key == passages.c.version_key)
_PAGE = 2_000


def visible(question: Question) -> ColumnElement[bool]:
    """The condition on `versions` that holds for what a question may be answered from."""
    at, filters = to_micros(question.as_of), question.filters
    rules = [versions.c.valid_from <= at, versions.c.valid_to > at]
    published = versions.c.published_at
    if filters.published_after:
        rules.append(or_(published.is_(None), published >= to_micros(filters.published_after)))
    if filters.published_before:
        rules.append(or_(published.is_(None), published <= to_micros(filters.published_before)))
    if filters.sources:
        rules.append(among(versions.c.source, filters.sources))
    if filters.document_ids:
        rules.append(among(versions.c.document_id, filters.document_ids))
    return and_(*rules)


class Passages(Database):
    def passages(self, ids: Collection[str], question: Question) -> dict[str, tuple[Passage, Document]]:
        """Those of the passages that may be seen, with their sentences, in the order of `ids`.

        Left out are ids that are unknown or deleted, versions that are not the one of `question.as_of`,
        and what the question's filters exclude.
        """
        text = func.substr(versions.c.text, passages.c.start + 1, passages.c.end - passages.c.start).label("slice")
        query = select(
            *DETAILS, versions.c.number, passages.c.id, passages.c.start, passages.c.end, text, pages.c.starts
        )
        query = query.select_from(JOINED.outerjoin(pages, pages.c.version_key == versions.c.key)).where(
            among(passages.c.id, ids), visible(question)
        )
        inside = (
            (sentences.c.version_key == passages.c.version_key)
            & (sentences.c.start >= passages.c.start)
            & (sentences.c.start < passages.c.end)
        )
        spans = select(passages.c.id, sentences.c.start, sentences.c.end).join(sentences, inside)
        spans = spans.where(among(passages.c.id, ids)).order_by(sentences.c.start)
        with self.read() as connection:
            rows = {row.id: row for row in connection.execute(query)}
            parts: dict[str, list[Sentence]] = {}
            for passage_id, start, end in connection.execute(spans) if rows else ():
                parts.setdefault(passage_id, []).append(Sentence(start, end))
        return {key: _seen(rows[key], parts[key]) for key in dict.fromkeys(ids) if key in rows}

    def index_rows(self, stamp: Stamp, ids: Collection[str] | None = None) -> Iterator[list[IndexRow]]:
        """What an index of this stamp is to hold, in pages: of the passages `ids`, or of all.

        Passages that have no vector of this stamp are left out.
        """
        query = _rows(stamp)
        if ids is not None:
            query = query.where(among(passages.c.id, ids))
        last = -1
        while True:
            with self.read() as connection:
                rows = connection.execute(query.where(passages.c.number > last).limit(_PAGE)).all()
            if rows:
                yield [_index_row(row) for row in rows]
                last = rows[-1].number
            if len(rows) < _PAGE:
                return

    def passage_ids(self) -> set[str]:
        with self.read() as connection:
            return set(connection.scalars(select(passages.c.id)))

    def passage_count(self) -> int:
        """How many passages there are; quick, since it is asked for with many a question."""
        with self.read() as connection:
            return connection.execute(select(func.count()).select_from(passages)).scalar_one()

    def last_passage(self) -> int:
        """The number of the passage that was written last, 0 before the first."""
        with self.read() as connection:
            return connection.scalar(select(func.max(passages.c.number))) or 0

    def unembedded(self, stamp: Stamp, limit: int, after: int = 0) -> list[tuple[str, str, str]]:
        """Passages without a vector of this stamp: the digest of what to embed, the title and the text.

        Only those with a number above `after` are looked at.
        """
        vector = and_(vectors.c.embedded == passages.c.embedded, vectors.c.stamp == stamp.key)
        text = func.substr(versions.c.text, passages.c.start + 1, passages.c.end - passages.c.start)
        query = select(passages.c.embedded, versions.c.title, text).select_from(JOINED.outerjoin(vectors, vector))
        query = query.where(vectors.c.embedded.is_(None), passages.c.number > after)
        with self.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
        return [(row[0], row[1], row[2]) for row in rows]


def _rows(stamp: Stamp) -> Select[Any]:
    vector = and_(vectors.c.embedded == passages.c.embedded, vectors.c.stamp == stamp.key)
    return (
        select(
            passages.c.number,
            passages.c.id,
            vectors.c.vector,
            versions.c.document_id,
            versions.c.number.label("version"),
            versions.c.source,
            versions.c.published_at,
            versions.c.valid_from,
            versions.c.valid_to,
        )
        .select_from(JOINED.join(vectors, vector))
        .order_by(passages.c.number)
    )


def _index_row(row: Row) -> IndexRow:
    return IndexRow(
        row.id,
        np.frombuffer(row.vector, dtype=np.float32),
        row.document_id,
        row.version,
        row.source,
        None if row.published_at is None else from_micros(row.published_at),
        None if row.valid_from == ALWAYS else from_micros(row.valid_from),
        None if row.valid_to == NEVER else from_micros(row.valid_to),
    )


def _seen(row: Row, spans: Sequence[Sentence]) -> tuple[Passage, Document]:
    starts = json.loads(row.starts) if row.starts else []
    page = bisect_right(starts, row.start) if starts else None
    breaks = tuple(starts[page : bisect_left(starts, row.end)]) if page is not None else ()
    passage = Passage(row.id, row.document_id, row.number, row.start, row.end, row.slice, tuple(spans), page, breaks)
    return passage, as_document(row)
