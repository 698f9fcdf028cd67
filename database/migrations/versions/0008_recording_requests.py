"""Written requests for recordings, to be answered within four hours (rule 18)."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_requests",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("letter", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_on", sa.Date, nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released", sa.JSON, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recording_requests"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_recording_requests_account_id"),
        sa.ForeignKeyConstraint(["answered_by"], ["accounts.id"], name="fk_recording_requests_answered_by"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recording_requests_answered_at_due_at", "recording_requests", ["answered_at", "due_at"])


def downgrade() -> None:
    op.drop_table("recording_requests")
