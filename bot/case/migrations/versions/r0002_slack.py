"""What Slack sent and what was answered to it, and which thread is which case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "slack_work",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("event", sa.String(80), unique=True),
        sa.Column("thread", sa.String(120), nullable=False),
        sa.Column("ts", sa.String(40), nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("replies", sa.Text, nullable=False),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
    )
    op.create_index("slack_work_open", "slack_work", ["done", "created"])
    op.create_index("slack_work_thread", "slack_work", ["thread"])
    op.create_index("slack_work_person", "slack_work", ["person"])
    op.create_table(
        "slack_threads",
        sa.Column("thread", sa.String(120), primary_key=True),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("askers", sa.Text, nullable=False),
        sa.Column("speaker", sa.String(40), nullable=False),
        sa.Column("heard", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    """Drop the two tables."""
    for name in ("slack_threads", "slack_work"):
        op.drop_table(name)
