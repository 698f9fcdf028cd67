"""Accounts of the staff, their sessions, failed sign-ins, and the audit log that nobody can change."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE_TRIGGERS = {
    name: f"CREATE TRIGGER audit_records_{name} BEFORE {name.upper()} ON audit_records "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for name in ("update", "delete")
}
_POSTGRESQL_GUARD = """
CREATE FUNCTION audit_records_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_records_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_records
FOR EACH STATEMENT EXECUTE FUNCTION audit_records_append_only();
"""


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("display_name", sa.String(120), nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("password_is_temporary", sa.Boolean, nullable=False),
        _time("created_at"),
        _time("signed_in_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("login", name="uq_accounts_login"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        _time("started_at"),
        _time("seen_at"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_sessions"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_staff_sessions_account_id"),
    )
    op.create_index("ix_staff_sessions_account_id", "staff_sessions", ["account_id"])
    op.create_table(
        "failed_sign_ins",
        sa.Column("login_hash", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        _time("last_at"),
        sa.PrimaryKeyConstraint("login_hash", name="pk_failed_sign_ins"),
    )
    op.create_table(
        "audit_records",
        sa.Column("id", sa.Integer, nullable=False),
        _time("at"),
        sa.Column("account_id", sa.Integer),
        sa.Column("login", sa.String(64)),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object_kind", sa.String(32)),
        sa.Column("object_id", sa.String(64)),
        sa.Column("detail", sa.JSON),
        sa.Column("address", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_audit_records"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_audit_records_account_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_records_account_id_id", "audit_records", ["account_id", "id"])
    op.create_index("ix_audit_records_action_id", "audit_records", ["action", "id"])
    op.create_index("ix_audit_records_object_kind_object_id", "audit_records", ["object_kind", "object_id"])
    _guard_audit_log()


def _guard_audit_log() -> None:
    """Let the database itself refuse any change of the log: not even an error of ours can rewrite it."""
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        for trigger in _SQLITE_TRIGGERS.values():
            op.execute(trigger)
    elif dialect == "postgresql":
        op.execute(_POSTGRESQL_GUARD)


def downgrade() -> None:
    for table in ("audit_records", "failed_sign_ins", "staff_sessions", "accounts"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_records_append_only()")
