"""Who wrote a version, and when its publisher changed it.

A table of its own: a column added behind the text would have every list read through all texts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "bylines",
        sa.Column("version_key", sa.Integer(), nullable=False),
        sa.Column("authors", sa.String(), nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["version_key"], ["versions.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_key"),
    )
