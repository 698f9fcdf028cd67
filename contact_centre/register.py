"""Owns the register of contacts and everything said in them: numbers, messages, turns, the queue's order."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from contact_centre.signals import SIGNALS
from contact_centre.states import Event, State, next_state
from contact_centre.tables import Contact, Message, RegistrationYear, now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.database import Database
    from contact_centre.dialogue import Utterance
    from contact_centre.signals import Signal
    from contact_centre.values import Channel, Language

PAGE = 200
"""Messages in one answer at most; the rest is asked for with `after`."""


class UnknownContactError(Exception):
    """There is no contact with this id."""


@dataclass(frozen=True)
class OfferedButton:
    """A button that the assistant showed in a conversation."""

    title: str
    payload: str
    language: Language


class Registration:
    """One contact being registered; everything is kept together or not at all."""

    def __init__(self, session: AsyncSession, contact: Contact) -> None:
        self._session = session
        self.contact = contact
        self.messages: list[Message] = []

    async def say(self, text: str, language: Language) -> None:
        """Add a message of the assistant."""
        message = Message(contact_id=self.contact.id, sender="assistant", text=text, language=language)
        self._session.add(message)
        await self._session.flush()
        self.messages.append(message)


class Answer:
    """The answer to one message of a citizen; everything is kept together or not at all."""

    def __init__(self, session: AsyncSession, contact: Contact, question: Message) -> None:
        self._session = session
        self._question = question
        self.contact = contact
        self.states: list[State] = []

    async def say(self, utterance: Utterance, language: Language) -> None:
        """Add a message of the assistant."""
        self._session.add(
            Message(
                contact_id=self.contact.id,
                sender="assistant",
                language=language,
                text=utterance.text,
                buttons=[button.model_dump() for button in utterance.buttons] or None,
                sources=[source.model_dump(mode="json") for source in utterance.sources] or None,
                reply_to=self._question.id,
            ),
        )
        await self._session.flush()  # one by one, so that ids follow the order of speech

    def move(self, event: Event) -> None:
        """Let `event` happen to the contact; each change of state is noted in `states`."""
        before, self.contact.state = self.contact.state, next_state(self.contact.state, event)
        if self.contact.state is before:
            return
        self.contact.queued_at = now() if self.contact.state is State.QUEUED else None
        self.contact.closed_at = now() if self.contact.state is State.CLOSED else None
        self.states.append(self.contact.state)

    def keep_outcome(self, signals: list[Signal], fault: str | None) -> None:
        """Keep with the question what the turn brought besides words."""
        self._question.signals = SIGNALS.dump_python(signals, mode="json") or None
        self._question.fault = fault

    async def queue_position(self) -> int:
        """Return the contact's place in the queue, from 1."""
        await self._session.flush()
        place = tuple_(Contact.queued_at, Contact.number)
        query = (
            select(func.count())
            .select_from(Contact)
            .where(Contact.state == State.QUEUED, place <= (self.contact.queued_at, self.contact.number))
        )
        return await self._session.scalar(query) or 1


class Register:
    """The register of contacts, kept in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def open(
        self,
        *,
        channel: Channel,
        language: Language | None,
        by_service: bool,
        token_hash: str,
        phone: str | None,
        email: str | None,
    ) -> AsyncIterator[Registration]:
        """Register a contact under the next number of the year (rule 8); the block says its first words."""
        async with self._database.write() as session:
            contact = Contact(
                number=await _next_number(session),
                channel=channel,
                language=language,
                by_service=by_service,
                token_hash=token_hash,
                phone=phone,
                email=email,
            )
            session.add(contact)
            await session.flush()
            yield Registration(session, contact)

    async def contact(self, contact_id: UUID) -> Contact:
        """Return the contact.

        Raises:
            UnknownContactError: there is none.

        """
        async with self._database.read() as session:
            return await _contact(session, contact_id)

    async def keep(
        self, contact_id: UUID, *, text: str, language: Language, payload: str | None, client_id: str | None
    ) -> tuple[Message, bool]:
        """Keep a citizen's message; return it and whether it is new.

        The same `client_id` again gives back the message that was kept first.

        Raises:
            UnknownContactError: there is no such contact.

        """
        async with self._database.write() as session:
            await _contact(session, contact_id, lock=True)
            if client_id is not None:
                same = select(Message).where(Message.contact_id == contact_id, Message.client_id == client_id)
                if (kept := await session.scalar(same)) is not None:
                    return kept, False
            message = Message(
                contact_id=contact_id,
                sender="citizen",
                text=text,
                language=language,
                payload=payload,
                client_id=client_id,
            )
            session.add(message)
            await session.flush()
            return message, True

    async def offered_button(self, contact_id: UUID, payload: str) -> OfferedButton | None:
        """Return the newest button with this payload that was shown in the conversation."""
        query = (
            select(Message)
            .where(Message.contact_id == contact_id, Message.buttons.is_not(None))
            .order_by(Message.id.desc())
        )
        async with self._database.read() as session:
            for message in await session.scalars(query):
                for button in message.buttons or ():
                    if button["payload"] == payload:
                        return OfferedButton(button["title"], payload, message.language)
        return None

    async def oldest_unanswered(self, contact_id: UUID) -> Message | None:
        """Return the citizen's first message that has no answer yet."""
        query = (
            select(Message)
            .where(Message.contact_id == contact_id, Message.sender == "citizen", Message.answered_at.is_(None))
            .order_by(Message.id)
            .limit(1)
        )
        async with self._database.read() as session:
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
            yield Answer(session, contact, question)

    async def turn(self, question_id: int) -> tuple[Contact, Message, list[Message]]:
        """Return the contact as it is now, the question with its outcome, and the answers to it."""
        async with self._database.read() as session:
            question = await session.get_one(Message, question_id)
            contact = await _contact(session, question.contact_id)
            replies = select(Message).where(Message.reply_to == question_id).order_by(Message.id)
            return contact, question, list(await session.scalars(replies))

    async def messages(self, contact_id: UUID, after: int) -> list[Message]:
        """Return the next messages whose id is greater than `after`, in order, `PAGE` at most."""
        query = (
            select(Message).where(Message.contact_id == contact_id, Message.id > after).order_by(Message.id).limit(PAGE)
        )
        async with self._database.read() as session:
            return list(await session.scalars(query))


async def _contact(session: AsyncSession, contact_id: UUID, *, lock: bool = False) -> Contact:
    contact = await session.get(Contact, contact_id, with_for_update=lock)
    if contact is None:
        raise UnknownContactError(f"no contact {contact_id}")
    return contact


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
