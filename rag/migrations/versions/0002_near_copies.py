"""Signatures, by which near-copies are found.

They need the texts, and a while: the tables stay empty here, and a worker fills them when it starts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "signatures",
        sa.Column("version_key", sa.Integer(), nullable=False),
        sa.Column("cluster", sa.Integer(), nullable=False),
        sa.Column("shingles", sa.Integer(), nullable=False),
        sa.Column("minhash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_key"], ["versions.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_key"),
    )
    op.create_index("ix_signatures_cluster", "signatures", ["cluster"])
    op.create_table(
        "bands",
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("version_key", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("band", "version_key"),
        sqlite_with_rowid=False,
    )
