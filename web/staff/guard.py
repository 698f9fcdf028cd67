"""Owns who is let in: the session behind a request, and what its account may do."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from staff.roles import Permission
from staff.tables import Account
from web import services
from web.staff import cookies

PASSWORD_PAGE = "/staff/password"  # noqa: S105  an address


class NotSignedInError(Exception):
    """There is no session, or it is over."""


class ForbiddenError(Exception):
    """The account may not do this."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.value)
        self.permission = permission


class TemporaryPasswordError(Exception):
    """The account's password was given by someone else and must be changed before anything else."""


async def visitor(request: Request) -> Account | None:
    """Return the signed-in account, or None. Kept with the request, where `pages.page` finds it."""
    token = cookies.read(request, cookies.SESSION)
    account = await services.of(request).sessions.account(token) if token else None
    request.state.account = account
    return account


async def signed_in_with_any_password(account: Annotated[Account | None, Depends(visitor)]) -> Account:
    """Return the signed-in account, whether or not its password must be changed.

    Raises:
        NotSignedInError: nobody is signed in.

    """
    if account is None:
        raise NotSignedInError
    return account


async def signed_in(account: Annotated[Account, Depends(signed_in_with_any_password)]) -> Account:
    """Return the signed-in account.

    Raises:
        NotSignedInError: nobody is signed in.
        TemporaryPasswordError: the person must choose a password first.

    """
    if account.password_is_temporary:
        raise TemporaryPasswordError
    return account


def require(permission: Permission) -> Callable[[Account], Awaitable[Account]]:
    """Return a dependency that gives the signed-in account if it may do this.

    Raises:
        NotSignedInError: nobody is signed in.
        ForbiddenError: the account lacks the permission.

    """

    async def allowed(account: Annotated[Account, Depends(signed_in)]) -> Account:
        if not account.may(permission):
            raise ForbiddenError(permission)
        return account

    return allowed


SignedIn = Annotated[Account, Depends(signed_in)]
