"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "forgotten",
        sa.Column("document_hash", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("document_hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idempotency_key"),
    )
    op.create_index("ix_jobs_created_at", "jobs", ["created_at"])
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("passage_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "vectors",
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("embedded", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stamp", "embedded"),
    )
    op.create_table(
        "job_items",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("code", sa.String(), server_default="", nullable=False),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'leased', 'done')", name="known_state"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_items_due", "job_items", ["seq"], sqlite_where=sa.text("state != 'done'"))
    op.create_index("ix_job_items_job", "job_items", ["job_id", "state", "outcome"])
    op.create_index("ix_job_items_open", "job_items", ["document_id", "seq"], sqlite_where=sa.text("state != 'done'"))
    op.create_table(
        "versions",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("published_at", sa.Integer(), nullable=True),
        sa.Column("ingested_at", sa.Integer(), nullable=False),
        sa.Column("indexed_at", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("document_id", "number"),
    )
    op.create_table(
        "passages",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version_key", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("embedded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_key"], ["versions.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_passages_embedded", "passages", ["embedded"])
    op.create_index("ix_passages_version_key", "passages", ["version_key"])
    op.create_table(
        "sentences",
        sa.Column("version_key", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_key"], ["versions.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_key", "start"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "CREATE VIRTUAL TABLE fulltext USING fts5(title, body, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    # However a passage goes, be it by a cascade, its words go with it.
    op.execute(
        "CREATE TRIGGER forget_words AFTER DELETE ON passages BEGIN DELETE FROM fulltext WHERE rowid = old.number; END"
    )
