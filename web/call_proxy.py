"""Owns the way of a browser's call to the voice process: the citizen's token is checked here, sound is passed on."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from contact_centre import tokens
from contact_centre.register import UnknownContactError
from language import Language
from web import services

if TYPE_CHECKING:
    from contact_centre.tables import Contact
    from web.settings import Settings

logger = logging.getLogger(__name__)

router = APIRouter()
_OPEN_S: Final = 3.0


class CloseCode(IntEnum):
    """Why a call is closed by us; the same numbers as those of the stream."""

    NOT_UNDERSTOOD = 4400
    WRONG_TOKEN = 4401
    UNKNOWN_CONVERSATION = 4404
    NO_FIRST_FRAME = 4408
    NO_VOICE = 4503


class FirstFrame(BaseModel):
    """What the browser sends first: the conversation's token, and the language it is shown in."""

    model_config = ConfigDict(extra="forbid")

    token: str
    language: Language


class _RefusedError(Exception):
    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.name)
        self.code = code


@router.websocket("/api/conversations/{conversation_id}/call")
async def call(websocket: WebSocket, conversation_id: str) -> None:
    """Speak in a conversation: after the first frame binary frames of 16-bit sound at 8 kHz go both ways."""
    await websocket.accept()
    try:
        first = await _first_frame(websocket)
        contact = await _own_contact(websocket, conversation_id, first.token)
        await _hold(websocket, contact, first)
    except _RefusedError as refusal:
        await websocket.close(refusal.code)
    except WebSocketDisconnect:
        return  # the citizen left: nothing to tell


async def _first_frame(websocket: WebSocket) -> FirstFrame:
    try:
        async with asyncio.timeout(services.of(websocket).settings.stream_first_frame_s):
            message = await websocket.receive()
    except TimeoutError:
        raise _RefusedError(CloseCode.NO_FIRST_FRAME) from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    try:
        return FirstFrame.model_validate_json(message.get("text") or b"")
    except ValidationError:
        raise _RefusedError(CloseCode.NOT_UNDERSTOOD) from None


async def _own_contact(websocket: WebSocket, conversation_id: str, token: str) -> Contact:
    try:
        contact = await services.of(websocket).register.contact(UUID(conversation_id))
    except (ValueError, UnknownContactError):
        raise _RefusedError(CloseCode.UNKNOWN_CONVERSATION) from None
    if not tokens.matches(token, contact.token_hash):
        raise _RefusedError(CloseCode.WRONG_TOKEN)
    return contact


async def _hold(websocket: WebSocket, contact: Contact, first: FirstFrame) -> None:
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
            await _pass_on(websocket, voice)
    except (OSError, TimeoutError, InvalidHandshake) as error:
        logger.warning("contact %s cannot call: the voice process does not answer: %s", contact.number, error)
        raise _RefusedError(CloseCode.NO_VOICE) from error


def _connection(settings: Settings) -> connect:
    token = settings.service_token.get_secret_value() if settings.service_token else ""
    address = settings.voice_url.replace("http", "ws", 1) + "/browser"
    headers = {"Authorization": f"Bearer {token}"}
    return connect(address, additional_headers=headers, open_timeout=_OPEN_S, compression=None, proxy=None)


async def _pass_on(websocket: WebSocket, voice: ClientConnection) -> None:
    """Carry frames both ways until either side ends."""
    ways = {asyncio.create_task(_to_voice(websocket, voice)), asyncio.create_task(_to_browser(websocket, voice))}
    _, pending = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in pending:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)


async def _to_voice(websocket: WebSocket, voice: ClientConnection) -> None:
    with suppress(ConnectionClosed):  # the other way sees the same end
        while (message := await websocket.receive())["type"] != "websocket.disconnect":
            await voice.send(message.get("bytes") or message.get("text") or b"")


async def _to_browser(websocket: WebSocket, voice: ClientConnection) -> None:
    async for frame in voice:
        if isinstance(frame, bytes):
            await websocket.send_bytes(frame)
        else:
            await websocket.send_text(frame)
    await websocket.close()
