"""Owns the start page, which lists what the account may do, and the choice of language."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response

from language import Language
from staff.tables import Account
from web import services
from web.staff import cookies, pages
from web.staff.guard import SignedIn, visitor

router = APIRouter()

_LANGUAGE_KEPT: Final = timedelta(days=365)


@router.get("/")
async def start(request: Request, account: SignedIn) -> Response:
    """Show what the account may do."""
    return pages.page(request, "home.html", roles=sorted(account.roles))


@router.post("/language")
async def choose_language(
    request: Request,
    account: Annotated[Account | None, Depends(visitor)],
    language: Annotated[Language, Form()],
    next_page: Annotated[str | None, Form(alias="next")] = None,
) -> Response:
    """Keep the language, with the account and in the browser, and show the same page again."""
    if account is not None:
        await services.of(request).accounts.speak(account.id, language)
    response = pages.redirect(request, pages.address_here(next_page))
    cookies.put(request, response, cookies.LANGUAGE, language, lasts=_LANGUAGE_KEPT)
    return response
