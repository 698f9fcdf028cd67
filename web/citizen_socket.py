"""Owns how a citizen's WebSocket begins: the first frame, whose conversation it opens, and why one is refused."""

from __future__ import annotations

import asyncio
from enum import IntEnum
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from contact_centre import tokens
from contact_centre.register import UnknownContactError
from web import services
from web.chat_models import Credentials
from web.socket_refusal import RefusedError

if TYPE_CHECKING:
    from contact_centre.tables import Contact


class CloseCode(IntEnum):
    """Why a socket is closed by us."""

    NOT_UNDERSTOOD = 4400
    WRONG_TOKEN = 4401
    UNKNOWN_CONVERSATION = 4404
    NO_FIRST_FRAME = 4408
    TOO_SLOW = 4429
    NO_VOICE = 4503


_First = TypeVar("_First", bound=Credentials)


async def opened(websocket: WebSocket, conversation_id: str, shape: type[_First]) -> tuple[Contact, _First]:
    """Return the contact that the first frame opens, and the frame.

    Raises:
        RefusedError: the frame did not come in time, is not one of `shape`, or does not open the conversation.
        WebSocketDisconnect: the client left before it.

    """
    first = await _first_frame(websocket, shape)
    try:
        contact = await services.of(websocket).register.contact(UUID(conversation_id))
    except (ValueError, UnknownContactError):
        raise RefusedError(CloseCode.UNKNOWN_CONVERSATION) from None
    if not tokens.matches(first.token, contact.token_hash):
        raise RefusedError(CloseCode.WRONG_TOKEN)
    return contact, first


async def _first_frame(websocket: WebSocket, shape: type[_First]) -> _First:
    try:
        async with asyncio.timeout(services.of(websocket).settings.stream_first_frame_s):
            message = await websocket.receive()
    except TimeoutError:
        raise RefusedError(CloseCode.NO_FIRST_FRAME) from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    try:
        return shape.model_validate_json(message.get("text") or b"")
    except ValidationError:
        raise RefusedError(CloseCode.NOT_UNDERSTOOD) from None
