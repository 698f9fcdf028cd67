"""Owns the chat API's stream: messages and changes of state pushed over a WebSocket."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from contact_centre.events import (
    CitizenTyping,
    ConsultantTyping,
    ListenerTooSlowError,
    MarksChanged,
    MessagesAdded,
    StateChanged,
)
from web import services
from web.chat_models import ClientFrame, FirstFrame, MessageFrame, MessageOut, SeenFrame, StateFrame, TypingFrame
from web.citizen_socket import CloseCode, opened
from web.socket_refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from contact_centre.events import Subscription
    from contact_centre.states import State
    from contact_centre.tables import Contact, Message
    from web.services import Services

router = APIRouter()


@router.websocket("/api/conversations/{conversation_id}/stream")
async def stream(websocket: WebSocket, conversation_id: str) -> None:
    """Push a conversation: after the client's first frame, what it missed, then everything new."""
    await websocket.accept()
    try:
        contact, first = await opened(websocket, conversation_id, FirstFrame)
        await _push(websocket, contact.id, first)
    except RefusedError as refusal:
        await websocket.close(refusal.code)
    except ListenerTooSlowError:
        await websocket.close(CloseCode.TOO_SLOW)
    except WebSocketDisconnect:
        return  # the client left: nothing to tell it


async def _push(websocket: WebSocket, contact_id: UUID, first: FirstFrame) -> None:
    """Push until the client leaves; listening begins before reading, so that nothing falls between."""
    parts = services.of(websocket)
    with parts.bus.subscribe(contact_id) as news, _present(parts, contact_id):
        contact = await parts.register.contact(contact_id)
        pusher = _Pusher(websocket, contact, first)
        pushing = asyncio.create_task(pusher.run(news))
        hearing = asyncio.create_task(_hear(websocket, contact_id, pusher))
        done, pending = await asyncio.wait({pushing, hearing}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            task.result()


@contextmanager
def _present(parts: Services, contact_id: UUID) -> Iterator[None]:
    """Let the consultant see that the citizen is there, until the block ends."""
    try:
        with parts.desk.attendance.connected(contact_id):
            parts.bus.publish(contact_id, MarksChanged())
            yield
    finally:
        parts.bus.publish(contact_id, MarksChanged())


async def _hear(websocket: WebSocket, contact_id: UUID, pusher: _Pusher) -> None:
    """Pass on what the client tells of the citizen, until it leaves; what it did not offer to tell has no meaning."""
    parts = services.of(websocket)
    while (message := await websocket.receive())["type"] != "websocket.disconnect":
        if not pusher.marks:
            continue
        try:
            frame = ClientFrame.validate_json(message.get("text") or b"")
        except ValidationError:
            continue  # a newer client may tell more than we understand
        if isinstance(frame, TypingFrame):
            parts.bus.publish(contact_id, CitizenTyping())
            continue
        is_known = pusher.has_told(frame.id) or await parts.register.has(contact_id, frame.id)
        if is_known and parts.desk.attendance.read(contact_id, frame.id):
            parts.bus.publish(contact_id, MarksChanged())


class _Pusher:
    """What one client has been told so far."""

    def __init__(self, websocket: WebSocket, contact: Contact, first: FirstFrame) -> None:
        self._websocket = websocket
        self._parts = services.of(websocket)
        self._contact = contact
        self._after = first.after or 0
        self._told = 0
        self.marks = first.marks
        self._state: State | None = None
        self._seen = 0

    def has_told(self, message_id: int) -> bool:
        """Return whether the client was told everything up to a message."""
        return message_id <= self._told

    async def run(self, news: Subscription) -> None:
        await self._messages()
        await self._tell_state(self._contact.state)
        await self._tell_seen()
        while True:
            item = await news.next()
            if isinstance(item, StateChanged):
                await self._tell_state(item.state)
            elif isinstance(item, MessagesAdded):
                await self._added(item)
            elif isinstance(item, MarksChanged):
                await self._tell_seen()
            elif isinstance(item, ConsultantTyping) and self.marks:
                await self._send(TypingFrame())

    async def _added(self, news: MessagesAdded) -> None:
        if news.follow(self._after):
            await self._tell([message for message in news.messages if message.id > self._after])
            self._note_delivered()
        else:
            await self._messages()

    async def _messages(self) -> None:
        while messages := await self._parts.register.messages(self._contact.id, self._after):
            await self._tell(messages)
        self._note_delivered()

    async def _tell(self, messages: Sequence[Message]) -> None:
        for message in messages:
            await self._send(MessageFrame(message=MessageOut.of(message)))
            self._after = self._told = message.id

    def _note_delivered(self) -> None:
        if self._parts.desk.attendance.delivered(self._contact.id, self._after):
            self._parts.bus.publish(self._contact.id, MarksChanged())

    async def _tell_state(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            await self._send(StateFrame(state=state))

    async def _tell_seen(self) -> None:
        seen = self._parts.desk.attendance.marks(self._contact.id).seen
        if self.marks and seen > self._seen:
            self._seen = seen
            await self._send(SeenFrame(id=seen))

    async def _send(self, frame: MessageFrame | StateFrame | SeenFrame | TypingFrame) -> None:
        await self._websocket.send_text(frame.model_dump_json(by_alias=True))
