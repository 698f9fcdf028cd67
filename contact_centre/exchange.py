"""Owns what the telephone exchange reports of its calls, and whom it may ring: one queue, one presence, one register.

The exchange finds the consultant and carries the talk; here each call is a contact, and each wait an external entry.
Reports carry the exchange's own times. One that came already, or too late to mean anything, changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from contact_centre import metrics, texts, tokens
from contact_centre.own_answers import last_talk
from contact_centre.queue.line import Line
from contact_centre.queue.model import Phase, Presence
from contact_centre.register import KnownCallError
from contact_centre.states import Event, State
from contact_centre.tables import Contact, ContactEvent, QueueEntry
from contact_centre.values import DEFAULT_LANGUAGE
from database.base import now
from language import LANGUAGES
from staff.roles import Permission
from staff.tables import Account

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.queue.desk import Desk
    from contact_centre.queue.model import Entry
    from contact_centre.register import Register
    from contact_centre.softphones import Softphones
    from contact_centre.values import Language
    from database.engine import Database

logger = logging.getLogger(__name__)

WITHOUT_ASSISTANT: Final = "exchange"
"""Reason of a hand-off that the exchange made by itself: the assistant gave it no answer."""
SILENT_S: Final = 75.0
"""An exchange that tells of itself every 30 s, and has been silent for so long, rings no telephone."""
_WATCH_S: Final = 5.0
JUST_OPENED: Final = timedelta(seconds=5)
"""A contact younger than this may be of a call that came after the exchange was asked for its calls; so may a wait."""


class CallEvent(StrEnum):
    """What can happen to a call."""

    JOINED = "joined"
    """It waits in a queue of the exchange."""
    RINGING = "ringing"
    """A consultant's telephone rings for it."""
    NOT_ANSWERED = "not_answered"
    """It rang to the end: nobody is there."""
    REFUSED = "refused"
    """The telephone gave the call back at once, or never rang: no fault of its owner's."""
    ANSWERED = "answered"
    COMPLETED = "completed"
    """The talk with the consultant is over; the caller may still be there."""
    RETURNED = "returned"
    """The caller is with the assistant again."""
    HUNG_UP = "hung_up"


@dataclass(frozen=True)
class CallNews:
    """One report of the exchange. `waiting_since` is told with an answer, `consultant` is a login."""

    call: UUID
    event: CallEvent
    at: datetime
    caller: str | None = None
    language: Language | None = None
    consultant: str | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True)
class LiveCall:
    """A call that the exchange has now: in a queue, with a consultant, or neither."""

    call: UUID
    place: Literal["waiting", "talking", "elsewhere"]
    caller: str | None = None
    language: Language | None = None
    consultant: str | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True)
class Seat:
    """A consultant as the exchange needs to know one."""

    account: int
    login: str
    name: str
    languages: tuple[Language, ...]
    topics: tuple[str, ...]
    phone: Literal["ready", "paused", "out"]
    """Whether a telephone is to be rung, to be left alone for now, or not to be in any queue."""
    softphone: bool
    """Whether it is the one in the console."""


class Exchange:
    """The telephone exchange beside the queue that `desk` runs."""

    def __init__(self, database: Database, register: Register, desk: Desk, softphones: Softphones) -> None:
        self._database = database
        self._register = register
        self._desk = desk
        self._softphones = softphones
        self._heard_at = time.monotonic()

    async def contact(self, call_id: UUID) -> Contact:
        """Return the call's contact; a call that never came to the assistant is registered in silence."""
        while (known := await self._register.of_call(call_id)) is None:
            token_hash = tokens.digest(tokens.new())
            with suppress(KnownCallError):  # the assistant was faster
                async with self._register.open(
                    channel="phone", language=None, by_service=True, token_hash=token_hash, call_id=call_id
                ):
                    metrics.CONTACTS.labels("phone").inc()
        return known

    async def take(self, news: CallNews) -> Contact:
        """Let what the exchange reports happen to the call's contact."""
        contact_id = (await self.contact(news.call)).id
        async with self._desk.step() as line:
            call = await _Call.of(line, contact_id)
            await call.take(news, await _account(line.session, news.consultant))
        return call.contact

    async def call_back(self, call: UUID, phone: str, at: datetime) -> str | None:
        """Turn a call's wait into a call-back; return what the caller is told, None when it is promised already."""
        contact_id = (await self.contact(call)).id
        async with self._desk.step() as line:
            wish = await _Call.of(line, contact_id)
            by = await wish.call_back(phone, at)
        return None if by is None else texts.callback_left(wish.contact.language or DEFAULT_LANGUAGE, phone, by)

    async def synchronise(self, calls: Sequence[LiveCall], reachable: frozenset[str], at: datetime) -> None:
        """Correct what is known by everything that the exchange has at `at`: its calls, and the phones it reaches."""
        self._heard_at = time.monotonic()
        for live in calls:
            if live.place != "elsewhere":
                await self._correct(live, at)
        async with self._desk.step() as line:
            await _reach(line, reachable)
            away = {live.call for live in calls if live.place == "elsewhere"}
            for contact in await _open_calls(line.session, at):
                call = await _Call.of(line, contact.id)
                if contact.call_id in away:
                    await call.completed(at)
                elif contact.call_id not in {live.call for live in calls}:
                    logger.info("contact %s: the exchange has no such call any more", contact.number)
                    await call.hung_up(at)

    async def keep_watch(self) -> None:
        """Take no telephone for reachable while the exchange is silent; until cancelled."""
        noted_at = 0.0
        while True:
            await asyncio.sleep(_WATCH_S)
            if noted_at == self._heard_at or time.monotonic() - self._heard_at < SILENT_S:
                continue
            try:
                async with self._desk.step() as line:
                    await _reach(line, frozenset())
                noted_at = self._heard_at
            except SQLAlchemyError:  # a database that is away for a while must not end the watch
                logger.exception("the silence of the exchange could not be noted")

    async def seats(self) -> list[Seat]:
        """Return every consultant, by login; also who has not been at the console yet, for a telephone comes first."""
        async with self._database.read() as session:
            line = await Line.open(session, self._desk.policy, lock=False)
            accounts = await session.scalars(select(Account).where(Account.active).order_by(Account.login))
            return [self._seat(account, line) for account in accounts if account.may(Permission.CONTACTS_SERVE)]

    def _seat(self, account: Account, line: Line) -> Seat:
        softphone = self._softphones.has(account.id)
        duty = line.duties.get(account.id)
        if duty is None:
            return Seat(account.id, account.login, account.display_name, LANGUAGES, (), "out", softphone)
        serves = duty.chosen is not Presence.OFFLINE
        ready = serves and line.engine.is_ready(account.id, now())
        return Seat(
            account=account.id,
            login=account.login,
            name=account.display_name,
            languages=tuple(duty.languages),
            topics=tuple(duty.topics),
            phone="ready" if ready else "paused" if serves else "out",
            softphone=softphone,
        )

    async def _correct(self, live: LiveCall, at: datetime) -> None:
        event = CallEvent.ANSWERED if live.place == "talking" else CallEvent.JOINED
        since = live.waiting_since or at
        moment = at if event is CallEvent.ANSWERED else since
        news = CallNews(live.call, event, moment, live.caller, live.language, live.consultant, since)
        contact_id = (await self.contact(live.call)).id
        async with self._desk.step() as line:
            call = await _Call.of(line, contact_id)
            # Who has just begun to wait was handed on meanwhile, or is being answered: a report tells.
            if event is CallEvent.JOINED or not call.has_waited_since_after(at - JUST_OPENED):
                await call.take(news, await _account(line.session, news.consultant))


class _Call:
    """One call's contact within a transaction of the queue."""

    def __init__(self, line: Line, contact: Contact) -> None:
        self.contact = contact
        self._line = line

    @classmethod
    async def of(cls, line: Line, contact_id: UUID) -> _Call:
        return cls(line, await line.session.get_one(Contact, contact_id))

    async def take(self, news: CallNews, account_id: int | None) -> None:
        at = news.at
        self.contact.phone = self.contact.phone or news.caller
        self.contact.language = self.contact.language or news.language
        if news.event is CallEvent.JOINED:
            await self.joined(at, news.language)
        elif news.event is CallEvent.ANSWERED:
            await self.answered(news, account_id)
        elif news.event is CallEvent.COMPLETED:
            await self.completed(at)
        elif news.event is CallEvent.RETURNED:
            await self.returned(at)
        elif news.event is CallEvent.HUNG_UP:
            await self.hung_up(at)
        elif self._waiting is not None and account_id is not None:
            ringing = news.event is CallEvent.RINGING
            if ringing:
                self._line.engine.ring(self._waiting.id, account_id, at)
            elif self._waiting.phase is Phase.OFFERED:
                engine = self._line.engine
                ended = engine.miss if news.event is CallEvent.NOT_ANSWERED else engine.turn_down
                ended(self._waiting.id, account_id, at)

    def has_waited_since_after(self, at: datetime) -> bool:
        """Return whether the contact waits, and began to after a moment."""
        return self.contact.queued_at is not None and self.contact.queued_at > at

    async def joined(self, at: datetime, language: Language | None) -> None:
        if self._waiting is None and not await self._had(QueueEntry.queued_at == at):
            await self._join(at, language)

    async def answered(self, news: CallNews, account_id: int | None) -> None:
        talk = self._talk
        if talk is not None and talk.consultant_id == account_id:
            return
        if await self._began_talk(news.at):
            return
        await self.completed(news.at)
        entry = self._waiting or await self._join(news.waiting_since or news.at, news.language)
        self._line.engine.answer(entry.id, account_id, news.at)

    async def completed(self, at: datetime) -> None:
        if (talk := self._talk) is not None:
            self._line.engine.hang_up(talk.id, at, now())
            await self._line.settle()

    async def returned(self, at: datetime) -> None:
        await self.completed(at)
        if (waiting := self._waiting) is not None:
            self._line.engine.withdraw(waiting.id, Event.RETURNED_TO_ASSISTANT, at)
            await self._line.settle()
        elif self.contact.state is State.QUEUED:
            self._move(Event.RETURNED_TO_ASSISTANT, at)
        await self._rating_is_over(at)
        if self.contact.state is State.CLOSED:
            self._move(Event.CITIZEN_RETURNED, at)

    async def call_back(self, phone: str, at: datetime) -> datetime | None:
        if self._talk is not None or await self._had(QueueEntry.kind == "callback", QueueEntry.phone == phone):
            return None
        if self._waiting is None:
            await self._wait(at)
        return await self._line.call_back(self.contact, phone, now())

    async def hung_up(self, at: datetime) -> None:
        await self.completed(at)
        if (waiting := self._waiting) is not None:
            self._line.engine.withdraw(waiting.id, Event.ABANDONED, at)
            await self._line.settle()
        elif self.contact.state is State.QUEUED:
            self._move(Event.ABANDONED, at)
        elif self.contact.state is State.BOT:
            self._move(Event.END, at)
        await self._rating_is_over(at)

    @property
    def _waiting(self) -> Entry | None:
        entry = self._line.entry_of(self.contact.id)
        return entry if entry is not None and entry.waits else None

    @property
    def _talk(self) -> Entry | None:
        entry = self._line.entry_of(self.contact.id)
        return entry if entry is not None and entry.phase is Phase.TALK else None

    async def _began_talk(self, at: datetime) -> bool:
        """Return whether a talk began then, also one that was handed on since and has lost its beginning."""
        query = select(ContactEvent.id).where(
            ContactEvent.contact_id == self.contact.id, ContactEvent.event == Event.ACCEPTED, ContactEvent.at == at
        )
        return await self._line.session.scalar(query.limit(1)) is not None

    async def _had(self, *conditions: object) -> bool:
        query = select(QueueEntry.id).where(QueueEntry.contact_id == self.contact.id, *conditions)  # type: ignore[arg-type]
        return await self._line.session.scalar(query.limit(1)) is not None

    async def _join(self, at: datetime, language: Language | None) -> Entry:
        await self.completed(at)
        await self._wait(at)
        return await self._line.follow(self.contact, at, language)

    async def _wait(self, at: datetime) -> None:
        """Let the contact be one that waits, wherever it was."""
        await self._rating_is_over(at)
        if self.contact.state is State.CLOSED:
            self._move(Event.CITIZEN_RETURNED, at)
        if self.contact.state is State.BOT:
            self._move(Event.HANDOFF, at)
            self.contact.handoff_reason = self.contact.handoff_reason or WITHOUT_ASSISTANT

    async def _rating_is_over(self, at: datetime) -> None:
        if self.contact.state is State.RATING:
            talk = await last_talk(self._line.session, self.contact)
            self._move(Event.RATING_SKIPPED if talk is None or talk.rating is None else Event.RATED, at)

    def _move(self, event: Event, at: datetime) -> None:
        self._line.move(self.contact, event, at)


async def _account(session: AsyncSession, login: str | None) -> int | None:
    if login is None:
        return None
    account_id = await session.scalar(select(Account.id).where(Account.login == login))
    if account_id is None:
        logger.warning("the exchange names a consultant without an account")
    return account_id


async def _open_calls(session: AsyncSession, at: datetime) -> list[Contact]:
    query = select(Contact).where(
        Contact.call_id.is_not(None), Contact.state != State.CLOSED, Contact.created_at < at - JUST_OPENED
    )
    return list(await session.scalars(query))


async def _reach(line: Line, reachable: frozenset[str]) -> None:
    known = await line.session.execute(select(Account.login, Account.id).where(Account.id.in_(line.duties)))
    for login, account_id in known:
        duty, ready = line.duties[account_id], login in reachable
        if duty.phone_ready is not ready:
            duty.phone_ready = line.engine.consultants[account_id].takes_external = ready
            line.desk_changed()
