"""Owns the proof that a change was asked for on our own page: the browser's Origin and the session's token."""

import hmac
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from staff import sessions
from web.staff import cookies

FIELD: Final = "csrf_token"
HEADER: Final = "X-CSRF-Token"
_READING: Final = {"GET", "HEAD", "OPTIONS"}


class ForgedRequestError(Exception):
    """The request did not come from a page of ours."""


async def protect(request: Request) -> None:
    """Let a changing request through only from our own page; a dependency of every staff address.

    Without a session cookie only the origin can be checked: that is enough for the sign-in form.

    Raises:
        ForgedRequestError: another origin, or a session without its token.

    """
    if request.method in _READING:
        return
    if not comes_from_here(request):
        raise ForgedRequestError
    session_token = cookies.read(request, cookies.SESSION)
    if session_token is not None and not hmac.compare_digest(
        (await _given_token(request)).encode(), sessions.csrf_token(session_token).encode()
    ):
        raise ForgedRequestError


def comes_from_here(request: HTTPConnection) -> bool:
    """Compare Origin with Host. Every browser sends Origin with a POST; a client without one is not a browser."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def _given_token(request: Request) -> str:
    header = request.headers.get(HEADER)
    if header is not None:
        return header
    field = (await request.form()).get(FIELD)
    return field if isinstance(field, str) else ""
