"""Owns the address at which our web process asks what the telephone in a consultant's console signs in with."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, HTTPException
from pydantic import BaseModel

from voice_channel.access import is_our_web_process
from voice_channel.pbx.phones import password, softphone

if TYPE_CHECKING:
    from voice_channel.pbx.roster import Roster
    from voice_channel.pbx.settings import Settings


class SoftphoneOut(BaseModel):
    """A SIP account."""

    name: str
    password: str


def softphone_router(roster: Roster, settings: Settings) -> APIRouter:
    """Return the address, which needs `settings.service_token`."""
    router = APIRouter()

    @router.get("/softphones/{login}", summary="The account of the telephone in a consultant's console")
    async def account(login: str, authorization: Annotated[str, Header()] = "") -> SoftphoneOut:
        if not is_our_web_process(authorization, settings.service_token):
            raise HTTPException(HTTPStatus.UNAUTHORIZED)
        if not roster.has(login):
            raise HTTPException(HTTPStatus.NOT_FOUND, "the exchange has no telephone of this name")
        name = softphone(login)
        return SoftphoneOut(name=name, password=password(name, settings.sip_secret))

    return router
