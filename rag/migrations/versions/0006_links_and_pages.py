"""Which articles a version corrects or retracts, and where its pages start.

Tables of their own: a column added behind the text would have every list read through all texts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("version_key", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.CheckConstraint("relation IN ('corrects', 'retracts')", name="known_relation"),
        sa.ForeignKeyConstraint(["version_key"], ["versions.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_key", "relation", "reference"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_links_target", "links", ["target"])
    op.create_table(
        "pages",
        sa.Column("version_key", sa.Integer(), nullable=False),
        sa.Column("starts", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_key"], ["versions.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_key"),
    )
