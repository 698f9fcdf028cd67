"""Owns the sessions of signed-in browsers: server-side, with an end that the browser cannot move."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, or_

from database.base import by_key, now
from staff.tables import Account, StaffSession

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from database.engine import Database

LONGEST: Final = timedelta(hours=12)
"""From sign-in to the end, however busy: one working day."""
IDLE: Final = timedelta(minutes=60)
_SEEN_EVERY: Final = timedelta(minutes=1)
_TOKEN_BYTES: Final = 32


class Sessions:
    """Opens, finds and ends sessions, kept in `database` under the hash of their token."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, account: Account, *, instead_of: str | None = None) -> str:
        """Open a session and return its token; the one that the browser had before (`instead_of`) ends.

        A token is always new at sign-in, so that one planted in a browser beforehand never becomes a signed-in one.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        async with self._database.write() as session:
            await session.execute(delete(StaffSession).where(_over(now())))
            if instead_of is not None:
                await session.execute(delete(StaffSession).where(StaffSession.token_hash == _digest(instead_of)))
            session.add(StaffSession(token_hash=_digest(token), account_id=account.id))
        return token

    async def account(self, token: str) -> Account | None:
        """Return whose session this is, or None when it is unknown, over, or the account was deactivated."""
        moment = now()
        async with self._database.glance() as session:
            found = await session.scalar(by_key(StaffSession), {"key": _digest(token)})
        if found is None or _is_over(found, moment) or not found.account.active:
            return None
        if moment - found.seen_at > _SEEN_EVERY:  # not at every request: that would be a write each time
            await self._note_seen(found.token_hash, moment)
        return found.account

    async def end(self, token: str) -> None:
        """End one session; an unknown one is ended already."""
        async with self._database.write() as session:
            await session.execute(delete(StaffSession).where(StaffSession.token_hash == _digest(token)))

    async def _note_seen(self, token_hash: str, moment: datetime) -> None:
        async with self._database.write() as session:
            kept = await session.get(StaffSession, token_hash)
            if kept is not None:  # signed out in the meantime
                kept.seen_at = moment


def csrf_token(token: str) -> str:
    """Return the token that proves that a form came from a page of this session; it does not tell the session's."""
    return hashlib.sha256(b"csrf:" + token.encode()).hexdigest()


async def end_all(session: AsyncSession, account_id: int) -> None:
    """End every session of an account, within a transaction that changes it."""
    await session.execute(delete(StaffSession).where(StaffSession.account_id == account_id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _is_over(session: StaffSession, moment: datetime) -> bool:
    return moment - session.started_at > LONGEST or moment - session.seen_at > IDLE


def _over(moment: datetime) -> ColumnElement[bool]:
    return or_(StaffSession.started_at < moment - LONGEST, StaffSession.seen_at < moment - IDLE)
