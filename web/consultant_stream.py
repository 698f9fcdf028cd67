"""Owns the console's stream: work, messages and marks pushed to one consultant, and the console's signs of life."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from contact_centre.events import DESK, CitizenTyping, DeskChanged, ListenerTooSlowError, MarksChanged, MessagesAdded
from contact_centre.events import OfferOver as OfferIsOver
from contact_centre.queue.model import Phase
from web import services
from web.consultant_api import work_shown
from web.consultant_models import (
    BeatFrame,
    CitizenTypingFrame,
    ConsoleFrame,
    MarksFrame,
    MarksOut,
    Me,
    OfferOverFrame,
    StaffMessageOut,
    TalkMessageFrame,
    TypingIn,
    WorkFrame,
)
from web.consultant_socket import CloseCode, opened
from web.socket_refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from pydantic import BaseModel

    from contact_centre.events import News, Subscription
    from contact_centre.floor import Talk
    from contact_centre.tables import Message
    from staff.tables import Account

router = APIRouter()

BEAT_S: Final = 10.0
_NOTED: Final = 0.1
"""A console's signs of life are kept once in this part of the time after which a silent one is gone."""


@router.websocket("/console")
async def console(websocket: WebSocket) -> None:
    """Push a consultant's work until the console leaves."""
    await websocket.accept()
    try:
        account, token = await opened(websocket)
        await _serve(websocket, account, token)
    except RefusedError as refusal:
        await websocket.close(refusal.code)
    except ListenerTooSlowError:
        await websocket.close(CloseCode.TOO_SLOW)
    except WebSocketDisconnect:
        return  # the console left: it gets everything when it comes back


async def _serve(websocket: WebSocket, account: Account, token: str) -> None:
    parts = services.of(websocket)
    await parts.desk.sign_on(account)
    with parts.bus.subscribe(DESK) as news:
        pusher = _Pusher(websocket, account, news)
        hearing = _hear(websocket, account, pusher)
        works = (pusher.run(), hearing, _beat(websocket, token), pusher.refresh_when_asked())
        tasks = [asyncio.create_task(work) for work in works]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            task.result()


async def _beat(websocket: WebSocket, token: str) -> None:
    """Show the console that we are alive, as long as its session is."""
    while await services.of(websocket).sessions.account(token) is not None:
        await websocket.send_text(BeatFrame().model_dump_json())
        await asyncio.sleep(BEAT_S)
    await websocket.close(CloseCode.NOT_SIGNED_IN)


async def _hear(websocket: WebSocket, account: Account, pusher: _Pusher) -> None:
    """Take every frame as a sign of life, until the console leaves."""
    parts, clock, noted = services.of(websocket), asyncio.get_running_loop().time, 0.0
    desk = parts.desk
    pause_s = desk.policy.vanish_s * _NOTED
    while (message := await websocket.receive())["type"] != "websocket.disconnect":
        if clock() - noted > pause_s:
            noted = clock()
            await desk.beat(account)
        try:
            frame = ConsoleFrame.validate_json(message.get("text") or b"")
        except ValidationError:
            continue  # still a sign of life
        if isinstance(frame, BeatFrame):
            continue
        # What the console was told is known here; the register is asked about what it read for itself.
        contact_id = pusher.talk(frame.conversation) or await desk.own_talk(frame.conversation, account)
        if contact_id is None:
            continue
        if isinstance(frame, TypingIn):
            desk.typing(contact_id)
        elif pusher.has_told(contact_id, frame.id) or await parts.register.has(contact_id, frame.id):
            desk.read(contact_id, frame.id)


class _Pusher:
    """What one console has been told so far."""

    def __init__(self, websocket: WebSocket, account: Account, news: Subscription) -> None:
        self._websocket = websocket
        self._parts = services.of(websocket)
        self._account = account
        self._news = news
        self._talks: dict[UUID, int] = {}
        """Entry by conversation."""
        self._last: dict[UUID, int] = {}
        """Id of the last message told, by conversation."""
        self._names: dict[int, str] = {account.id: account.display_name}
        self._shown: object = None
        self._stale = asyncio.Event()
        self._stale.set()

    def talk(self, entry_id: int) -> UUID | None:
        """Return whose talk an entry is, None when the console was not told that it has it in hand."""
        return next((contact for contact, entry in self._talks.items() if entry == entry_id), None)

    def has_told(self, contact_id: UUID, message_id: int) -> bool:
        """Return whether the console was told everything up to a message of a talk."""
        return message_id <= self._last.get(contact_id, 0)

    async def run(self) -> None:
        while True:
            topic, item = await self._news.next_with_topic()
            await self._take(topic, item)

    async def refresh_when_asked(self) -> None:
        while True:
            await self._stale.wait()
            self._stale.clear()
            await self._tell_work()

    async def _take(self, topic: UUID, item: News) -> None:
        if isinstance(item, DeskChanged):
            self._stale.set()
        elif isinstance(item, OfferIsOver):
            if item.consultant_id == self._account.id:
                await self._send(OfferOverFrame(id=item.entry_id, why=item.why))
        elif (entry_id := self._talks.get(topic)) is None:
            return
        elif isinstance(item, MessagesAdded):
            await self._added(topic, entry_id, item)
        elif isinstance(item, CitizenTyping):
            await self._send(CitizenTypingFrame(conversation=entry_id))
        elif isinstance(item, MarksChanged):
            await self._tell_marks(topic, entry_id)

    async def _tell_work(self) -> None:
        floor = await self._parts.floor.now()
        work = floor.work(self._account)
        shown = (Me.of(work.me), work.offers, work.talks, work.waiting)
        if shown == self._shown:
            return  # something changed for others
        await self._follow(work.talks, is_first=self._shown is None)
        self._shown = shown
        await self._send(WorkFrame(work=work_shown(self._parts, work, floor.at)))

    async def _follow(self, talks: Sequence[Talk], *, is_first: bool) -> None:
        under_way = {talk.item.contact.id: talk for talk in talks if talk.item.row.phase is Phase.TALK}
        self._last = {contact: last for contact, last in self._last.items() if contact in under_way}
        for contact in under_way.keys() - self._last.keys():
            self._last[contact] = await self._read_with(under_way[contact], is_first=is_first)
        self._talks = {contact: talk.item.row.id for contact, talk in under_way.items()}
        begun = self._talks.keys() - self._news.topics
        self._parts.bus.follow(self._news, {DESK, *self._talks})
        for contact in begun:
            # What came after the work was read and before we listened was told to nobody.
            self._news.put(contact, MessagesAdded())
            self._news.put(contact, MarksChanged())

    async def _read_with(self, talk: Talk, *, is_first: bool) -> int:
        """Return the id of the last message that the console reads with the conversation; what follows is pushed.

        It reads a conversation when it accepts it, and those that it finds in its first work once it has that.
        """
        accepted_at = talk.item.row.accepted_at
        if is_first or accepted_at is None:
            return talk.last.id if talk.last else 0
        return await self._parts.register.last_before(talk.item.contact.id, accepted_at)

    async def _added(self, contact_id: UUID, entry_id: int, news: MessagesAdded) -> None:
        last = self._last.get(contact_id, 0)
        if news.follow(last):
            await self._tell_messages(contact_id, entry_id, [one for one in news.messages if one.id > last])
            return
        while messages := await self._parts.register.messages(contact_id, self._last.get(contact_id, 0)):
            await self._tell_messages(contact_id, entry_id, messages)

    async def _tell_messages(self, contact_id: UUID, entry_id: int, messages: Sequence[Message]) -> None:
        for message in messages:
            self._last[contact_id] = message.id
            shown = StaffMessageOut.named(message, self._names)
            await self._send(TalkMessageFrame(conversation=entry_id, message=shown))

    async def _tell_marks(self, contact_id: UUID, entry_id: int) -> None:
        attendance = self._parts.desk.attendance
        marks, is_online = MarksOut.of(attendance.marks(contact_id)), attendance.is_online(contact_id)
        await self._send(MarksFrame(conversation=entry_id, marks=marks, citizen_online=is_online))

    async def _send(self, frame: BaseModel) -> None:
        await self._websocket.send_text(frame.model_dump_json(by_alias=True))
