"""Owns the audit log: who did what, when and to what, and every look at personal data. Only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from database.base import now
from staff.tables import AuditRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.ext.asyncio import AsyncSession

    from database.engine import Database
    from staff.tables import Account


class Action(StrEnum):
    """What is recorded. Each has its words in web/templates/staff/texts.yml, under audit.actions."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a name
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_LINKED = "account_linked"
    PASSWORD_RESET = "password_reset"  # noqa: S105  a name
    AUDIT_READ = "audit_read"
    CONTACT_READ = "contact_read"
    TALK_WATCHED = "talk_watched"
    RECORDING_HEARD = "recording_heard"
    RECORDING_REQUESTED = "recording_requested"
    RECORDING_REQUEST_READ = "recording_request_read"
    RECORDING_RELEASED = "recording_released"
    CONTACTS_SEARCHED = "contacts_searched"
    CONSULTANT_CHANGED = "consultant_changed"
    REPLY_CHANGED = "reply_changed"
    ARTICLE_PUBLISHED = "article_published"
    ARTICLES_IMPORTED = "articles_imported"
    ANNOUNCEMENT_CHANGED = "announcement_changed"


@dataclass(frozen=True)
class Subject:
    """What an action was done to: a kind ("contact", "account", "article") and its id or number."""

    kind: str
    id: str


@dataclass(frozen=True)
class Filter:
    """Which records to show; None means any."""

    login: str | None = None
    action: Action | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    """Only records older than this id: the next page."""


class AuditLog:
    """The log, kept in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self,
        account: Account | None,
        action: Action,
        subject: Subject | None = None,
        *,
        detail: Mapping[str, str] | None = None,
        address: str | None = None,
    ) -> None:
        """Add a record; when it returns, the record is kept.

        A page with personal data is shown only after this, so that no look goes unrecorded.
        """
        async with self._database.write() as session:
            add(session, account, action, subject, detail=detail, address=address)

    async def record_once(
        self, account: Account, action: Action, subject: Subject, *, within: timedelta, address: str | None = None
    ) -> None:
        """Add a record unless the same person did the same within this time: for a look that goes on."""
        same = (
            select(AuditRecord.at)
            .where(AuditRecord.object_kind == subject.kind, AuditRecord.object_id == subject.id)
            .where(AuditRecord.account_id == account.id, AuditRecord.action == action.value)
            .order_by(AuditRecord.id.desc())
            .limit(1)
        )
        async with self._database.read() as session:
            last = await session.scalar(same)
        if last is None or last <= now() - within:
            await self.record(account, action, subject, address=address)

    async def records(self, wanted: Filter, limit: int) -> Sequence[AuditRecord]:
        """Return the newest records that fit, `limit` at most, newest first."""
        query = select(AuditRecord).order_by(AuditRecord.id.desc()).limit(limit)
        if wanted.login is not None:
            query = query.where(AuditRecord.login == wanted.login)
        if wanted.action is not None:
            query = query.where(AuditRecord.action == wanted.action.value)
        if wanted.since is not None:
            query = query.where(AuditRecord.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(AuditRecord.at < wanted.until)
        if wanted.before is not None:
            query = query.where(AuditRecord.id < wanted.before)
        async with self._database.aside() as session:
            return (await session.scalars(query)).all()


def add(
    session: AsyncSession,
    account: Account | None,
    action: Action,
    subject: Subject | None = None,
    *,
    detail: Mapping[str, str] | None = None,
    address: str | None = None,
) -> None:
    """Add a record within a transaction, so that a change and its record are kept together or not at all."""
    session.add(
        AuditRecord(
            account_id=account.id if account else None,
            login=account.login if account else None,
            action=action.value,
            object_kind=subject.kind if subject else None,
            object_id=subject.id if subject else None,
            detail=dict(detail) if detail else None,
            address=address,
        ),
    )
