"""Owns the page where a person chooses a password."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from staff import passwords
from staff.accounts import WeakPasswordError, WrongPasswordError
from staff.tables import Account
from web import services
from web.staff import pages
from web.staff.guard import signed_in_with_any_password
from web.staff.sign_in import client_address, open_session

router = APIRouter()

AnySignedIn = Annotated[Account, Depends(signed_in_with_any_password)]
Field = Annotated[str, Form(max_length=200)]


@router.get("/password")
async def show(request: Request, account: AnySignedIn) -> Response:
    """Show the form."""
    return _form(request, account)


@router.post("/password")
async def change(
    request: Request, account: AnySignedIn, present: Field = "", new: Field = "", again: Field = ""
) -> Response:
    """Take the new password; other browsers of the account are signed out."""
    if new != again:
        return _form(request, account, HTTPStatus.UNPROCESSABLE_ENTITY, "different")
    if await services.of(request).limits.sign_in(client_address(request)) is not None:
        return _form(request, account, HTTPStatus.TOO_MANY_REQUESTS, "too_many")
    try:
        await services.of(request).accounts.change_password(account, present, new)
    except WrongPasswordError:
        return _form(request, account, HTTPStatus.UNPROCESSABLE_ENTITY, "wrong")
    except WeakPasswordError as weak:
        return _form(request, account, HTTPStatus.UNPROCESSABLE_ENTITY, weak.weakness.value)
    return await open_session(request, account, pages.redirect(request, pages.HOME, "password.changed"))


def _form(
    request: Request, account: Account, status: HTTPStatus = HTTPStatus.OK, problem: str | None = None, /
) -> Response:
    return pages.page(
        request,
        "password.html",
        status,
        problem=problem,
        is_temporary=account.password_is_temporary,
        shortest=passwords.MIN_LENGTH,
    )
