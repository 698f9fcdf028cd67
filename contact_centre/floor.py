"""Owns the whole centre at one moment, as consoles and supervisors see it; read once for all who look at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Text, cast, func, or_, select

from contact_centre.queue.line import Line, consultant_of
from contact_centre.queue.model import ON_DUTY, Phase, Presence
from contact_centre.signals import CITIZEN_ASKED
from contact_centre.snapshots import ContactSnapshot, EntrySnapshot, MessageSnapshot, columns, read
from contact_centre.tables import ConsultantDuty, Contact, Message, Note, QueueEntry
from database.base import now
from staff.tables import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.queue.policy import QueuePolicy
    from contact_centre.values import Language
    from database.engine import Database

SETTLE_S: Final = 0.2
"""Changes of the queue come in bursts: the floor is not read again sooner than this."""
SETTLE_MOST_S: Final = 1.0
"""However long a reading takes, the floor is read again after this."""
_PAUSE_TO_READING: Final = 9
"""How many times as long as the last reading took the next one waits: a great floor is read a tenth of the time."""
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

    row: EntrySnapshot
    contact: ContactSnapshot


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
    last: MessageSnapshot | None
    unread: int


@dataclass(frozen=True)
class Work:
    """Everything that a console shows at once."""

    me: Person
    offers: Sequence[Offer]
    talks: Sequence[Talk]
    waiting: Sequence[Item]


@dataclass(frozen=True)
class Floor:
    """Who serves (by account), who waits (the next first), what is offered, what is in hand; as it was `at`."""

    at: datetime
    everybody: Mapping[int, Person]
    waiting: Sequence[Item]
    offers: Sequence[Offer]
    in_hand: Sequence[Talk]

    @property
    def people(self) -> list[Person]:
        """Return every consultant that the desk knows and whose account is active, by name."""
        return [one for one in self.everybody.values() if one.account.active]

    @property
    def talks(self) -> list[Item]:
        """Return who is talked with."""
        return [talk.item for talk in self.in_hand if talk.item.row.phase is Phase.TALK]

    def work(self, account: Account) -> Work:
        """Return what a consultant has to do; the account is known at the desk already."""
        return Work(
            self.everybody[account.id],
            [offer for offer in self.offers if offer.item.row.consultant_id == account.id],
            [talk for talk in self.in_hand if talk.item.row.consultant_id == account.id],
            self.waiting,
        )

    def colleagues(self, account: Account) -> list[Person]:
        """Return who else is on duty."""
        return [one for one in self.people if one.account.id != account.id and one.duty.chosen in ON_DUTY]


class FloorView:
    """The floor of the centre that is kept in `database`."""

    def __init__(self, database: Database, policy: QueuePolicy) -> None:
        self._database = database
        self._policy = policy
        self._reading = asyncio.Lock()
        self._coming: asyncio.Task[Floor] | None = None
        self._again_at = 0.0

    async def now(self) -> Floor:
        """Return the floor as it was at this call or after it; all who ask before it is read get the same."""
        if self._coming is None:
            self._coming = asyncio.create_task(self._read_in_turn())
        return await asyncio.shield(self._coming)  # whoever goes away must not take it from the others

    async def _read_in_turn(self) -> Floor:
        clock = asyncio.get_running_loop().time
        async with self._reading:
            await asyncio.sleep(self._again_at - clock())
            self._coming = None  # who asks from here on may know of something newer
            began = clock()
            try:
                return await self._read()
            finally:
                self._again_at = clock() + min(max(SETTLE_S, _PAUSE_TO_READING * (clock() - began)), SETTLE_MOST_S)

    async def _read(self) -> Floor:
        at = now()  # before it is read: whatever happens meanwhile is newer than the floor
        async with self._database.aside() as session:  # it counts messages of every talk
            line = await Line.open(session, self._policy, lock=False)
            contacts = await _contacts(session, line.found.values())
            items = {row.id: Item(row, contacts[row.contact_id]) for row in line.found.values()}
            offers = [await _offer(session, item) for item in items.values() if item.row.phase is Phase.OFFERED]
            in_hand = await talks_of(session, [item for item in items.values() if item.row.phase in _IN_HAND])
            everybody = await _everybody(session, line)
        return Floor(at, everybody, [items[entry.id] for entry in line.engine.in_order(at)], offers, in_hand)


def longest_wait_s(waiting: Iterable[Item], at: datetime) -> float | None:
    """Return how long the longest waiting conversation has waited; None when none waits."""
    waits = [(at - item.row.queued_at).total_seconds() for item in waiting if item.row.kind == "conversation"]
    return max(waits, default=None)


async def talks_of(session: AsyncSession, items: Sequence[Item]) -> list[Talk]:
    """Return conversations as lists show them."""
    ids = [item.contact.id for item in items]
    newest = select(func.max(Message.id)).where(Message.contact_id.in_(ids)).group_by(Message.contact_id)
    query = columns(MessageSnapshot, Message).where(Message.id.in_(newest))
    last = {one.contact_id: one for one in await read(session, MessageSnapshot, query)}
    unread = await _unread(session, items)
    return [Talk(item, last.get(item.contact.id), unread.get(item.row.id, 0)) for item in items]


async def last_words(session: AsyncSession, contact_id: UUID) -> str | None:
    """Return what the citizen said last, words that only ask for a consultant left out where there are others.

    One word of that kind, or the key for it, says nothing of what is wanted.
    """
    only_asks = func.coalesce(cast(Message.signals, Text), "").contains(f'"{CITIZEN_ASKED}"')
    query = (
        select(Message.text)
        .where(Message.contact_id == contact_id, Message.sender == "citizen", Message.payload.is_(None))
        .where(or_(~only_asks, Message.text.contains(" ")))
        .order_by(only_asks, Message.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def _unread(session: AsyncSession, items: Sequence[Item]) -> dict[int, int]:
    """Return by entry how many messages the citizen wrote since the talk began and the consultant spoke last."""
    spoken = (
        select(Message.contact_id, func.max(Message.id).label("last"))
        .where(Message.contact_id.in_({item.contact.id for item in items}), Message.sender == "consultant")
        .group_by(Message.contact_id)
        .subquery()
    )
    counts = (
        select(QueueEntry.id, func.count())
        .join(Message, Message.contact_id == QueueEntry.contact_id)
        .outerjoin(spoken, spoken.c.contact_id == QueueEntry.contact_id)
        .where(QueueEntry.id.in_([item.row.id for item in items]))
        .where(Message.sender == "citizen", Message.id > func.coalesce(spoken.c.last, 0))
        .where(Message.at >= func.coalesce(QueueEntry.accepted_at, QueueEntry.queued_at))
        .group_by(QueueEntry.id)
    )
    return dict((await session.execute(counts)).all())


async def _everybody(session: AsyncSession, line: Line) -> dict[int, Person]:
    query = select(Account).where(Account.id.in_(line.duties)).order_by(Account.display_name)
    return {account.id: _person(account, line) for account in await session.scalars(query)}


def _person(account: Account, line: Line) -> Person:
    engine = line.engine
    return Person(account, line.duties[account.id], engine.presence(account.id), engine.load(account.id))


async def _contacts(session: AsyncSession, rows: Iterable[EntrySnapshot]) -> dict[UUID, ContactSnapshot]:
    query = columns(ContactSnapshot, Contact).where(Contact.id.in_({row.contact_id for row in rows}))
    return {contact.id: contact for contact in await read(session, ContactSnapshot, query)}


async def _offer(session: AsyncSession, item: Item) -> Offer:
    query = (
        select(Note.text)
        .where(Note.contact_id == item.contact.id, Note.kind == "transfer")
        .order_by(Note.id.desc())
        .limit(1)
    )
    word = await session.scalar(query) if item.row.returned else None
    return Offer(item, await last_words(session, item.contact.id), word)
