"""Cases with their turns, pastes and feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "cases",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("created", sa.String(40), nullable=False),
        sa.Column("updated", sa.String(40), nullable=False),
        sa.Column("symptom", sa.Text, nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_index("cases_updated", "cases", ["updated"])
    for name in ("turns", "evidence"):
        op.create_table(name, _case(), sa.Column("number", sa.Integer, primary_key=True), *_bodies(name))
    op.create_table(
        "feedback",
        _case(),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("created", sa.String(40), nullable=False),
        sa.Column("up", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("drafted", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def _case() -> sa.Column[str]:
    return sa.Column("case_id", sa.String(40), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)


def _bodies(name: str) -> list[sa.Column[str]]:
    body = [sa.Column("body", sa.Text, nullable=False)]
    return [sa.Column("text", sa.Text, nullable=False), *body] if name == "evidence" else body


def downgrade() -> None:
    """Drop the four tables."""
    for name in ("feedback", "evidence", "turns", "cases"):
        op.drop_table(name)
