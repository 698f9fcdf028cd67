"""Owns the way of a browser's call to the voice process: the citizen's token is checked here, sound is passed on."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake

from web import services
from web.chat_models import CallFrame
from web.citizen_socket import CloseCode, opened
from web.socket_refusal import RefusedError
from web.socket_relay import pass_on

if TYPE_CHECKING:
    from contact_centre.tables import Contact
    from web.settings import Settings

logger = logging.getLogger(__name__)

router = APIRouter()
_OPEN_S: Final = 3.0


@router.websocket("/api/conversations/{conversation_id}/call")
async def call(websocket: WebSocket, conversation_id: str) -> None:
    """Speak in a conversation: after the first frame binary frames of 16-bit sound at 8 kHz go both ways."""
    await websocket.accept()
    try:
        contact, first = await opened(websocket, conversation_id, CallFrame)
        await _hold(websocket, contact, first)
    except RefusedError as refusal:
        await websocket.close(refusal.code)
    except WebSocketDisconnect:
        return  # the citizen left: nothing to tell


async def _hold(websocket: WebSocket, contact: Contact, first: CallFrame) -> None:
    settings = services.of(websocket).settings
    request = {
        "conversation": str(contact.id),
        "token": first.token,
        "number": contact.number,
        "language": contact.language or first.language,
    }
    try:
        async with _connection(settings) as voice:
            await voice.send(json.dumps(request))
            await pass_on(websocket, voice)
    except (OSError, TimeoutError, InvalidHandshake) as error:
        logger.warning("contact %s cannot call: the voice process does not answer: %s", contact.number, error)
        raise RefusedError(CloseCode.NO_VOICE) from error


def _connection(settings: Settings) -> connect:
    token = settings.service_token.get_secret_value() if settings.service_token else ""
    address = settings.voice_url.replace("http", "ws", 1) + "/browser"
    headers = {"Authorization": f"Bearer {token}"}
    return connect(address, additional_headers=headers, open_timeout=_OPEN_S, compression=None, proxy=None)
