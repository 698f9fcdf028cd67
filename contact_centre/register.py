"""Owns the register of contacts and everything said in them: numbers, messages, turns."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from contact_centre import course, texts
from contact_centre.dialogue import Utterance
from contact_centre.events import StateChanged
from contact_centre.queue.line import Line
from contact_centre.queue.policy import QueuePolicy
from contact_centre.signals import SIGNALS
from contact_centre.states import Event, State
from contact_centre.tables import Contact, Message, RegistrationYear
from contact_centre.values import DEFAULT_LANGUAGE
from database.base import by_key, now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.events import News
    from contact_centre.signals import Signal
    from contact_centre.values import Channel, Language
    from database.engine import Database

PAGE = 200
"""Messages or contacts in one answer at most; the rest of the messages is asked for with `after`."""


class UnknownContactError(Exception):
    """There is no contact with this id."""


class KnownCallError(Exception):
    """A contact of this call is registered already."""


@dataclass(frozen=True)
class OfferedButton:
    """A button that the assistant showed in a conversation."""

    title: str
    payload: str
    language: Language


@dataclass(frozen=True)
class Kept:
    """A citizen's message as it is kept; `after` is the id of the conversation's message before it, when it is new."""

    contact: Contact
    message: Message
    after: int
    is_new: bool


class Registration:
    """One contact being registered; everything is kept together or not at all."""

    def __init__(self, session: AsyncSession, contact: Contact) -> None:
        self._session = session
        self.contact = contact
        self.messages: list[Message] = []

    async def say(self, text: str, language: Language) -> None:
        """Add a message of the assistant."""
        self.messages.append(await course.say(self._session, self.contact, "assistant", text, language))


class Answer:
    """The answer to one message of a citizen; everything is kept together or not at all."""

    def __init__(self, session: AsyncSession, contact: Contact, question: Message, policy: QueuePolicy) -> None:
        self.session = session
        self.contact = contact
        self.states: list[State] = []
        self.desk_news: list[News] = []
        self._question = question
        self._policy = policy

    async def say(self, utterance: Utterance, language: Language) -> None:
        """Add a message of the assistant; its sources tell what the contact is about."""
        if utterance.sources:
            self.contact.service = utterance.sources[-1].service
        await course.say(
            self.session,
            self.contact,
            "assistant",
            utterance.text,
            language,
            buttons=utterance.buttons,
            sources=utterance.sources,
            reply_to=self._question.id,
        )

    async def move(self, event: Event) -> None:
        """Let `event` happen to the contact; who leaves while waiting leaves the queue too."""
        if self.contact.state is State.QUEUED and event is Event.END:
            line = await self.line()
            if (waiting := line.entry_of(self.contact.id)) is not None and waiting.waits:
                line.engine.withdraw(waiting.id, event, now())
                await self.settle(line)
                return
        if course.move(self.session, self.contact, event):
            self.states.append(self.contact.state)

    async def hand_off(self, reason: str, skill: str | None, language: Language) -> None:
        """Let the contact wait for a consultant and announce it, with the place in the queue (rule 11)."""
        line = await self._wait(reason, skill)
        position, wait = await line.place(self.contact, now())
        await self.say(Utterance(texts.announcement(self.contact.channel, language, position, wait)), language)
        entry = line.entry_of(self.contact.id)
        if entry is not None:
            row = await line.row(entry.id)
            row.told_position, row.told_at = position, now()

    async def wait_in_silence(self, reason: str) -> None:
        """Let the contact wait for a consultant; the caller says why."""
        await self._wait(reason, None)

    async def line(self) -> Line:
        """Return the queue as this transaction sees it."""
        await self.session.flush()
        return await Line.open(self.session, self._policy)

    async def settle(self, line: Line) -> None:
        """Write the queue back and keep what it tells."""
        await line.settle()
        self.states += [item.state for _, item in line.news if isinstance(item, StateChanged)]
        self.desk_news += line.desk_news

    def keep_outcome(self, signals: list[Signal], fault: str | None) -> None:
        """Keep with the question what the turn brought besides words."""
        self._question.signals = SIGNALS.dump_python(signals, mode="json") or None
        self._question.fault = fault

    async def _wait(self, reason: str, skill: str | None) -> Line:
        await self.move(Event.HANDOFF)
        self.contact.handoff_reason, self.contact.handoff_skill = reason, skill
        line = await self.line()
        await line.enqueue(self.contact, now(), skill)
        await self.settle(line)
        return line


class Register:
    """The register of contacts, kept in `database`."""

    def __init__(self, database: Database, policy: QueuePolicy | None = None) -> None:
        self._database = database
        self._policy = policy or QueuePolicy()

    @asynccontextmanager
    async def open(
        self,
        *,
        channel: Channel,
        language: Language | None,
        by_service: bool,
        token_hash: str,
        phone: str | None = None,
        email: str | None = None,
        call_id: UUID | None = None,
    ) -> AsyncIterator[Registration]:
        """Register a contact under the next number of the year (rule 8); the block says its first words.

        Raises:
            KnownCallError: a contact of the call `call_id` is registered already.

        """
        async with self._database.write() as session:
            contact = Contact(
                number=await _next_number(session),
                channel=channel,
                language=language,
                by_service=by_service,
                token_hash=token_hash,
                phone=phone,
                email=email,
                call_id=call_id,
            )
            session.add(contact)
            try:
                await session.flush()
            except IntegrityError as error:
                if call_id is None:
                    raise
                raise KnownCallError(str(call_id)) from error
            yield Registration(session, contact)

    async def of_call(self, call_id: UUID) -> Contact | None:
        """Return the contact of a call of the telephone exchange."""
        async with self._database.read() as session:
            return await _of_call(session, call_id)

    async def reopen(self, call_id: UUID, token_hash: str) -> Contact:
        """Let another token open the contact of a call, and the old one no more.

        Raises:
            UnknownContactError: there is none.

        """
        async with self._database.write() as session:
            contact = await _of_call(session, call_id)
            if contact is None:
                raise UnknownContactError(f"no contact of call {call_id}")
            contact.token_hash = token_hash
            return contact

    async def contact(self, contact_id: UUID) -> Contact:
        """Return the contact.

        Raises:
            UnknownContactError: there is none.

        """
        async with self._database.glance() as session:
            return await _contact(session, contact_id)

    async def numbered(self, number: str) -> Contact:
        """Return the contact registered under `number`.

        Raises:
            UnknownContactError: there is none.

        """
        async with self._database.read() as session:
            contact = await session.scalar(select(Contact).where(Contact.number == number))
        if contact is None:
            raise UnknownContactError(f"no contact under the number {number!r}")
        return contact

    async def keep(self, contact_id: UUID, text: str, client_id: str | None) -> Kept:
        """Keep a citizen's message, which may be the payload of a button that was shown in the conversation.

        The same `client_id` again gives back the message that was kept first.

        Raises:
            UnknownContactError: there is no such contact.

        """
        async with self._database.write() as session:
            contact = await _contact(session, contact_id, lock=True)
            if client_id is not None:
                same = select(Message).where(Message.contact_id == contact_id, Message.client_id == client_id)
                if (kept := await session.scalar(same)) is not None:
                    return Kept(contact, kept, 0, is_new=False)
            # Only what was offered is a command to the dialogue; typed by hand it stays a text.
            button = await _offered_button(session, contact_id, text)
            after = await course.last_message(session, contact_id)
            message = Message(
                contact_id=contact_id,
                sender="citizen",
                text=button.title if button else text,
                # Found out when it is answered: nothing that could fail comes before keeping.
                language=button.language if button else contact.language or DEFAULT_LANGUAGE,
                payload=button.payload if button else None,
                client_id=client_id,
                # While a consultant has the conversation, the consultant answers and nobody else.
                answered_at=now() if contact.state is State.CONSULTANT else None,
            )
            session.add(message)
            await session.flush()
            return Kept(contact, message, after, is_new=True)

    async def oldest_unanswered(self, contact_id: UUID) -> Message | None:
        """Return the citizen's first message that has no answer yet."""
        query = (
            select(Message)
            .where(Message.contact_id == contact_id, Message.sender == "citizen", Message.answered_at.is_(None))
            .order_by(Message.id)
            .limit(1)
        )
        async with self._database.glance() as session:
            return await session.scalar(query)

    async def unanswered_contacts(self) -> list[UUID]:
        """Return the contacts with an unanswered message, the longest waiting first."""
        query = (
            select(Message.contact_id)
            .where(Message.sender == "citizen", Message.answered_at.is_(None))
            .group_by(Message.contact_id)
            .order_by(func.min(Message.id))
        )
        async with self._database.read() as session:
            return list(await session.scalars(query))

    @asynccontextmanager
    async def answering(self, question_id: int, language: Language) -> AsyncIterator[Answer]:
        """Open the answer to a citizen's message that turned out to be in `language`; kept when the block ends."""
        async with self._database.write() as session:
            question = await session.get_one(Message, question_id)
            contact = await _contact(session, question.contact_id, lock=True)
            question.language = contact.language = language
            question.answered_at = now()
            yield Answer(session, contact, question, self._policy)

    async def turn(self, question_id: int) -> tuple[Contact, Message, list[Message]]:
        """Return the contact as it is now, the question with its outcome, and the answers to it."""
        async with self._database.read() as session:
            question = await session.get_one(Message, question_id)
            contact = await _contact(session, question.contact_id)
            replies = select(Message).where(Message.reply_to == question_id).order_by(Message.id)
            return contact, question, list(await session.scalars(replies))

    async def has(self, contact_id: UUID, message_id: int) -> bool:
        """Return whether a message belongs to the contact."""
        async with self._database.glance() as session:
            message = await session.get(Message, message_id)
            return message is not None and message.contact_id == contact_id

    async def last_before(self, contact_id: UUID, at: datetime) -> int:
        """Return the id of the last message that was said before a moment, 0 when there is none."""
        said = select(func.max(Message.id)).where(Message.contact_id == contact_id, Message.at < at)
        async with self._database.glance() as session:
            return await session.scalar(said) or 0

    async def messages(self, contact_id: UUID, after: int) -> list[Message]:
        """Return the next messages whose id is greater than `after`, in order, `PAGE` at most."""
        query = (
            select(Message).where(Message.contact_id == contact_id, Message.id > after).order_by(Message.id).limit(PAGE)
        )
        async with self._database.glance() as session:
            return list(await session.scalars(query))


async def _contact(session: AsyncSession, contact_id: UUID, *, lock: bool = False) -> Contact:
    contact = await session.scalar(by_key(Contact, lock=lock), {"key": contact_id})
    if contact is None:
        raise UnknownContactError(f"no contact {contact_id}")
    return contact


async def _offered_button(session: AsyncSession, contact_id: UUID, payload: str) -> OfferedButton | None:
    """Return the newest button with this payload that was shown in the conversation."""
    query = (
        select(Message.buttons, Message.language)
        .where(Message.contact_id == contact_id, Message.buttons.is_not(None))
        .order_by(Message.id.desc())
    )
    for buttons, language in await session.execute(query):
        for button in buttons or ():
            if button["payload"] == payload:
                return OfferedButton(button["title"], payload, language)
    return None


async def _of_call(session: AsyncSession, call_id: UUID) -> Contact | None:
    return await session.scalar(select(Contact).where(Contact.call_id == call_id))


async def _next_number(session: AsyncSession) -> str:
    year = now().year
    increment = (
        update(RegistrationYear)
        .where(RegistrationYear.year == year)
        .values(last=RegistrationYear.last + 1)
        .returning(RegistrationYear.last)
    )
    last = await session.scalar(increment)
    if last is None:
        # Another process may open the year at the same moment; then its row serves.
        with suppress(IntegrityError):
            async with session.begin_nested():
                session.add(RegistrationYear(year=year, last=0))
        last = await session.scalar(increment)
    return f"{year % 100:02d}-{last:06d}"
