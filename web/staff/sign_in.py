"""Owns signing in with a login and a password, signing out, and what the form says to who is refused."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from staff.audit import Action
from staff.authentication import LockedOutError, WrongCredentialsError
from staff.tables import Account
from web import services
from web.staff import cookies, pages
from web.staff.guard import signed_in_with_any_password, visitor

router = APIRouter()

Field = Annotated[str, Form(max_length=200)]


@router.get("/sign-in")
async def show(
    request: Request,
    account: Annotated[Account | None, Depends(visitor)],
    next_page: Annotated[str | None, Query(alias="next")] = None,
) -> Response:
    """Show the form; who is signed in already goes on to the page."""
    if account is not None:
        return pages.redirect(request, pages.address_here(next_page))
    return sign_in_form(request, next_page, HTTPStatus.OK)


@router.post("/sign-in")
async def enter(
    request: Request,
    login: Field = "",
    password: Field = "",
    next_page: Annotated[str | None, Form(alias="next")] = None,
) -> Response:
    """Check the login and the password; open a session."""
    if not cookies.transport_is_safe(request):
        return sign_in_form(request, next_page, HTTPStatus.FORBIDDEN, login=login)
    if (limited := await too_many(request, next_page, login=login)) is not None:
        return limited
    try:
        account = await services.of(request).authentication.check(login, password, client_address(request))
    except WrongCredentialsError:
        return sign_in_form(request, next_page, HTTPStatus.UNPROCESSABLE_ENTITY, "wrong", login=login)
    except LockedOutError as locked:
        until = locked.until.astimezone(pages.TIME_ZONE).strftime("%H:%M")
        return sign_in_form(request, next_page, HTTPStatus.TOO_MANY_REQUESTS, "locked", login=login, until=until)
    return await open_session(request, account, pages.redirect(request, pages.address_here(next_page)))


@router.post("/sign-out")
async def leave(request: Request, account: Annotated[Account, Depends(signed_in_with_any_password)]) -> Response:
    """End the session."""
    parts = services.of(request)
    await parts.sessions.end(cookies.read(request, cookies.SESSION) or "")
    await parts.audit.record(account, Action.SIGNED_OUT, address=client_address(request))
    response = pages.redirect(request, pages.SIGN_IN, "sign_in.left")
    cookies.drop(request, response, cookies.SESSION)
    return response


async def open_session(request: Request, account: Account, response: Response) -> Response:
    """Give the browser a new session with `response`; the one it had before ends."""
    before = cookies.read(request, cookies.SESSION)
    token = await services.of(request).sessions.start(account, instead_of=before)
    cookies.put(request, response, cookies.SESSION, token)
    return response


def client_address(request: Request) -> str:
    """Return the address of the browser (behind a proxy: the one that the proxy vouches for)."""
    return request.client.host if request.client else ""


async def too_many(request: Request, next_page: str | None, *, login: str = "") -> Response | None:
    """Count an attempt of this address; None when it is allowed, else the form that says when to try again."""
    if (seconds := await services.of(request).limits.sign_in(client_address(request))) is None:
        return None
    limited = sign_in_form(request, next_page, HTTPStatus.TOO_MANY_REQUESTS, "too_many", login=login, seconds=seconds)
    limited.headers["Retry-After"] = str(seconds)
    return limited


def sign_in_form(
    request: Request,
    next_page: str | None,
    status: HTTPStatus,
    problem: str | None = None,
    /,
    login: str = "",
    **values: object,
) -> Response:
    """Return the form to sign in, with the sentence `sign_in.<problem>` of texts.yml."""
    return pages.page(
        request,
        "sign_in.html",
        status,
        next=pages.address_here(next_page),
        problem=problem,
        values=values,
        login=login,
        safe=cookies.transport_is_safe(request),
        by_provider=services.of(request).provider is not None,
    )
