"""Owns the assembly of the staff pages: their routes, and what a browser sees when a page is refused."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from web.staff import (
    accounts_pages,
    audit_pages,
    console_page,
    contacts_pages,
    csrf,
    guard,
    home,
    pages,
    password_page,
    provider_pages,
    recording_requests_pages,
    recordings_pages,
    replies_pages,
    sign_in,
)
from web.staff.csrf import ForgedRequestError
from web.staff.guard import ForbiddenError, NotSignedInError, TemporaryPasswordError
from web.staff.kb import routes as kb_pages
from web.staff.supervision import routes as supervision_pages

if TYPE_CHECKING:
    from web.services import Services

_PARTS = (
    sign_in,
    provider_pages,
    home,
    password_page,
    console_page,
    supervision_pages,
    replies_pages,
    contacts_pages,
    recordings_pages,
    recording_requests_pages,
    kb_pages,
    accounts_pages,
    audit_pages,
)
_ERRORS = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not_found",
}


def mount(app: FastAPI, services: Services) -> None:
    """Put the staff pages of `app` under /staff."""
    staff = FastAPI(openapi_url=None, dependencies=[Depends(csrf.protect)])
    staff.state.services = services
    for part in _PARTS:
        staff.include_router(part.router)
    staff.add_exception_handler(NotSignedInError, _to_sign_in)
    staff.add_exception_handler(TemporaryPasswordError, _to_password)
    staff.add_exception_handler(ForbiddenError, _forbidden)
    staff.add_exception_handler(ForgedRequestError, _forged)
    staff.add_exception_handler(RequestValidationError, _invalid)
    staff.add_exception_handler(HTTPException, _http_error)
    staff.add_exception_handler(Exception, _broken)
    app.add_route("/staff", _to_home)
    app.mount("/staff", staff)


def _to_home(_request: Request) -> Response:
    return RedirectResponse(pages.HOME, HTTPStatus.TEMPORARY_REDIRECT)


async def _to_sign_in(request: Request, _error: Exception) -> Response:
    if (shown := request.headers.get("hx-current-url")) is not None:
        # A fragment was asked for, but the whole page has to change.
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": _sign_in_for(_address_of(shown))})
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return pages.redirect(request, _sign_in_for(wanted if request.method == "GET" else pages.HOME))


async def _to_password(request: Request, _error: Exception) -> Response:
    return pages.redirect(request, guard.PASSWORD_PAGE)


async def _forbidden(request: Request, _error: Exception) -> Response:
    return _refusal(request, HTTPStatus.FORBIDDEN, "forbidden")


async def _forged(request: Request, _error: Exception) -> Response:
    return _refusal(request, HTTPStatus.FORBIDDEN, "forged")


async def _invalid(request: Request, _error: Exception) -> Response:
    return _refusal(request, HTTPStatus.UNPROCESSABLE_ENTITY, "invalid")


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  Starlette calls a handler with its own kind only
    status = HTTPStatus(error.status_code)
    await guard.visitor(request)  # an unknown address asked nobody who it is
    return _refusal(request, status, _ERRORS.get(status, "invalid"))


async def _broken(request: Request, _error: Exception) -> Response:
    return _refusal(request, HTTPStatus.INTERNAL_SERVER_ERROR, "broken")


def _refusal(request: Request, status: HTTPStatus, name: str) -> Response:
    return pages.page(request, "error.html", status, name=name)


def _sign_in_for(address: str) -> str:
    return pages.SIGN_IN if address == pages.HOME else f"{pages.SIGN_IN}?next={quote(address, safe='')}"


def _address_of(url: str) -> str:
    parts = urlsplit(url)
    return pages.address_here(parts.path + (f"?{parts.query}" if parts.query else ""))
