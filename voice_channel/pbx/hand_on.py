"""Owns the address by which our web process lets a consultant hand a caller on: to a person, or to a language."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from uuid import UUID  # noqa: TC003  FastAPI reads the annotations

from fastapi import APIRouter, Header, HTTPException
from pydantic import BaseModel

from language import Language
from voice_channel.access import is_our_web_process
from voice_channel.pbx.ami import AmiError
from voice_channel.pbx.link import UnknownCallError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from voice_channel.pbx.link import Link


class HandOnIn(BaseModel):
    """To which person, by number of the account, or to which language; neither: to whoever is free."""

    language: Language | None = None
    account: int | None = None


def hand_on_router(link: Link | None, service_token: SecretStr | None) -> APIRouter:
    """Return the address, which needs `service_token`; without a link with an exchange there is nobody to hand on."""
    router = APIRouter()

    @router.post("/calls/{call}/hand-on", status_code=HTTPStatus.NO_CONTENT, summary="Lead a caller to somebody else")
    async def hand_on(call: UUID, to: HandOnIn, authorization: Annotated[str, Header()] = "") -> None:
        if not is_our_web_process(authorization, service_token):
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "only our web process may ask for this")
        if link is None:
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "there is no exchange")
        try:
            await link.hand_on(call, to.language, to.account)
        except UnknownCallError:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no such call") from None
        except AmiError as error:
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error

    return router
