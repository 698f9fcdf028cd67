"""Owns the cookies of the staff pages: what they are called and how closely a browser keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from datetime import timedelta

    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response

SESSION: Final = "staff_session"
LANGUAGE: Final = "staff_language"
FLASH: Final = "staff_flash"
PROVIDER: Final = "staff_provider"

SameSite = Literal["strict", "lax"]

_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
# A browser takes a cookie of this prefix only over TLS and from this very host (RFC 6265bis, 4.1.3).
_HOST_PREFIX: Final = "__Host-"


def transport_is_safe(request: Request) -> bool:
    """Return whether nobody on the way can read along: TLS, or this very machine."""
    return _is_encrypted(request) or request.url.hostname in _LOOPBACK


def read(request: HTTPConnection, name: str) -> str | None:
    """Return the cookie's value."""
    return request.cookies.get(_full_name(request, name))


def put(
    request: Request,
    response: Response,
    name: str,
    value: str,
    *,
    lasts: timedelta | None = None,
    same_site: SameSite = "strict",
) -> None:
    """Set a cookie that no script can read; without `lasts` it goes when the browser closes."""
    response.set_cookie(
        _full_name(request, name),
        value,
        max_age=None if lasts is None else int(lasts.total_seconds()),
        secure=_is_encrypted(request),
        httponly=True,
        samesite=same_site,
    )


def drop(request: Request, response: Response, name: str, *, same_site: SameSite = "strict") -> None:
    """Remove a cookie."""
    response.delete_cookie(_full_name(request, name), secure=_is_encrypted(request), httponly=True, samesite=same_site)


def _is_encrypted(request: HTTPConnection) -> bool:
    return request.url.scheme in {"https", "wss"}


def _full_name(request: HTTPConnection, name: str) -> str:
    return f"{_HOST_PREFIX}{name}" if _is_encrypted(request) else name
