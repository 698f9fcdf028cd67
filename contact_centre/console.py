"""Owns what a consultant sees: the work in hand, the queue, a conversation with its history. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, or_, select

from contact_centre.queue.line import Line, consultant_of
from contact_centre.queue.model import ON_DUTY, Phase, Presence
from contact_centre.tables import ConsultantDuty, Contact, ContactEvent, Message, Note, QueueEntry
from database.base import now
from staff.tables import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.queue.engine import QueueEngine
    from contact_centre.queue.policy import QueuePolicy
    from contact_centre.values import Language
    from database.engine import Database

HISTORY: Final = 20
_IN_HAND: Final = (Phase.TALK, Phase.AFTER_CONTACT)


@dataclass(frozen=True)
class Person:
    """A consultant with what he or she is doing."""

    account: Account
    duty: ConsultantDuty
    presence: Presence
    load: int

    def has(self, language: Language, topic: str | None) -> bool:
        """Return whether he or she has a skill."""
        return consultant_of(self.duty).has(language, topic)


@dataclass(frozen=True)
class Item:
    """An entry of the queue with its contact."""

    row: QueueEntry
    contact: Contact


@dataclass(frozen=True)
class Floor:
    """The whole centre at one moment: who serves, who waits (the next first), who is talked with."""

    people: Sequence[Person]
    waiting: Sequence[Item]
    talks: Sequence[Item]


@dataclass(frozen=True)
class Offer:
    """An entry that lies with a consultant for some seconds."""

    item: Item
    preview: str | None
    word: str | None


@dataclass(frozen=True)
class Talk:
    """A conversation in hand: the last message, and how many of the citizen's have no answer yet."""

    item: Item
    last: Message | None
    unread: int


@dataclass(frozen=True)
class Work:
    """Everything that a console shows at once."""

    me: Person
    offers: Sequence[Offer]
    talks: Sequence[Talk]
    waiting: Sequence[Item]


@dataclass(frozen=True)
class Whole:
    """One conversation with all that is known."""

    talk: Talk
    messages: Sequence[Message]
    history: Sequence[tuple[Contact, QueueEntry | None]]
    notes: Sequence[Note]
    events: Sequence[ContactEvent]
    names: dict[int, str]


class Console:
    """The consoles' view of `database`."""

    def __init__(self, database: Database, policy: QueuePolicy) -> None:
        self._database = database
        self._policy = policy

    async def work(self, account: Account) -> Work:
        """Return what a consultant has to do; the account is known at the desk already."""
        async with self._database.read() as session:
            line = await Line.open(session, self._policy, lock=False)
            contacts = await _contacts(session, line.rows.values())
            items = {row.id: Item(row, contacts[row.contact_id]) for row in line.rows.values()}
            held = [items[entry.id] for entry in line.engine.held_by(account.id)]
            offers = [await _offer(session, item) for item in held if item.row.phase is Phase.OFFERED]
            talks = [await _talk(session, item) for item in held if item.row.phase in _IN_HAND]
            me = _person(account, line.duties[account.id], line.engine)
            waiting = [items[entry.id] for entry in line.engine.in_order(now())]
        return Work(me, offers, talks, waiting)

    async def floor(self) -> Floor:
        """Return the whole centre as it is now."""
        async with self._database.read() as session:
            line = await Line.open(session, self._policy, lock=False)
            contacts = await _contacts(session, line.rows.values())
            people = await _people(session, line)
        items = {row.id: Item(row, contacts[row.contact_id]) for row in line.rows.values()}
        talks = [item for item in items.values() if item.row.phase is Phase.TALK]
        return Floor(people, [items[entry.id] for entry in line.engine.in_order(now())], talks)

    async def people(self) -> list[Person]:
        """Return every consultant that the desk knows and whose account is active, by name."""
        async with self._database.read() as session:
            return await _people(session, await Line.open(session, self._policy, lock=False))

    async def colleagues(self, account: Account) -> list[Person]:
        """Return who else is on duty."""
        everybody = await self.people()
        return [one for one in everybody if one.account.id != account.id and one.duty.chosen in ON_DUTY]

    async def held(self, entry_id: int, account: Account) -> Item | None:
        """Return a conversation that is or was a consultant's own; None for anybody else's."""
        async with self._database.read() as session:
            row = await session.get(QueueEntry, entry_id)
            if row is None or row.consultant_id != account.id or row.phase is Phase.OFFERED:
                return None
            return Item(row, await session.get_one(Contact, row.contact_id))

    async def talk(self, item: Item) -> Talk:
        """Return a conversation as lists show it."""
        async with self._database.read() as session:
            return await _talk(session, item)

    async def whole(self, item: Item) -> Whole:
        """Return a conversation with its transcript, history, notes and events."""
        async with self._database.read() as session:
            of_contact = item.contact.id
            said = select(Message).where(Message.contact_id == of_contact).order_by(Message.id)
            messages = list(await session.scalars(said))
            notes = await _notes(session, of_contact)
            events = await _events(session, of_contact)
            history = await _history(session, item.contact, item.row.phone)
            talk = await _talk(session, item)
            authors: list[Message | Note | ContactEvent] = [*messages, *notes, *events]
            ids = {one.account_id for one in authors if one.account_id is not None}
            names = await _names(session, ids)
        return Whole(talk, messages, history, notes, events, names)

    async def notes(self, contact_id: UUID) -> list[Note]:
        """Return what consultants wrote for each other of a contact."""
        async with self._database.read() as session:
            return await _notes(session, contact_id)

    async def events(self, contact_id: UUID) -> list[ContactEvent]:
        """Return what happened to a contact."""
        async with self._database.read() as session:
            return await _events(session, contact_id)

    async def history(self, contact: Contact) -> list[tuple[Contact, QueueEntry | None]]:
        """Return the citizen's other contacts, newest first, with their last consultation."""
        async with self._database.read() as session:
            return await _history(session, contact)

    async def consultations(self, contact_id: UUID) -> list[QueueEntry]:
        """Return a contact's ways through the queue."""
        async with self._database.read() as session:
            query = select(QueueEntry).where(QueueEntry.contact_id == contact_id).order_by(QueueEntry.id)
            return list(await session.scalars(query))

    async def names(self, ids: Iterable[int]) -> dict[int, str]:
        """Return the names of people by account."""
        async with self._database.read() as session:
            return await _names(session, set(ids))

    async def last_words(self, contact_id: UUID) -> str | None:
        """Return what the citizen said last."""
        async with self._database.read() as session:
            return await _last_words(session, contact_id)


def longest_wait_s(waiting: Iterable[Item], at: datetime) -> float | None:
    """Return how long the longest waiting conversation has waited; None when none waits."""
    waits = [(at - item.row.queued_at).total_seconds() for item in waiting if item.row.kind == "conversation"]
    return max(waits, default=None)


async def _people(session: AsyncSession, line: Line) -> list[Person]:
    query = select(Account).where(Account.id.in_(line.duties), Account.active).order_by(Account.display_name)
    return [_person(account, line.duties[account.id], line.engine) for account in await session.scalars(query)]


def _person(account: Account, duty: ConsultantDuty, engine: QueueEngine) -> Person:
    return Person(account, duty, engine.presence(account.id), engine.load(account.id))


async def _contacts(session: AsyncSession, rows: Iterable[QueueEntry]) -> dict[UUID, Contact]:
    query = select(Contact).where(Contact.id.in_({row.contact_id for row in rows}))
    return {contact.id: contact for contact in await session.scalars(query)}


async def _offer(session: AsyncSession, item: Item) -> Offer:
    query = (
        select(Note.text)
        .where(Note.contact_id == item.contact.id, Note.kind == "transfer")
        .order_by(Note.id.desc())
        .limit(1)
    )
    word = await session.scalar(query) if item.row.returned else None
    return Offer(item, await _last_words(session, item.contact.id), word)


async def _talk(session: AsyncSession, item: Item) -> Talk:
    of_contact = Message.contact_id == item.contact.id
    last = await session.scalar(select(Message).where(of_contact).order_by(Message.id.desc()).limit(1))
    by_consultant = select(func.max(Message.id)).where(of_contact, Message.sender == "consultant").scalar_subquery()
    unread = (
        select(func.count())
        .select_from(Message)
        .where(of_contact, Message.sender == "citizen", Message.id > func.coalesce(by_consultant, 0))
        .where(Message.at >= (item.row.accepted_at or item.row.queued_at))
    )
    return Talk(item, last, await session.scalar(unread) or 0)


async def _history(
    session: AsyncSession, contact: Contact, left_phone: str | None = None
) -> list[tuple[Contact, QueueEntry | None]]:
    """Return the other contacts of the same phone (`left_phone`: the one to call back) or e-mail, newest first."""
    phones = {phone for phone in (contact.phone, left_phone) if phone}
    same: list[ColumnElement[bool]] = [Contact.phone.in_(phones)] if phones else []
    if contact.email:
        same.append(Contact.email == contact.email)
    if not same:
        return []
    query = (
        select(Contact).where(or_(*same), Contact.id != contact.id).order_by(Contact.created_at.desc()).limit(HISTORY)
    )
    contacts = list(await session.scalars(query))
    last = await last_entries(session, [contact.id for contact in contacts])
    return [(contact, last.get(contact.id)) for contact in contacts]


async def last_entries(session: AsyncSession, contact_ids: Sequence[UUID]) -> dict[UUID, QueueEntry]:
    """Return the last way through the queue of each contact that had one."""
    newest = (
        select(func.max(QueueEntry.id)).where(QueueEntry.contact_id.in_(contact_ids)).group_by(QueueEntry.contact_id)
    )
    query = select(QueueEntry).where(QueueEntry.id.in_(newest))
    return {row.contact_id: row for row in await session.scalars(query)}


async def _events(session: AsyncSession, contact_id: UUID) -> list[ContactEvent]:
    query = select(ContactEvent).where(ContactEvent.contact_id == contact_id).order_by(ContactEvent.id)
    return list(await session.scalars(query))


async def _notes(session: AsyncSession, contact_id: UUID) -> list[Note]:
    return list(await session.scalars(select(Note).where(Note.contact_id == contact_id).order_by(Note.id)))


async def _last_words(session: AsyncSession, contact_id: UUID) -> str | None:
    query = (
        select(Message.text)
        .where(Message.contact_id == contact_id, Message.sender == "citizen", Message.payload.is_(None))
        .order_by(Message.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def _names(session: AsyncSession, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    found = await session.execute(select(Account.id, Account.display_name).where(Account.id.in_(ids)))
    return {row.id: row.display_name for row in found}
