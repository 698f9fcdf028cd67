"""Owns the telephone in a consultant's console: its account, and the way of its SIP to the exchange.

The browser reaches the exchange through this process alone: under the site's own address and certificate, and only
while the session lasts.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Request, Response, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake
from websockets.typing import Subprotocol

from web import services
from web.consultant_api import Serving  # noqa: TC001  FastAPI reads the annotations
from web.consultant_socket import CloseCode, opened
from web.problems import ProblemError
from web.socket_refusal import RefusedError
from web.socket_relay import pass_on

if TYPE_CHECKING:
    from staff.tables import Account
    from web.services import Services
    from web.settings import Settings

logger = logging.getLogger(__name__)

router = APIRouter()
stream_router = APIRouter()

_SIP: Final = Subprotocol("sip")
"""RFC 7118."""
_ANSWER_S: Final = 3.0
_SESSION_EVERY_S: Final = 10.0
_RELOAD_S: Final = 5.0
"""A page that is loaded anew, or a line that broke, is back in a moment; so long the exchange sees no difference."""


class SoftphoneOut(BaseModel):
    """What the telephone signs in with."""

    name: str
    password: str


@router.get("/softphone")
async def show_account(request: Request, response: Response, account: Serving) -> SoftphoneOut:
    """Return the account of the consultant's own telephone."""
    response.headers["Cache-Control"] = "no-store"
    settings = services.of(request).settings
    if not settings.pbx_url:
        raise ProblemError(HTTPStatus.NOT_FOUND, "no_exchange", language=account.language)
    try:
        async with _exchange(settings) as http:
            answer = await http.get(f"/softphones/{quote(account.login, safe='')}")
        answer.raise_for_status()
        return SoftphoneOut.model_validate_json(answer.content)
    except (httpx.HTTPError, ValidationError) as error:
        logger.warning("no telephone for a console: %s", error or type(error).__name__)
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "no_exchange", language=account.language) from error


@stream_router.websocket("/softphone")
async def signal(websocket: WebSocket) -> None:
    """Carry SIP (RFC 7118) between the console and the exchange; meanwhile the consultant's telephone is this one."""
    await websocket.accept(subprotocol=_SIP if _SIP in websocket.scope["subprotocols"] else None)
    try:
        account, token = await opened(websocket)
        await _hold(websocket, services.of(websocket), account, token)
    except RefusedError as refusal:
        await websocket.close(refusal.code)
    except WebSocketDisconnect:
        return  # the console left: the exchange drops what came that way


async def _hold(websocket: WebSocket, parts: Services, account: Account, token: str) -> None:
    address = parts.settings.sip_websocket_url
    if not address:
        raise RefusedError(CloseCode.NO_EXCHANGE)
    try:
        async with connect(address, subprotocols=[_SIP], open_timeout=_ANSWER_S, compression=None, proxy=None) as sip:
            with parts.softphones.connected(account.id):
                await _until_it_ends(websocket, sip, parts, token)
    except (OSError, TimeoutError, InvalidHandshake) as error:
        logger.warning("the exchange takes no SIP from consoles: %s", error or type(error).__name__)
        raise RefusedError(CloseCode.NO_EXCHANGE) from error
    if await parts.sessions.account(token) is None:
        raise RefusedError(CloseCode.NOT_SIGNED_IN)


async def _until_it_ends(websocket: WebSocket, sip: ClientConnection, parts: Services, token: str) -> None:
    """Carry frames while the session lasts."""
    carrying, session = asyncio.create_task(pass_on(websocket, sip)), asyncio.create_task(_session_ends(parts, token))
    try:
        await asyncio.wait((carrying, session), return_when=asyncio.FIRST_COMPLETED)
        if carrying.done() and carrying.result():
            await asyncio.sleep(_RELOAD_S)
    finally:
        for task in (carrying, session):
            task.cancel()
        await asyncio.gather(carrying, session, return_exceptions=True)


async def _session_ends(parts: Services, token: str) -> None:
    while True:
        if await parts.sessions.account(token) is None:
            return
        await asyncio.sleep(_SESSION_EVERY_S)


def _exchange(settings: Settings) -> httpx.AsyncClient:
    token = settings.service_token.get_secret_value() if settings.service_token else ""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=settings.pbx_url, headers=headers, timeout=_ANSWER_S, trust_env=False)
