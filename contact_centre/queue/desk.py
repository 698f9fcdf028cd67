"""Owns the running queue: what consultants do at it, kept at once, and what time brings while nobody does anything."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from contact_centre import choices, course, texts
from contact_centre.attendance import Attendance
from contact_centre.events import DESK, ConsultantTyping, MarksChanged, MessagesAdded, StateChanged
from contact_centre.own_answers import last_talk
from contact_centre.queue import notices
from contact_centre.queue.engine import ExternalError, GoneError
from contact_centre.queue.line import Line, mean_handling
from contact_centre.queue.model import Phase, Presence
from contact_centre.queue.notices import Waiting
from contact_centre.queue.policy import QueuePolicy
from contact_centre.states import Event, State
from contact_centre.tables import ConsultantDuty, Contact, Message, Note, QueueEntry
from contact_centre.values import DEFAULT_LANGUAGE
from database.base import by_key, now
from language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.events import EventBus
    from contact_centre.queue.model import Entry
    from contact_centre.values import Channel, Language, NoteKind
    from database.engine import Database
    from staff.tables import Account

logger = logging.getLogger(__name__)

_LIVE_CHANNELS: Final[frozenset[Channel]] = frozenset({"web"})
"""Channels on which a citizen sits and waits: silence is broken there, and going away is noticed."""


class UnknownEntryError(LookupError):
    """There is no entry with this id."""


class Desk:
    """The queue of this product, kept in `database`; `run` makes it go."""

    def __init__(
        self, database: Database, bus: EventBus, policy: QueuePolicy | None = None, attendance: Attendance | None = None
    ) -> None:
        self.policy = policy or QueuePolicy()
        self.attendance = attendance or Attendance()
        self._database = database
        self._bus = bus
        self._woken = asyncio.Event()

    # What time brings

    def wake(self) -> None:
        """Let the queue look at once instead of at the next tick."""
        self._woken.set()

    async def run(self) -> None:
        """Advance the queue until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self.tick()
            except Exception:  # a database that is away for a while must not stop the queue
                logger.exception("the queue could not be advanced")
            try:
                async with asyncio.timeout(self.policy.tick_s):
                    await self._woken.wait()
            except TimeoutError:
                pass  # the tick

    async def tick(self) -> None:
        """Do once what is due now."""
        async with self.step() as line:
            line.engine.advance(now())
            await line.settle()
            await self._tell_waiting(line)
            await self._close_unrated(line)
        self.attendance.forget_old()

    @asynccontextmanager
    async def step(self) -> AsyncIterator[Line]:
        """Open the queue; what the block did is advanced, kept and, once it is kept, told."""
        async with self._database.write() as session:
            line = await Line.open(session, self.policy)
            yield line
            line.engine.advance(now())
            await line.settle()
        for contact_id, news in line.news:
            self._bus.publish(contact_id, news)
        self._bus.publish(DESK, *line.desk_news)

    # What consultants do

    async def sign_on(self, account: Account) -> None:
        """Know a consultant from the first time at the console, and note the sign of life."""
        async with self._database.write() as session:
            await self._ensure_duty(session, account.id)

    async def beat(self, account: Account) -> None:
        """Note a sign of life of a console."""
        async with self._database.write() as session:
            await session.execute(
                update(ConsultantDuty).where(ConsultantDuty.account_id == account.id).values(seen_at=now())
            )

    async def choose(self, account: Account, presence: Presence) -> None:
        """Let a consultant choose a presence. Raises OccupiedError."""
        await self.sign_on(account)
        async with self.step() as line:
            line.engine.choose(account.id, presence, now())

    async def accept(self, entry_id: int, account: Account) -> None:
        """Begin the talk that was offered. Raises GoneError when it is not (any more)."""
        async with self.step() as line:
            line.engine.accept(entry_id, account.id, now())

    async def decline(self, entry_id: int, account: Account) -> None:
        """Refuse an offer. Raises GoneError when it is not (any more)."""
        async with self.step() as line:
            line.engine.decline(entry_id, account.id, now())

    async def transfer(
        self,
        entry_id: int,
        account: Account,
        word: str,
        *,
        to: int | None = None,
        language: Language | None = None,
        topic: str | None = None,
    ) -> None:
        """Give a talk to a person or a skill, with a word for the next consultant. Raises GoneError."""
        async with self.step() as line:
            line.engine.transfer(entry_id, account.id, now(), to=to, language=language, topic=topic)
            contact_id = line.found[entry_id].contact_id
            line.session.add(Note(contact_id=contact_id, account_id=account.id, kind="transfer", text=word))

    async def keep(self, entry_id: int, account: Account) -> None:
        """Note that an external talk goes on after all, for the other system did not hand it on. Raises GoneError."""
        async with self.step() as line:
            line.engine.answer(entry_id, account.id, now())

    async def close(self, entry_id: int, account: Account, outcome: str, service: str | None) -> None:
        """End a talk with its outcome; the citizen is asked for a rating (rule 17). Raises GoneError.

        An external talk is ended where it is carried: only its outcome is kept here, as long as it lasts.
        """
        async with self.step() as line:
            with suppress(ExternalError):
                line.engine.end_talk(entry_id, account.id, now())
            await _keep_result(line, entry_id, outcome, service)

    async def finish(
        self, entry_id: int, account: Account, outcome: str | None = None, service: str | None = None
    ) -> None:
        """End after-contact work, perhaps with a better outcome or service. Raises GoneError."""
        async with self.step() as line:
            line.engine.finish(entry_id, account.id, now())
            await _keep_result(line, entry_id, outcome, service)

    async def extend(
        self, entry_id: int, account: Account, outcome: str | None = None, service: str | None = None
    ) -> None:
        """Let after-contact work last longer, perhaps with a better outcome or service. Raises GoneError."""
        async with self.step() as line:
            line.engine.extend(entry_id, account.id, now())
            await _keep_result(line, entry_id, outcome, service)

    async def say(self, entry_id: int, account: Account, text: str, client_id: str) -> Message:
        """Say something to the citizen; the same `client_id` twice is said once.

        Raises:
            GoneError: the consultant does not hold the conversation.
            ExternalError: it is not held in writing.

        """
        # A space keeps the name apart from any that a citizen's client may give.
        own_id = f"staff {account.id} {client_id}"
        async with self._database.write() as session:
            row = await session.scalar(by_key(QueueEntry), {"key": entry_id})
            if row is None:
                raise GoneError(f"no entry {entry_id}")
            said = select(Message).where(Message.contact_id == row.contact_id, Message.client_id == own_id)
            if (kept := await session.scalar(said)) is not None:
                return kept
            if row.kind != "conversation" or row.phase is not Phase.TALK or row.consultant_id != account.id:
                raise GoneError(f"entry {entry_id} is not a talk of account {account.id}")
            if row.external:
                raise ExternalError(f"entry {entry_id} is a talk without a keyboard")
            contact = (await session.scalars(by_key(Contact, lock=True), {"key": row.contact_id})).one()
            language = contact.language or row.language
            after = await course.last_message(session, contact.id)
            message = await course.say(session, contact, "consultant", text, language, by=account, client_id=own_id)
        self._bus.publish(contact.id, MessagesAdded((message,), after))
        return message

    async def note(self, entry_id: int, account: Account, text: str, kind: NoteKind = "note") -> Note:
        """Keep a word for the colleagues. Raises UnknownEntryError."""
        async with self._database.write() as session:
            row = await session.get(QueueEntry, entry_id)
            if row is None:
                raise UnknownEntryError(str(entry_id))
            note = Note(contact_id=row.contact_id, account_id=account.id, kind=kind, text=text)
            session.add(note)
        return note

    async def own_talk(self, entry_id: int, account: Account) -> UUID | None:
        """Return whose talk an entry is, None when the consultant does not have it in hand."""
        query = select(QueueEntry.contact_id).where(
            QueueEntry.id == entry_id, QueueEntry.phase == Phase.TALK, QueueEntry.consultant_id == account.id
        )
        async with self._database.glance() as session:
            return await session.scalar(query)

    def typing(self, contact_id: UUID) -> None:
        """Let the citizen see that the consultant writes."""
        self._bus.publish(contact_id, ConsultantTyping())

    def read(self, contact_id: UUID, message_id: int) -> None:
        """Let the citizen see that the consultant has seen everything up to a message."""
        if self.attendance.seen_by_consultant(contact_id, message_id):
            self._bus.publish(contact_id, MarksChanged())

    async def set_skills(
        self, account_id: int, languages: Sequence[Language], topics: Sequence[str], capacity: int
    ) -> None:
        """Say what a consultant can do."""
        async with self.step() as line:
            duty = await self._ensure_duty(line.session, account_id)
            duty.languages, duty.topics, duty.capacity = list(languages), list(topics), capacity
            line.desk_changed()

    # Inside

    async def _ensure_duty(self, session: AsyncSession, account_id: int) -> ConsultantDuty:
        duty = await session.get(ConsultantDuty, account_id)
        if duty is None:
            duty = ConsultantDuty(account_id=account_id, languages=list(LANGUAGES), capacity=self.policy.capacity)
            session.add(duty)
        elif duty.seen_at < now() - timedelta(seconds=1):
            duty.seen_at = now()
        return duty

    async def _tell_waiting(self, line: Line) -> None:
        """Break the silence of those who wait, and take out those who have left."""
        waiting = [entry for entry in line.engine.in_order(now()) if line.found[entry.id].kind == "conversation"]
        if not waiting:
            return
        handling = await mean_handling(line.session)
        positions = line.engine.positions(now())
        ids = [line.found[entry.id].contact_id for entry in waiting]
        found = await line.session.scalars(select(Contact).where(Contact.id.in_(ids)))
        contacts = {contact.id: contact for contact in found}
        for entry in waiting:
            contact = contacts[line.found[entry.id].contact_id]
            if contact.channel not in _LIVE_CHANNELS:
                continue
            if await self._has_left(line, contact, entry):
                continue
            await self._tell(line, contact, entry, positions[entry.id], handling)

    async def _has_left(self, line: Line, contact: Contact, entry: Entry) -> bool:
        last_known = max(contact.created_at, entry.queued_at)
        if self.attendance.absent_for(contact.id, last_known, now()).total_seconds() < self.policy.absent_s:
            return False
        line.engine.withdraw(entry.id, Event.ABANDONED, now())
        await line.settle()
        return True

    async def _tell(
        self, line: Line, contact: Contact, entry: Entry, position: int, handling: timedelta | None
    ) -> None:
        row, moment = await line.row(entry.id), now()
        waiting = Waiting(
            queued_at=row.queued_at,
            heard_at=contact.heard_at or row.queued_at,
            told_at=row.told_at or row.queued_at,
            told_position=row.told_position,
            position=position,
            is_anybody_on_duty=bool(line.engine.serving(entry)),
            callback_offered=row.callback_offered,
        )
        notice = notices.due(waiting, self.policy, moment)
        if notice is None:
            return
        language = contact.language or DEFAULT_LANGUAGE
        if notice in {"nobody", "too_long"}:
            row.callback_offered = True
            by = moment + timedelta(seconds=self.policy.callback_within_s)
            text = texts.callback_offer(language, "nobody" if notice == "nobody" else "too_long", by)
            await course.say(line.session, contact, "system", text, language, buttons=choices.call_back(language))
        else:
            moved = notice == "moved" or row.told_position is None
            row.told_position, row.told_at = position, moment
            wait = line.engine.expected_wait(entry.id, position, handling)
            text = texts.notice(language, position, wait, moved=moved)
            await course.say(line.session, contact, "system", text, language)
        line.news.append((contact.id, MessagesAdded()))

    async def _close_unrated(self, line: Line) -> None:
        """End the wait for a rating that does not come; points given without a word count."""
        limit = now() - timedelta(seconds=self.policy.rating_s)
        query = select(Contact).where(Contact.state == State.RATING, Contact.heard_at < limit)
        for contact in await line.session.scalars(query):
            talk = await last_talk(line.session, contact)
            event = Event.RATING_SKIPPED if talk is None or talk.rating is None else Event.RATED
            course.move(line.session, contact, event)
            language = contact.language or DEFAULT_LANGUAGE
            if contact.channel in _LIVE_CHANNELS:
                await course.say(line.session, contact, "system", texts.of_event(event, language) or "", language)
            line.news += [(contact.id, MessagesAdded()), (contact.id, StateChanged(contact.state))]


async def _keep_result(line: Line, entry_id: int, outcome: str | None, service: str | None) -> None:
    """Keep what a talk came to; None changes nothing."""
    row = await line.row(entry_id)
    row.outcome = outcome or row.outcome
    if service is not None:
        (await line.session.get_one(Contact, row.contact_id)).service = service
