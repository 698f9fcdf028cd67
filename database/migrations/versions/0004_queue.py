"""The hand-off queue: waits and talks, consultants on duty, what happened to a contact, notes, ratings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LIVE = sa.text("kind = 'conversation' AND phase IN ('waiting', 'offered', 'talk')")


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("service", sa.String(64)))
        contacts.add_column(_time("heard_at"))
        contacts.add_column(sa.Column("awaiting", sa.String(16)))
        contacts.add_column(sa.Column("helped", sa.Boolean))
        contacts.create_index("ix_contacts_phone", ["phone"])
        contacts.create_index("ix_contacts_email", ["email"])
    # In words, for SQLite takes a reference with a new column only so, and need not copy the table then.
    op.execute(
        "ALTER TABLE messages ADD COLUMN account_id INTEGER CONSTRAINT fk_messages_account_id REFERENCES accounts (id)",
    )
    _create_queue()
    _create_records()


def _create_queue() -> None:
    op.create_table(
        "consultants",
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("chosen", sa.String(16), nullable=False),
        _time("since", nullable=False),
        _time("seen_at", nullable=False),
        _time("free_since", nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_consultants"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_consultants_account_id"),
    )
    op.create_table(
        "queue_entries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("topic", sa.String(64)),
        sa.Column("priority", sa.Integer, nullable=False),
        _time("queued_at", nullable=False),
        sa.Column("returned", sa.Boolean, nullable=False),
        _time("due_at"),
        sa.Column("reserved_for", sa.Integer),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("consultant_id", sa.Integer),
        _time("offered_at"),
        _time("accepted_at"),
        _time("first_accepted_at"),
        _time("talk_ended_at"),
        _time("wrap_up_until"),
        _time("over_at"),
        sa.Column("refusals", sa.JSON, nullable=False),
        sa.Column("ending", sa.String(32)),
        sa.Column("outcome", sa.String(32)),
        sa.Column("rating", sa.Integer),
        sa.Column("rating_word", sa.Text),
        _time("told_at"),
        sa.Column("told_position", sa.Integer),
        sa.Column("callback_offered", sa.Boolean, nullable=False),
        sa.Column("phone", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_queue_entries"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_queue_entries_contact_id"),
        sa.ForeignKeyConstraint(["reserved_for"], ["accounts.id"], name="fk_queue_entries_reserved_for"),
        sa.ForeignKeyConstraint(["consultant_id"], ["accounts.id"], name="fk_queue_entries_consultant_id"),
        sqlite_autoincrement=True,
    )
    for columns in (["phase"], ["queued_at"], ["over_at"], ["contact_id", "id"]):
        op.create_index(f"ix_queue_entries_{'_'.join(columns)}", "queue_entries", columns)
    op.create_index(
        "uq_queue_entries_live_conversation",
        "queue_entries",
        ["contact_id"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )


def _create_records() -> None:
    op.create_table(
        "contact_events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Integer),
        _time("at", nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_contact_events"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_contact_events_contact_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["queue_entries.id"], name="fk_contact_events_entry_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_contact_events_account_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_events_contact_id_id", "contact_events", ["contact_id", "id"])
    op.create_index("ix_contact_events_at", "contact_events", ["at"])
    op.create_table(
        "contact_notes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Uuid, nullable=False),
        _time("at", nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact_notes"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_contact_notes_contact_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_contact_notes_account_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_notes_contact_id_id", "contact_notes", ["contact_id", "id"])


def downgrade() -> None:
    for table in ("contact_notes", "contact_events", "queue_entries", "consultants"):
        op.drop_table(table)
    with op.batch_alter_table("messages", table_kwargs={"sqlite_autoincrement": True}) as messages:
        messages.drop_constraint("fk_messages_account_id", type_="foreignkey")
        messages.drop_column("account_id")
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_index("ix_contacts_email")
        contacts.drop_index("ix_contacts_phone")
        for column in ("helped", "awaiting", "heard_at", "service"):
            contacts.drop_column(column)
