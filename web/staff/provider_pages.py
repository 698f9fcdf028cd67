"""Owns signing in by the OpenID Connect provider: the way there and the way back."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from staff.oidc import ProviderRefusedError, ProviderUnavailableError
from staff.provider_sign_in import LASTS, AttemptOverError, ProviderSignIn, UnknownPersonError
from web import services
from web.staff import cookies, pages
from web.staff.sign_in import client_address, open_session, sign_in_form, too_many

router = APIRouter(prefix="/sign-in/provider")

Parameter = Annotated[str, Query(max_length=4_000)]
_BACK: Final = "/staff/sign-in/provider/back"
_PROBLEMS: Final = {
    AttemptOverError: (HTTPStatus.UNPROCESSABLE_ENTITY, "attempt_over"),
    UnknownPersonError: (HTTPStatus.FORBIDDEN, "unknown_person"),
    ProviderRefusedError: (HTTPStatus.FORBIDDEN, "provider_refused"),
    ProviderUnavailableError: (HTTPStatus.BAD_GATEWAY, "provider_away"),
}


@router.get("")
async def leave(request: Request, next_page: Annotated[str | None, Query(alias="next")] = None) -> Response:
    """Send the browser to the provider."""
    provider, wanted = _provider(request), pages.address_here(next_page)
    if not cookies.transport_is_safe(request):
        return sign_in_form(request, wanted, HTTPStatus.FORBIDDEN)
    if (limited := await too_many(request, wanted)) is not None:
        return limited
    here = f"{request.url.scheme}://{request.url.netloc}{_BACK}"
    try:
        left = await provider.leave(here, wanted)
    except ProviderUnavailableError as error:
        return sign_in_form(request, wanted, *_PROBLEMS[type(error)])
    response = pages.redirect(request, left.address)
    # The way back begins on another site, from where a browser brings no strict cookie.
    cookies.put(request, response, cookies.PROVIDER, left.browser, lasts=LASTS, same_site="lax")
    return response


@router.get("/back")
async def come_back(request: Request, state: Parameter = "", code: Parameter = "") -> Response:
    """Take the provider's answer; open a session for the account of the person."""
    provider, browser = _provider(request), cookies.read(request, cookies.PROVIDER) or ""
    if (limited := await too_many(request, pages.HOME)) is not None:
        return limited
    try:
        account, wanted = await provider.come_back(state, browser, code or None, client_address(request))
    except tuple(_PROBLEMS) as error:
        return sign_in_form(request, pages.HOME, *_PROBLEMS[type(error)])
    request.state.account = account
    # A page and not a redirect: the strict cookie of the session goes only with what our own page asks for.
    response = await open_session(request, account, pages.page(request, "signed_in.html", next=wanted))
    cookies.drop(request, response, cookies.PROVIDER, same_site="lax")
    return response


def _provider(request: Request) -> ProviderSignIn:
    provider = services.of(request).provider
    if provider is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return provider
