"""The tables. Times are whole microseconds since 1970 in UTC, so that SQL can compare them.

`rag/migrations` creates and changes them; a test holds that both say the same.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
    table,
    text,
)

ALWAYS = -(2**63)
NEVER = 2**63 - 1

metadata = MetaData()
Row = sqlalchemy.Row[*tuple[Any, ...]]

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("current", Integer, nullable=False),
)

# Metadata belongs to a version: an old version is shown under the title it had. The text comes last, so that
# what is asked of every version can be read without it.
versions = Table(
    "versions",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("document_id", String, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("title", String, nullable=False),
    Column("url", String, nullable=False),
    Column("source", String, nullable=False),
    Column("language", String, nullable=False),
    Column("published_at", Integer),
    Column("ingested_at", Integer, nullable=False),
    Column("indexed_at", Integer, nullable=False),
    Column("valid_from", Integer, nullable=False),
    Column("valid_to", Integer, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("document_id", "number"),
)

# `number` is the row of the full-text index; `embedded` is the digest of the text that was embedded.
passages = Table(
    "passages",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("version_key", Integer, ForeignKey("versions.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("embedded", String, nullable=False, index=True),
)

sentences = Table(
    "sentences",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key", ondelete="CASCADE"), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, nullable=False),
    sqlite_with_rowid=False,
)

vectors = Table(
    "vectors",
    metadata,
    Column("stamp", String, primary_key=True),
    Column("embedded", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

# By what a version's near-copies are found; see `rag.copies`. `cluster` is the smallest key of those that hang
# together. A version without a row was taken in before there were signatures, and gets one when a worker starts.
signatures = Table(
    "signatures",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key", ondelete="CASCADE"), primary_key=True),
    Column("cluster", Integer, nullable=False, index=True),
    Column("shingles", Integer, nullable=False),
    Column("minhash", LargeBinary, nullable=False),
)

# Kept in step with the signatures by hand: what a cascade needs would be a second index as large as the first.
bands = Table(
    "bands",
    metadata,
    Column("band", Integer, primary_key=True),
    Column("version_key", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

# What a version corrects or retracts: as it names it, and the key under which that is looked for (`rag.identity`).
# The article named may come later, be replaced or never be there.
links = Table(
    "links",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key", ondelete="CASCADE"), primary_key=True),
    Column("relation", String, primary_key=True),
    Column("reference", String, primary_key=True),
    Column("target", String, nullable=False, index=True),
    CheckConstraint("relation IN ('corrects', 'retracts')", name="known_relation"),
    sqlite_with_rowid=False,
)

# The offsets at which the pages of a version start, as a JSON list; no row for a text without pages.
pages = Table(
    "pages",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key", ondelete="CASCADE"), primary_key=True),
    Column("starts", String, nullable=False),
)

# Who wrote a version, as a JSON list in the order of names, and when its publisher changed it; no row where neither
# is known. Beside the versions for the same reason as the text is last there.
bylines = Table(
    "bylines",
    metadata,
    Column("version_key", Integer, ForeignKey("versions.key", ondelete="CASCADE"), primary_key=True),
    Column("authors", String, nullable=False),
    Column("updated_at", Integer),
)

# Passages about which the index may disagree with the store: put there if they exist here, removed if not.
# One may be there twice: whoever puts the index right removes the rows that were read before, and no later ones.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("passage_id", String, nullable=False),
    sqlite_autoincrement=True,
)

# How often a document (by the hash of its id) was deleted, so that passages of a later one get other ids.
forgotten = Table(
    "forgotten",
    metadata,
    Column("document_hash", String, primary_key=True),
    Column("times", Integer, nullable=False),
    sqlite_with_rowid=False,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", Integer, nullable=False, index=True),
    Column("total", Integer, nullable=False),
    Column("idempotency_key", String, unique=True),
    Column("request_digest", String, nullable=False),
    Column("started_at", Integer),
    Column("finished_at", Integer),
    Column("pace", Float),
    Column("paced_at", Integer),
    Column("stream", String),
    Column("stream_detail", String, nullable=False, server_default=""),
    Column("receiver", String),
    Column("lines", Integer, nullable=False, server_default="0"),
)

# An item is queued, leased, or done with an outcome; what it carried is removed when it is done. One that was given
# up after too many tries has the outcome "dead" and keeps it: it can be queued again. `code` of a queued item says
# why it was put off; `losses` counts the workers that ended over it.
job_items = Table(
    "job_items",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("job_id", String, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("document_id", String, nullable=False),
    Column("payload", Text),
    Column("characters", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("outcome", String),
    Column("code", String, nullable=False, server_default=""),
    Column("detail", String, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("losses", Integer, nullable=False, server_default="0"),
    Column("not_before", Integer, nullable=False, server_default="0"),
    Column("lease_owner", String),
    Column("lease_until", Integer),
    Column("line", Integer),
    CheckConstraint("state IN ('queued', 'leased', 'done')", name="known_state"),
    Index("ix_job_items_job", "job_id", "state", "outcome"),
    Index("ix_job_items_open", "document_id", "seq", sqlite_where=text("state != 'done'")),
    Index("ix_job_items_due", "seq", sqlite_where=text("state != 'done'")),
    Index("ix_job_items_dead", "document_id", sqlite_where=text("outcome = 'dead'")),
    sqlite_autoincrement=True,
)

# What was replied, as it was sent, to be read again; `body` is JSON. It goes with each document that is in it.
answers = Table(
    "answers",
    metadata,
    Column("id", String, primary_key=True),
    Column("asked_at", Integer, nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("as_of", Integer, nullable=False),
    Column("filters", Text, nullable=False),
    Column("body", Text, nullable=False),
)

answer_documents = Table(
    "answer_documents",
    metadata,
    Column("answer_id", String, ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", String, primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# What people said about answers: one mark for each key, "" where there are none.
feedback = Table(
    "feedback",
    metadata,
    Column("answer_id", String, ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("key_id", String, primary_key=True),
    Column("mark", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("marked_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# API keys by what is public of them; of the secret part there is only the digest. A revoked one stays, so that
# revoking the last key closes the service rather than opening it.
access_keys = Table(
    "access_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("scopes", String, nullable=False),
    Column("collections", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer),
    Column("revoked_at", Integer),
)

# Every other collection is a file of its own, named after its key; only the default store's register is used. One
# without a name was deleted and waits for its file and its copy to be removed.
collections = Table(
    "collections",
    metadata,
    Column("key", String, primary_key=True),
    Column("name", String, unique=True),
)

# FTS5 is beyond what the table language can say; the migration creates it.
fulltext = table("fulltext", column("rowid", Integer), column("title", String), column("body", String))

SECOND = 1_000_000
"""In the units of the tables."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def now_micros() -> int:
    return to_micros(datetime.now(UTC))
