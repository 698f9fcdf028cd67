"""Owns who comes in by the word of the OpenID Connect provider: attempts under way, and whose account it is.

Only an account that exists lets a person in, and its roles are its own: the provider says who someone is, never what
they may do.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import delete, select

from database.base import now
from staff import audit, passwords
from staff.audit import Action, Subject
from staff.oidc import Attempt, ProviderRefusedError
from staff.tables import Account, ProviderAttempt

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from database.engine import Database
    from staff.oidc import Identity, Provider

logger = logging.getLogger(__name__)

LASTS: Final = timedelta(minutes=10)
"""From leaving for the provider to coming back."""
_TOKEN_BYTES: Final = 32

Match = Literal["subject", "email", "login"]
"""By what a person without a linked account is known: not at all, by the verified e-mail, by `login_claim`."""


class AttemptOverError(Exception):
    """Nobody left for the provider in this browser, or too long ago, or came back already."""


class UnknownPersonError(Exception):
    """The provider vouches for a person who has no active account here."""


@dataclass(frozen=True)
class Left:
    """A browser that leaves for the provider at `address`; `browser` is the secret by which it is known again."""

    address: str
    browser: str


class ProviderSignIn:
    """Signs people in by the provider, against the accounts in `database`."""

    def __init__(self, database: Database, provider: Provider, match: Match, login_claim: str) -> None:
        self._database = database
        self._provider = provider
        self._match = match
        self._login_claim = login_claim

    async def leave(self, redirect_uri: str, next_page: str) -> Left:
        """Begin an attempt; the browser is to come back to `redirect_uri`. Raises ProviderUnavailableError."""
        attempt, browser = Attempt.new(), secrets.token_urlsafe(_TOKEN_BYTES)
        address = await self._provider.address(attempt, redirect_uri)
        async with self._database.write() as session:
            await session.execute(delete(ProviderAttempt).where(ProviderAttempt.began_at < now() - LASTS))
            session.add(
                ProviderAttempt(
                    state_hash=_digest(attempt.state),
                    browser_hash=_digest(browser),
                    nonce=attempt.nonce,
                    verifier=attempt.verifier,
                    redirect_uri=redirect_uri,
                    next_page=next_page,
                )
            )
        return Left(address, browser)

    async def come_back(self, state: str, browser: str, code: str | None, address: str) -> tuple[Account, str]:
        """Return the account that signs in and the page it wanted; `code` is None when the provider refused.

        Every outcome is in the audit log; `address` is the browser's.

        Raises:
            AttemptOverError, UnknownPersonError: as they say.
            ProviderUnavailableError, ProviderRefusedError: as they say.

        """
        kept = await self._taken(state, browser)
        attempt = Attempt(state, kept.nonce, kept.verifier)
        try:
            identity = await self._provider.identify(attempt, kept.redirect_uri, code)
        except ProviderRefusedError:
            await self._refuse(None, "provider_refused", address)
            raise
        return await self._let_in(identity, address), kept.next_page

    async def close(self) -> None:
        """Give the provider's connections back."""
        await self._provider.close()

    async def _taken(self, state: str, browser: str) -> ProviderAttempt:
        """Return an attempt, which can be taken once."""
        async with self._database.write() as session:
            kept = await session.get(ProviderAttempt, _digest(state), with_for_update=True)
            if kept is None or kept.began_at < now() - LASTS or kept.browser_hash != _digest(browser):
                raise AttemptOverError
            await session.delete(kept)
        return kept

    async def _let_in(self, identity: Identity, address: str) -> Account:
        unusable = await passwords.hashed(passwords.random())
        async with self._database.write() as session:
            account = await self._account(session, identity)
            if account is not None and account.active:
                if account.oidc_subject is None:
                    account.oidc_subject = identity.subject
                    detail = {"login": account.login, "by": self._match}
                    audit.add(session, account, Action.ACCOUNT_LINKED, _subject(account), detail=detail)
                if account.password_is_temporary:  # someone else knows it, and its owner needs none
                    account.password_hash, account.password_is_temporary = unusable, False
                account.signed_in_at = now()
                audit.add(session, account, Action.SIGNED_IN, detail={"by": "provider"}, address=address)
                return account
        await self._refuse(account, "unknown_person" if account is None else "inactive", address)
        raise UnknownPersonError

    async def _account(self, session: AsyncSession, identity: Identity) -> Account | None:
        linked = await session.scalar(select(Account).where(Account.oidc_subject == identity.subject))
        if linked is not None or (login := self._login(identity)) is None:
            return linked
        # Linked to somebody already, it is not for whoever has the same e-mail now.
        return await session.scalar(select(Account).where(Account.login == login, Account.oidc_subject.is_(None)))

    def _login(self, identity: Identity) -> str | None:
        """Return the login that a person without a linked account may come in under."""
        if self._match == "subject":
            return None
        if self._match == "email":
            found = identity.claims.get("email") if identity.claims.get("email_verified") is True else None
        else:
            found = identity.claims.get(self._login_claim)
        return found.strip().casefold() if isinstance(found, str) else None

    async def _refuse(self, account: Account | None, why: str, address: str) -> None:
        detail = {"why": why} if account is None else {"why": why, "login": account.login}
        async with self._database.write() as session:
            subject = None if account is None else _subject(account)
            audit.add(session, None, Action.SIGN_IN_REFUSED, subject, detail=detail, address=address)


def _subject(account: Account) -> Subject:
    return Subject("account", str(account.id))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
