"""Dead letters that can be queued again, streams that can be gone on with, and how far and how fast a job is."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for column in (
        sa.Column("started_at", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.Integer(), nullable=True),
        sa.Column("pace", sa.Float(), nullable=True),
        sa.Column("paced_at", sa.Integer(), nullable=True),
        sa.Column("stream", sa.String(), nullable=True),
        sa.Column("stream_detail", sa.String(), server_default="", nullable=False),
        sa.Column("receiver", sa.String(), nullable=True),
        sa.Column("lines", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("jobs", column)
    op.add_column("job_items", sa.Column("losses", sa.Integer(), server_default="0", nullable=False))
    op.add_column("job_items", sa.Column("line", sa.Integer(), nullable=True))
    op.create_index("ix_job_items_dead", "job_items", ["document_id"], sqlite_where=sa.text("outcome = 'dead'"))
    # what was given up before carries nothing any more, but its jobs are still failed ones
    op.execute(
        "UPDATE job_items SET outcome = 'dead' "
        "WHERE state = 'done' AND outcome = 'failed' AND code IN ('unavailable', 'worker_lost')"
    )
