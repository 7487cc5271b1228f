"""Answers kept for a while, and what people said about them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from rag.errors import AnswerNotFound
from rag.store.database import Database
from rag.store.records import KeptAnswer, Mark, MarkName
from rag.store.tables import (
    Row,
    answer_documents,
    answers,
    documents,
    feedback,
    from_micros,
    now_micros,
    to_micros,
    versions,
)
from rag.types import Answer, Filters, Question, Refusal

_MARKED = exists().where(feedback.c.answer_id == answers.c.id)
_MICROSECOND = timedelta(microseconds=1)


class Answers(Database):
    def keep_answer(self, question: Question, reply: Answer | Refusal, body: str, days: float, most: int) -> bool:
        """Keep a reply with its `body` in JSON, and remove what is older than `days` or more than `most`.

        A reply with something in it that was deleted meanwhile is not kept. Answers that somebody marked stay beyond
        their time, for the marks to be read; there are at most `most` of those too. Returns whether it was kept.
        """
        now = now_micros()
        row = {
            "id": reply.id,
            "asked_at": now,
            "question": question.text,
            "as_of": to_micros(question.as_of),
            "filters": json.dumps(asdict(question.filters), default=datetime.isoformat),
            "body": body,
        }
        made_of = _documents(reply)
        with self.write() as connection:
            stands = _stands(connection, reply, made_of)
            if stands:
                connection.execute(insert(answers), row)
                rows = [{"answer_id": reply.id, "document_id": document_id} for document_id in made_of]
                if rows:
                    connection.execute(insert(answer_documents), rows)
            _prune(connection, now, days, most)
        return stands

    def prune_answers(self, days: float, most: int) -> None:
        """Remove what is older than `days` or more than `most`."""
        with self.write() as connection:
            _prune(connection, now_micros(), days, most)

    def answer(self, answer_id: str, days: float) -> KeptAnswer:
        """An answer not older than `days`, without its marks. Raises `AnswerNotFound`."""
        with self.read() as connection:
            return _kept(_known(connection, answer_id, days))

    def mark_answer(self, answer_id: str, key_id: str, mark: MarkName, note: str, days: float) -> Mark:
        """Put down what somebody said about an answer, in place of what was said with this key before.

        Raises `AnswerNotFound`.
        """
        now = now_micros()
        row = {"answer_id": answer_id, "key_id": key_id, "mark": mark, "note": note, "marked_at": now}
        said = upsert(feedback).values(row)
        said = said.on_conflict_do_update(index_elements=["answer_id", "key_id"], set_=row)
        with self.write() as connection:
            _known(connection, answer_id, days)
            connection.execute(said)
        return Mark(key_id, mark, note, from_micros(now))

    def marked_answers(self) -> list[KeptAnswer]:
        """Every answer that somebody marked, with its marks, oldest first."""
        said = select(feedback).order_by(feedback.c.answer_id, feedback.c.key_id)
        with self.read() as connection:
            marks: dict[str, list[Mark]] = {}
            for row in connection.execute(said):
                mark = Mark(row.key_id, row.mark, row.note, from_micros(row.marked_at))
                marks.setdefault(row.answer_id, []).append(mark)
            rows = connection.execute(select(answers).where(_MARKED).order_by(answers.c.asked_at, answers.c.id)).all()
        return [_kept(row, tuple(marks[row.id])) for row in rows]


def _known(connection: Connection, answer_id: str, days: float) -> Row:
    young = answers.c.asked_at >= _since(now_micros(), days)
    row = connection.execute(select(answers).where(answers.c.id == answer_id, young)).one_or_none()
    if row is None:
        raise AnswerNotFound(f"there is no answer {answer_id!r}, or it is not kept any more", "answer_id")
    return row


def _documents(reply: Answer | Refusal) -> list[str]:
    """The ids of all documents that a reply has something of: text, or the title of a copy."""
    found = {document.id: None for hit in reply.hits for document in (hit.document, *hit.copies)}
    if isinstance(reply, Answer):
        found |= {document.id: None for c in reply.citations for document in (c.document, *c.copies)}
    return list(found)


def _stands(connection: Connection, reply: Answer | Refusal, made_of: Iterable[str]) -> bool:
    """Whether all that a reply shows is still stored: the documents, and their very words.

    The words are compared because a document that was deleted may have been added again, as another one.
    """
    for document_id in made_of:
        if connection.execute(select(documents.c.id).where(documents.c.id == document_id)).first() is None:
            return False
    said: list[tuple[str, int, int, int, str]] = [
        (hit.document.id, hit.passage.version, hit.passage.start, hit.passage.end, hit.passage.text)
        for hit in reply.hits
    ]
    if isinstance(reply, Answer):
        said += [(c.document.id, c.version, c.start, c.end, c.quote) for c in reply.citations]
    return all(_stored(connection, *one) for one in said)


def _stored(connection: Connection, document_id: str, version: int, start: int, end: int, text: str) -> bool:
    words = func.substr(versions.c.text, start + 1, end - start)
    query = select(words).where(versions.c.document_id == document_id, versions.c.number == version)
    return connection.execute(query).scalar_one_or_none() == text


def _prune(connection: Connection, now: int, days: float, most: int) -> None:
    connection.execute(delete(answers).where(answers.c.asked_at < _since(now, days), ~_MARKED))
    for kind in (_MARKED, ~_MARKED):
        connection.execute(delete(answers).where(answers.c.id.in_(_beyond(kind, most))))


def _beyond(kind: ColumnElement[bool], most: int) -> Any:
    latest = select(answers.c.id).where(kind).order_by(answers.c.asked_at.desc(), answers.c.id.desc())
    return latest.limit(-1).offset(most)


def _since(now: int, days: float) -> int:
    return now - timedelta(days=days) // _MICROSECOND


def _kept(row: Row, marks: tuple[Mark, ...] = ()) -> KeptAnswer:
    asked = json.loads(row.filters)
    after, before = (_moment(asked[name]) for name in ("published_after", "published_before"))
    filters = Filters(after, before, tuple(asked["sources"]), tuple(asked["document_ids"]))
    asked_at, as_of = from_micros(row.asked_at), from_micros(row.as_of)
    return KeptAnswer(row.id, asked_at, row.question, as_of, filters, row.body, marks)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
