"""Contacts, their messages, and the numbers they are registered under."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "registration_years",
        sa.Column("year", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_registration_years"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("by_service", sa.Boolean, nullable=False),
        sa.Column("language", sa.String(2)),
        sa.Column("state", sa.String(16), nullable=False),
        _time("created_at", nullable=False),
        _time("updated_at", nullable=False),
        _time("queued_at", nullable=True),
        _time("closed_at", nullable=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("phone", sa.String(32)),
        sa.Column("email", sa.String(254)),
        sa.Column("handoff_reason", sa.String(64)),
        sa.Column("handoff_skill", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("number", name="uq_contacts_number"),
    )
    op.create_index("ix_contacts_state_queued_at", "contacts", ["state", "queued_at"])
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Uuid, nullable=False),
        _time("at", nullable=False),
        sa.Column("sender", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("buttons", sa.JSON),
        sa.Column("sources", sa.JSON),
        sa.Column("client_id", sa.String(100)),
        sa.Column("reply_to", sa.Integer),
        _time("answered_at", nullable=True),
        sa.Column("signals", sa.JSON),
        sa.Column("fault", sa.String(16)),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_messages_contact_id"),
        sa.ForeignKeyConstraint(["reply_to"], ["messages.id"], name="fk_messages_reply_to"),
        sa.UniqueConstraint("contact_id", "client_id", name="uq_messages_contact_id_client_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_contact_id_id", "messages", ["contact_id", "id"])
    op.create_index("ix_messages_reply_to", "messages", ["reply_to"])
    op.create_index("ix_messages_sender_answered_at", "messages", ["sender", "answered_at"])


def downgrade() -> None:
    op.drop_table("messages")
    op.drop_table("contacts")
    op.drop_table("registration_years")
