"""Canned replies of a centre's own, over the shipped ones."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canned_replies",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("title", sa.JSON, nullable=False),
        sa.Column("text", sa.JSON, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_canned_replies"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_canned_replies_account_id"),
    )


def downgrade() -> None:
    op.drop_table("canned_replies")
