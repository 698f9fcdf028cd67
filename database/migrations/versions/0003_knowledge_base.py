"""The live knowledge base: articles with their revisions, announcements, unanswered questions, waiting imports."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "kb_version",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kb_version"),
    )
    op.create_table(
        "kb_articles",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("published", sa.Integer),
        sa.PrimaryKeyConstraint("code", name="pk_kb_articles"),
    )
    op.create_table(
        "kb_revisions",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("cells", sa.JSON, nullable=False),
        sa.Column("base", sa.Integer),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        _time("created_at"),
        sa.Column("reviewer", sa.String(64)),
        sa.Column("verdict", sa.String(500), nullable=False),
        _time("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("code", "number", name="pk_kb_revisions"),
        sa.ForeignKeyConstraint(["code"], ["kb_articles.code"], name="fk_kb_revisions_code"),
        sa.ForeignKeyConstraint(
            ["code", "base"], ["kb_revisions.code", "kb_revisions.number"], name="fk_kb_revisions_code_base"
        ),
    )
    op.create_index("ix_kb_revisions_state", "kb_revisions", ["state"])
    op.create_table(
        "kb_announcements",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("ru", sa.Text, nullable=False),
        sa.Column("kk", sa.Text, nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        _time("starts_at"),
        _time("ends_at"),
        sa.Column("author", sa.String(64), nullable=False),
        _time("changed_at"),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kb_announcements"),
    )
    op.create_table(
        "kb_questions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("folded", sa.String(300), nullable=False),
        sa.Column("service", sa.String(32)),
        sa.Column("count", sa.Integer, nullable=False),
        _time("first_at"),
        _time("last_at"),
        _time("settled_at", nullable=True),
        sa.Column("settled_by", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_kb_questions"),
        sa.UniqueConstraint("kind", "language", "folded", name="uq_kb_questions_kind_language_folded"),
    )
    op.create_index("ix_kb_questions_settled_at_count", "kb_questions", ["settled_at", "count"])
    op.create_table(
        "kb_imports",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("rows", sa.JSON, nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_kb_imports"),
    )


def downgrade() -> None:
    for table in ("kb_imports", "kb_questions", "kb_announcements", "kb_revisions", "kb_articles", "kb_version"):
        op.drop_table(table)
