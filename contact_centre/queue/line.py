"""Owns the queue within one transaction: read from the tables, changed by the engine, written back with its effects."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import select

from contact_centre import choices, course, texts
from contact_centre.events import DeskChanged, MessagesAdded, OfferOver, StateChanged
from contact_centre.queue.engine import QueueEngine
from contact_centre.queue.model import Consultant, Entry, Happening, Phase
from contact_centre.snapshots import EntrySnapshot, columns, of_row, read
from contact_centre.states import Event
from contact_centre.tables import ConsultantDuty, Contact, QueueEntry
from contact_centre.values import DEFAULT_LANGUAGE
from contact_centre.vocabulary import TOPICS, topic_of

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.events import News
    from contact_centre.queue.policy import QueuePolicy
    from contact_centre.values import Channel, Language

SERVED: Final[frozenset[Channel]] = frozenset({"web", "mail"})
"""Channels that wait here from the hand-off on. A caller waits from when the exchange says so; see `follow`."""

_COMING: Final = 0
"""Id of an entry that is only thought of."""
HANDLED_SAMPLE: Final = 20
HANDLED_ENOUGH: Final = 3
"""Fewer talks than this say nothing of how long the next ones will take."""

_OFFER_ENDS: Final = {
    Event.ACCEPTED: "accepted",
    Event.DECLINED: "declined",
    Event.TIMED_OUT: "timed_out",
    Event.WITHDRAWN: "withdrawn",
}
_ENDINGS: Final = {
    Event.END,
    Event.ABANDONED,
    Event.RETURNED_TO_ASSISTANT,
    Event.CALLBACK_LEFT,
    Event.CLOSED_BY_CONSULTANT,
}
_COPIED: Final = tuple(field.name for field in fields(Entry) if field.name not in {"id", "refusals"})
_copied = attrgetter(*_COPIED)


class Line:
    """The queue as it is now; `settle` writes back what the engine did. `news` are to be told after the commit."""

    def __init__(
        self, session: AsyncSession, engine: QueueEngine, found: dict[int, EntrySnapshot], duties: list[ConsultantDuty]
    ) -> None:
        self.session = session
        self.engine = engine
        self.found = found
        self.duties = {duty.account_id: duty for duty in duties}
        self.news: list[tuple[UUID, News]] = []
        self.desk_news: list[News] = []
        self._consultants_before = {one.id: replace(one) for one in engine.consultants.values()}

    @classmethod
    async def open(cls, session: AsyncSession, policy: QueuePolicy, *, lock: bool = True) -> Self:
        """Read every entry that is not over, and every consultant; without `lock` to look only."""
        live = columns(EntrySnapshot, QueueEntry).where(QueueEntry.phase != Phase.OVER).order_by(QueueEntry.id)
        known = select(ConsultantDuty)
        if lock:
            live, known = live.with_for_update(), known.with_for_update()
        found = {entry.id: entry for entry in await read(session, EntrySnapshot, live)}
        duties = list(await session.scalars(known))
        engine = QueueEngine(policy, map(consultant_of, duties), map(_entry, found.values()))
        return cls(session, engine, found, duties)

    async def row(self, entry_id: int) -> QueueEntry:
        """Return an entry to write on."""
        return await self.session.get_one(QueueEntry, entry_id)

    async def enqueue(self, contact: Contact, now: datetime, skill: str | None = None) -> None:
        """Let a contact wait for a consultant; on a channel that is not served here nothing waits."""
        if contact.channel not in SERVED or self.entry_of(contact.id) is not None:
            return
        topic = skill if skill in TOPICS else topic_of(contact.service)
        row = QueueEntry(
            contact_id=contact.id, language=contact.language or DEFAULT_LANGUAGE, topic=topic, queued_at=now
        )
        await self._add(row)

    async def follow(self, contact: Contact, queued_at: datetime, language: Language | None) -> Entry:
        """Know that a contact waits, since `queued_at`, where another system finds the consultant."""
        row = QueueEntry(
            contact_id=contact.id,
            external=True,
            language=language or contact.language or DEFAULT_LANGUAGE,
            topic=topic_of(contact.service),
            queued_at=queued_at,
        )
        return await self._add(row)

    async def call_back(self, contact: Contact, phone: str, now: datetime) -> datetime:
        """Promise a contact that waits, or would wait, a call-back to `phone`; return by when."""
        waiting = self.entry_of(contact.id)
        due_at = now + timedelta(seconds=self.engine.policy.callback_within_s)
        if waiting is not None:
            self.engine.withdraw(waiting.id, Event.CALLBACK_LEFT, now)
        else:
            self.move(contact, Event.CALLBACK_LEFT, now)
        callback = QueueEntry(
            contact_id=contact.id,
            kind="callback",
            language=contact.language or DEFAULT_LANGUAGE,
            topic=waiting.topic if waiting else topic_of(contact.service),
            queued_at=now,
            due_at=due_at,
            phone=phone,
        )
        await self._add(callback)
        contact.phone = contact.phone or phone
        return due_at

    def move(self, contact: Contact, event: Event, at: datetime, **marks: int | None) -> None:
        """Let `event` happen to a contact."""
        if course.move(self.session, contact, event, at=at, **marks):
            self.news.append((contact.id, StateChanged(contact.state)))

    def entry_of(self, contact_id: UUID) -> Entry | None:
        """Return the entry by which a contact waits or talks."""
        for known in self.found.values():
            if known.contact_id == contact_id and known.kind == "conversation":
                entry = self.engine.entries[known.id]
                if entry.phase in {Phase.WAITING, Phase.OFFERED, Phase.TALK}:
                    return entry
        return None

    async def place(self, contact: Contact, now: datetime) -> tuple[int | None, timedelta | None]:
        """Return a contact's place in the queue and its expected wait, each None when it is not known.

        For a contact that is about to wait elsewhere, what they will be, if anybody there can serve it.
        """
        entry = self.entry_of(contact.id)
        if entry is not None:
            return await self._place(entry, now)
        language, topic = contact.language or DEFAULT_LANGUAGE, topic_of(contact.service)
        coming = Entry(_COMING, language, topic, now, external=True)
        if contact.channel in SERVED or not self.engine.serving(coming):
            return None, None
        self.engine.entries[_COMING] = coming
        try:
            return await self._place(coming, now)
        finally:
            del self.engine.entries[_COMING]

    async def _place(self, entry: Entry, now: datetime) -> tuple[int, timedelta | None]:
        position = self.engine.position(entry.id, now)
        return position, self.engine.expected_wait(entry.id, position, await mean_handling(self.session))

    async def settle(self) -> None:
        """Write back what changed, move the contacts and tell the citizens."""
        happened, self.engine.happened = self.engine.happened, []
        for happening in happened:
            await self._apply(happening)
        for entry in self.engine.entries.values():
            if _is_changed(entry, self.found[entry.id]):
                row = await self.row(entry.id)
                _write(entry, row)
                self.found[entry.id] = of_row(EntrySnapshot, row)
                self.desk_changed()
        for consultant in self.engine.consultants.values():
            self._write_consultant(consultant)

    def desk_changed(self) -> None:
        """Note that the consoles show something old."""
        if not any(isinstance(item, DeskChanged) for item in self.desk_news):
            self.desk_news.append(DeskChanged())

    async def _add(self, row: QueueEntry) -> Entry:
        self.session.add(row)
        await self.session.flush()
        self.found[row.id] = of_row(EntrySnapshot, row)
        entry = _entry(self.found[row.id])
        self.engine.enqueue(entry)
        self.desk_changed()
        return entry

    async def _apply(self, happening: Happening) -> None:
        row = await self.row(happening.entry_id)
        if happening.event in _ENDINGS:
            row.ending = happening.event
        if happening.event in _OFFER_ENDS or (happening.consultant_id is not None and happening.event in _ENDINGS):
            why = _OFFER_ENDS.get(happening.event, "withdrawn")
            self.desk_news.append(OfferOver(happening.entry_id, happening.consultant_id, why))
        contact = await self.session.get_one(Contact, row.contact_id)
        marks: dict[str, int | None] = {"entry_id": row.id, "consultant_id": happening.consultant_id}
        if row.kind == "callback":  # the contact itself is over, or goes on without it
            course.record(self.session, contact, happening.event, at=happening.at, **marks)
            return
        self.move(contact, happening.event, happening.at, **marks)
        if not row.external:  # there the citizen hears the other system
            await self._tell(contact, happening)

    async def _tell(self, contact: Contact, happening: Happening) -> None:
        language = contact.language or DEFAULT_LANGUAGE
        buttons = choices.ratings(language) if happening.event is Event.CLOSED_BY_CONSULTANT else []
        if happening.event is Event.CONSULTANT_VANISHED and happening.from_talk:
            text = texts.vanished(language, self.engine.position(happening.entry_id, happening.at))
        else:
            told = texts.of_event(happening.event, language)
            if told is None:
                return
            text = told
        await course.say(self.session, contact, "system", text, language, buttons=buttons)
        # Words come before the state that they announce.
        self.news.insert(_before_state(self.news, contact), (contact.id, MessagesAdded()))

    def _write_consultant(self, consultant: Consultant) -> None:
        before = self._consultants_before.get(consultant.id)
        if consultant == before:
            return
        duty = self.duties[consultant.id]
        if before is None or consultant.chosen is not before.chosen:
            duty.since = consultant.free_since if consultant.free_since > duty.since else consultant.seen_at
            self.desk_changed()
        duty.chosen = consultant.chosen
        duty.seen_at, duty.free_since = consultant.seen_at, consultant.free_since


async def mean_handling(session: AsyncSession) -> timedelta | None:
    """Return the mean time of the last talks with their after-contact work; None when there were too few."""
    last = (
        select(QueueEntry)
        .where(QueueEntry.accepted_at.is_not(None), QueueEntry.over_at.is_not(None))
        .order_by(QueueEntry.over_at.desc())
        .limit(HANDLED_SAMPLE)
    )
    times = [row.over_at - row.accepted_at for row in await session.scalars(last) if row.over_at and row.accepted_at]
    return sum(times, timedelta(0)) / len(times) if len(times) >= HANDLED_ENOUGH else None


def _before_state(news: list[tuple[UUID, News]], contact: Contact) -> int:
    if news and news[-1] == (contact.id, StateChanged(contact.state)):
        return len(news) - 1
    return len(news)


def consultant_of(duty: ConsultantDuty) -> Consultant:
    """Return a consultant as the engine knows one."""
    return Consultant(
        id=duty.account_id,
        languages=frozenset(duty.languages),
        topics=frozenset(duty.topics),
        capacity=duty.capacity,
        chosen=duty.chosen,
        seen_at=duty.seen_at,
        free_since=duty.free_since,
        takes_external=duty.phone_ready,
    )


def _entry(found: EntrySnapshot) -> Entry:
    entry = Entry(found.id, *_copied(found))
    entry.refusals = {int(account): datetime.fromisoformat(at) for account, at in found.refusals.items()}
    return entry


def _is_changed(entry: Entry, found: EntrySnapshot) -> bool:
    return _copied(entry) != _copied(found) or _kept_refusals(entry) != found.refusals


def _write(entry: Entry, row: QueueEntry) -> None:
    for name in _COPIED:
        setattr(row, name, getattr(entry, name))
    row.refusals = _kept_refusals(entry)


def _kept_refusals(entry: Entry) -> dict[str, str]:
    return {str(account): at.isoformat() for account, at in entry.refusals.items()}
