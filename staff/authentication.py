"""Owns the check of a login and a password, and the lock-out after failures in a row."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from database.base import now
from staff import audit, passwords
from staff.audit import Action, Subject
from staff.tables import MAX_LOGIN, Account, FailedSignIns

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from database.engine import Database

FAILURES_ALLOWED: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)


class WrongCredentialsError(Exception):
    """No active account has this login and password; which of them is wrong is not told."""


class LockedOutError(Exception):
    """Too many failures in a row under this login, whether it exists or not."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"until {until.isoformat()}")
        self.until = until


class Authentication:
    """Checks who signs in, against the accounts in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self, login: str, password: str, address: str) -> Account:
        """Return the account that signs in.

        Failures and successes are kept in the audit log. An attempt counts before it is checked, so that many at once
        get no more tries than one after another.

        Raises:
            WrongCredentialsError: the login and the password do not fit.
            LockedOutError: `FAILURES_ALLOWED` attempts failed in a row; even the right password is refused now.

        """
        login = login.strip().casefold()
        await self._count_attempt(login, address)
        async with self._database.read() as session:
            account = await session.scalar(select(Account).where(Account.login == login))
        usable = account is not None and account.active
        is_right = await passwords.matches(password, account.password_hash if account and usable else None)
        if account is None or not is_right:
            await self._refuse(account, login, address)
            raise WrongCredentialsError
        return await self._let_in(account, password, address)

    async def _count_attempt(self, login: str, address: str) -> None:
        moment = now()
        async with self._database.write() as session:
            await session.execute(delete(FailedSignIns).where(FailedSignIns.last_at <= moment - LOCKED_FOR))
            counted = await session.get(FailedSignIns, _digest(login), with_for_update=True)
            if counted is None:
                session.add(FailedSignIns(login_hash=_digest(login), failures=1))
                return
            if counted.failures < FAILURES_ALLOWED:
                counted.failures, counted.last_at = counted.failures + 1, moment
                return
            _record_refusal(session, None, login, address, "locked")
        raise LockedOutError(counted.last_at + LOCKED_FOR)

    async def _refuse(self, account: Account | None, login: str, address: str) -> None:
        async with self._database.write() as session:
            _record_refusal(session, account, login, address, "wrong")

    async def _let_in(self, account: Account, password: str, address: str) -> Account:
        renewed = None
        if passwords.is_outdated(account.password_hash):
            renewed = await passwords.hashed(password)
        async with self._database.write() as session:
            await session.execute(delete(FailedSignIns).where(FailedSignIns.login_hash == _digest(account.login)))
            kept = await session.get_one(Account, account.id)
            kept.signed_in_at = now()
            kept.password_hash = renewed or kept.password_hash
            audit.add(session, kept, Action.SIGNED_IN, address=address)
        return kept


def _record_refusal(session: AsyncSession, account: Account | None, login: str, address: str, why: str) -> None:
    # A login that does not exist may be a password typed into the wrong field: it is not kept.
    detail = {"why": why} if account is None else {"why": why, "login": login[:MAX_LOGIN]}
    subject = Subject("account", str(account.id)) if account else None
    audit.add(session, None, Action.SIGN_IN_REFUSED, subject, detail=detail, address=address)


def _digest(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()
