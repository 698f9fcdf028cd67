"""Owns what a consultant sees of a conversation: the transcript, its history, notes and events. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, or_, select

from contact_centre.floor import Item, last_words, talks_of
from contact_centre.queue.model import Phase
from contact_centre.snapshots import ContactSnapshot, EntrySnapshot, of_row
from contact_centre.tables import Contact, ContactEvent, Message, Note, QueueEntry
from staff.tables import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.floor import Talk
    from database.engine import Database

HISTORY: Final = 20
_ENTRY_WITH_CONTACT: Final = (
    select(QueueEntry, Contact)
    .join(Contact, Contact.id == QueueEntry.contact_id)
    .where(QueueEntry.id == bindparam("entry"))
)


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

    def __init__(self, database: Database) -> None:
        self._database = database

    async def held(self, entry_id: int, account: Account) -> Item | None:
        """Return a conversation that is or was a consultant's own; None for anybody else's."""
        async with self._database.glance() as session:
            found = (await session.execute(_ENTRY_WITH_CONTACT, {"entry": entry_id})).one_or_none()
        if found is None or found[0].consultant_id != account.id or found[0].phase is Phase.OFFERED:
            return None
        return Item(of_row(EntrySnapshot, found[0]), of_row(ContactSnapshot, found[1]))

    async def talk(self, item: Item) -> Talk:
        """Return a conversation as lists show it."""
        async with self._database.read() as session:
            return (await talks_of(session, [item]))[0]

    async def whole(self, item: Item) -> Whole:
        """Return a conversation with its transcript, history, notes and events."""
        async with self._database.read() as session:
            of_contact = item.contact.id
            said = select(Message).where(Message.contact_id == of_contact).order_by(Message.id)
            messages = list(await session.scalars(said))
            notes = await _notes(session, of_contact)
            events = await _events(session, of_contact)
            history = await _history(session, item.contact, item.row.phone)
            talk = (await talks_of(session, [item]))[0]
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
        async with self._database.glance() as session:
            return await _names(session, set(ids))

    async def last_words(self, contact_id: UUID) -> str | None:
        """Return what the citizen said last, beside asking for a consultant."""
        async with self._database.glance() as session:
            return await last_words(session, contact_id)


async def _history(
    session: AsyncSession, contact: Contact | ContactSnapshot, left_phone: str | None = None
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


async def _names(session: AsyncSession, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    found = await session.execute(select(Account.id, Account.display_name).where(Account.id.in_(ids)))
    return {row.id: row.display_name for row in found}
