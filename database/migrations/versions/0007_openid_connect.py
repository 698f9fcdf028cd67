"""Signing in by an OpenID Connect provider: the person behind an account, and attempts under way."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("oidc_subject", sa.String(255), nullable=True))
    op.create_index("uq_accounts_oidc_subject", "accounts", ["oidc_subject"], unique=True)
    op.create_table(
        "provider_attempts",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("browser_hash", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("next_page", sa.Text, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_provider_attempts"),
    )


def downgrade() -> None:
    op.drop_table("provider_attempts")
    op.drop_index("uq_accounts_oidc_subject", "accounts")
    op.drop_column("accounts", "oidc_subject")
