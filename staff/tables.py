"""Owns the tables of the staff."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  SQLAlchemy reads the annotations
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, String, Text, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base, now
from language import Language  # noqa: TC001  the same
from staff.roles import Permission, Role, permissions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Dialect

MAX_LOGIN = 64
MAX_DISPLAY_NAME = 120
MAX_SUBJECT = 255


class _Roles(TypeDecorator[frozenset[Role]]):
    """A set of roles, kept as a sorted JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Iterable[Role] | None, _dialect: Dialect) -> list[str] | None:
        """Turn the roles into their names."""
        return None if value is None else sorted(role.value for role in value)

    def process_result_value(self, value: list[str] | None, _dialect: Dialect) -> frozenset[Role] | None:
        """Turn the names into roles."""
        return None if value is None else frozenset(map(Role, value))


class Account(Base):
    """One person of the staff. Never deleted, so that the audit log keeps pointing at someone; deactivated instead."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("uq_accounts_oidc_subject", "oidc_subject", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(MAX_LOGIN), unique=True)
    display_name: Mapped[str] = mapped_column(String(MAX_DISPLAY_NAME))
    roles: Mapped[frozenset[Role]] = mapped_column(_Roles)
    language: Mapped[Language] = mapped_column(String(2))
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    password_is_temporary: Mapped[bool] = mapped_column(default=False)
    """Given by someone else: it opens only the page where it is changed."""
    oidc_subject: Mapped[str | None] = mapped_column(String(MAX_SUBJECT))
    """Who this is to the OpenID Connect provider: the `sub` of its ID tokens."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    signed_in_at: Mapped[datetime | None]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person may do."""
        return permissions(self.roles)

    def may(self, permission: Permission) -> bool:
        """Return whether the person may do this."""
        return permission in self.permissions


class StaffSession(Base):
    """One signed-in browser; the token itself is known only to it."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class ProviderAttempt(Base):
    """A browser that left for the OpenID Connect provider and is not back yet."""

    __tablename__ = "provider_attempts"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    """Of the secret in the browser's cookie: the answer counts only in the browser that asked."""
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    redirect_uri: Mapped[str] = mapped_column(Text)
    next_page: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime] = mapped_column(default=now)


class FailedSignIns(Base):
    """Failures in a row under one login, whether such an account exists or not, so that the answers do not tell."""

    __tablename__ = "failed_sign_ins"

    login_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(default=now)


class AuditRecord(Base):
    """One thing that was done or looked at. The database refuses to change or delete it."""

    __tablename__ = "audit_records"
    __table_args__ = (
        Index(None, "account_id", "id"),
        Index(None, "action", "id"),
        Index(None, "object_kind", "object_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    login: Mapped[str | None] = mapped_column(String(MAX_LOGIN))
    """As it was at the moment; None when nobody was signed in."""
    action: Mapped[str] = mapped_column(String(64))
    object_kind: Mapped[str | None] = mapped_column(String(32))
    object_id: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    address: Mapped[str | None] = mapped_column(String(64))
