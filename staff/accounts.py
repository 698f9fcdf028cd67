"""Owns the accounts of the staff: made, changed, deactivated, given passwords; each change with its audit record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from staff import audit, passwords, sessions
from staff.audit import Action, Subject
from staff.passwords import Weakness
from staff.roles import Role
from staff.tables import MAX_LOGIN, Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from database.engine import Database
    from language import Language

_LOGIN: Final = re.compile(rf"[a-z0-9][a-z0-9._@-]{{1,{MAX_LOGIN - 1}}}")


class UnknownAccountError(LookupError):
    """There is no account with this id or login."""


class InvalidLoginError(ValueError):
    """A login is 2 to 64 Latin letters, digits and `._@-`."""


class LoginTakenError(ValueError):
    """Another account has this login."""


class NoRoleError(ValueError):
    """An account without a role could do nothing."""


class LastAdministratorError(ValueError):
    """Without this account nobody could manage accounts any more."""


class SubjectTakenError(ValueError):
    """Another account is linked with this person of the OpenID Connect provider."""


class WrongPasswordError(ValueError):
    """The present password is another."""


class WeakPasswordError(ValueError):
    """The new password is not good enough."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(weakness.value)
        self.weakness = weakness


class Accounts:
    """The accounts, kept in `database`. `by` is who does it: None for the command line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        login: str,
        display_name: str,
        roles: Iterable[Role],
        language: Language,
        *,
        password: str | None = None,
        by: Account | None = None,
    ) -> tuple[Account, str]:
        """Make an account and return it with its password, which is random and temporary when none is given.

        Raises:
            InvalidLoginError, LoginTakenError, NoRoleError: as they say.
            WeakPasswordError: a given password is not good enough.

        """
        login, chosen = normalised(login), frozenset(roles)
        if not chosen:
            raise NoRoleError
        if password is not None:
            _require_strong(password, login)
        given = password or passwords.random()
        account = Account(
            login=login,
            display_name=display_name,
            roles=chosen,
            language=language,
            password_hash=await passwords.hashed(given),
            password_is_temporary=password is None,
        )
        try:
            async with self._database.write() as session:
                session.add(account)
                await session.flush()
                audit.add(session, by, Action.ACCOUNT_CREATED, _subject(account), detail=_described(account))
        except IntegrityError:
            raise LoginTakenError(login) from None
        return account, given

    async def all(self) -> Sequence[Account]:
        """Return every account, the active ones first, by login."""
        async with self._database.read() as session:
            return (await session.scalars(select(Account).order_by(Account.active.desc(), Account.login))).all()

    async def exist(self) -> bool:
        """Return whether there is any account."""
        async with self._database.read() as session:
            return bool(await session.scalar(select(func.count()).select_from(Account)))

    async def by_id(self, account_id: int) -> Account:
        """Return the account. Raises UnknownAccountError."""
        async with self._database.read() as session:
            return await _account(session, account_id)

    async def by_login(self, login: str) -> Account:
        """Return the account. Raises UnknownAccountError."""
        async with self._database.read() as session:
            found = await session.scalar(select(Account).where(Account.login == login.strip().casefold()))
        if found is None:
            raise UnknownAccountError(login)
        return found

    async def change(
        self,
        account_id: int,
        *,
        display_name: str,
        roles: Iterable[Role],
        active: bool,
        subject: str | None = None,
        by: Account | None = None,
    ) -> Account:
        """Give an account another name and roles, deactivate it or activate it again.

        `subject` links it with a person of the OpenID Connect provider, "" with none; None changes nothing.

        Raises:
            UnknownAccountError, NoRoleError, LastAdministratorError, SubjectTakenError: as they say.

        """
        chosen = frozenset(roles)
        if not chosen:
            raise NoRoleError
        async with self._database.write() as session:
            account = await _account(session, account_id)
            if not (active and Role.ADMINISTRATOR in chosen):
                await _require_another_administrator(session, account)
            account.display_name, account.roles, account.active = display_name, chosen, active
            if subject is not None and (subject or None) != account.oidc_subject:
                await _link(session, account, subject or None, by)
            if not active:
                await sessions.end_all(session, account.id)
            audit.add(session, by, Action.ACCOUNT_CHANGED, _subject(account), detail=_described(account))
        return account

    async def speak(self, account_id: int, language: Language) -> None:
        """Keep the language that the person wants to see the pages in."""
        async with self._database.write() as session:
            (await _account(session, account_id)).language = language

    async def reset_password(self, account_id: int, *, password: str | None = None, by: Account | None = None) -> str:
        """Give an account a new password and return it; its sessions end, and its owner must choose another.

        Raises:
            UnknownAccountError: there is no such account.
            WeakPasswordError: a given password is not good enough.

        """
        login = (await self.by_id(account_id)).login
        if password is not None:
            _require_strong(password, login)
        given = password or passwords.random()
        kept_hash = await passwords.hashed(given)
        async with self._database.write() as session:
            account = await _account(session, account_id)
            account.password_hash, account.password_is_temporary = kept_hash, True
            await sessions.end_all(session, account.id)
            audit.add(session, by, Action.PASSWORD_RESET, _subject(account))
        return given

    async def change_password(self, account: Account, present: str, new: str) -> None:
        """Let a person choose a password; every session of the account ends.

        Raises:
            WrongPasswordError: `present` is not the password.
            WeakPasswordError: `new` is not good enough.

        """
        if not await passwords.matches(present, account.password_hash):
            raise WrongPasswordError
        _require_strong(new, account.login)
        if new == present:
            raise WeakPasswordError(Weakness.SAME)
        kept_hash = await passwords.hashed(new)
        async with self._database.write() as session:
            kept = await _account(session, account.id)
            kept.password_hash, kept.password_is_temporary = kept_hash, False
            await sessions.end_all(session, account.id)
            audit.add(session, account, Action.PASSWORD_CHANGED, _subject(account))


def normalised(login: str) -> str:
    """Return a login as it is kept: small letters, no spaces around. Raises InvalidLoginError."""
    small = login.strip().casefold()
    if not _LOGIN.fullmatch(small):
        raise InvalidLoginError(login)
    return small


def _require_strong(password: str, login: str) -> None:
    if (found := passwords.weakness(password, login)) is not None:
        raise WeakPasswordError(found)


async def _account(session: AsyncSession, account_id: int) -> Account:
    account = await session.get(Account, account_id)
    if account is None:
        raise UnknownAccountError(str(account_id))
    return account


async def _require_another_administrator(session: AsyncSession, account: Account) -> None:
    if not (account.active and Role.ADMINISTRATOR in account.roles):
        return
    others = await session.scalars(select(Account).where(Account.active, Account.id != account.id))
    if not any(Role.ADMINISTRATOR in other.roles for other in others):
        raise LastAdministratorError(account.login)


async def _link(session: AsyncSession, account: Account, subject: str | None, by: Account | None) -> None:
    same = select(Account.id).where(Account.oidc_subject == subject)
    if subject is not None and await session.scalar(same) is not None:
        raise SubjectTakenError(subject)
    account.oidc_subject = subject
    detail = {"login": account.login, "by": "subject" if subject else "nothing"}
    audit.add(session, by, Action.ACCOUNT_LINKED, _subject(account), detail=detail)


def _subject(account: Account) -> Subject:
    return Subject("account", str(account.id))


def _described(account: Account) -> dict[str, str]:
    return {
        "login": account.login,
        "roles": ", ".join(sorted(account.roles)),
        "active": "yes" if account.active else "no",
    }
