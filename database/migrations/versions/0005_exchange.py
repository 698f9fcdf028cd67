"""Calls of the telephone exchange: their name on the contact, waits and talks carried there, recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("call_id", sa.Uuid))
        contacts.create_unique_constraint("uq_contacts_call_id", ["call_id"])
    for table, column in (("queue_entries", "external"), ("consultants", "phone_ready")):
        op.add_column(table, sa.Column(column, sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "recordings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Uuid, nullable=False),
        sa.Column("file", sa.String(255), nullable=False),
        sa.Column("tracks", sa.JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sa.UniqueConstraint("file", name="uq_recordings_file"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_recordings_contact_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recordings_contact_id_started_at", "recordings", ["contact_id", "started_at"])
    op.create_index("ix_recordings_started_at", "recordings", ["started_at"])


def downgrade() -> None:
    op.drop_table("recordings")
    for table, column in (("consultants", "phone_ready"), ("queue_entries", "external")):
        with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": table == "queue_entries"}) as changed:
            changed.drop_column(column)
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_constraint("uq_contacts_call_id", type_="unique")
        contacts.drop_column("call_id")
