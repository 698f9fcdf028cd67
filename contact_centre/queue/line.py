"""Owns the queue within one transaction: read from the tables, changed by the engine, written back with its effects."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import select

from contact_centre import choices, course, texts
from contact_centre.events import DeskChanged, MessagesAdded, OfferOver, StateChanged
from contact_centre.queue.engine import QueueEngine
from contact_centre.queue.model import Consultant, Entry, Happening, Phase
from contact_centre.states import Event
from contact_centre.tables import ConsultantDuty, Contact, QueueEntry
from contact_centre.values import DEFAULT_LANGUAGE
from contact_centre.vocabulary import TOPICS, topic_of

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.events import News
    from contact_centre.queue.policy import QueuePolicy
    from contact_centre.values import Channel

SERVED: Final[frozenset[Channel]] = frozenset({"web", "mail"})
"""Channels whose talks are held in the console. A caller waits in the exchange's queue, not in this one."""

HANDLED_SAMPLE: Final = 20
HANDLED_ENOUGH: Final = 3
"""Fewer talks than this say nothing of how long the next ones will take."""

_OFFER_ENDS: Final = {
    Event.ACCEPTED: "accepted",
    Event.DECLINED: "declined",
    Event.TIMED_OUT: "timed_out",
}
_ENDINGS: Final = {Event.END, Event.ABANDONED, Event.CALLBACK_LEFT, Event.CLOSED_BY_CONSULTANT}
_COPIED: Final = tuple(field.name for field in fields(Entry) if field.name not in {"id", "refusals"})


class Line:
    """The queue as it is now; `settle` writes back what the engine did. `news` are to be told after the commit."""

    def __init__(
        self, session: AsyncSession, engine: QueueEngine, rows: dict[int, QueueEntry], duties: list[ConsultantDuty]
    ) -> None:
        self.session = session
        self.engine = engine
        self.rows = rows
        self.duties = {duty.account_id: duty for duty in duties}
        self.news: list[tuple[UUID, News]] = []
        self.desk_news: list[News] = []
        self._before = {entry.id: replace(entry) for entry in engine.entries.values()}
        self._consultants_before = {one.id: replace(one) for one in engine.consultants.values()}

    @classmethod
    async def open(cls, session: AsyncSession, policy: QueuePolicy, *, lock: bool = True) -> Self:
        """Read every entry that is not over, and every consultant; without `lock` to look only."""
        live = select(QueueEntry).where(QueueEntry.phase != Phase.OVER).order_by(QueueEntry.id)
        known = select(ConsultantDuty)
        if lock:
            live, known = live.with_for_update(), known.with_for_update()
        rows = {row.id: row for row in await session.scalars(live)}
        duties = list(await session.scalars(known))
        engine = QueueEngine(policy, map(_consultant, duties), map(_entry, rows.values()))
        return cls(session, engine, rows, duties)

    async def enqueue(self, contact: Contact, now: datetime, skill: str | None = None) -> None:
        """Let a contact wait for a consultant; on a channel that is not served here nothing waits."""
        if contact.channel not in SERVED or self.entry_of(contact.id) is not None:
            return
        topic = skill if skill in TOPICS else topic_of(contact.service)
        row = QueueEntry(
            contact_id=contact.id, language=contact.language or DEFAULT_LANGUAGE, topic=topic, queued_at=now
        )
        await self._add(row)

    async def call_back(self, waiting: Entry, phone: str, now: datetime) -> datetime:
        """Turn a wait into a call-back to `phone`; return by when it is promised."""
        row = self.rows[waiting.id]
        due_at = now + timedelta(seconds=self.engine.policy.callback_within_s)
        self.engine.withdraw(waiting.id, Event.CALLBACK_LEFT, now)
        callback = QueueEntry(
            contact_id=row.contact_id,
            kind="callback",
            language=row.language,
            topic=row.topic,
            queued_at=now,
            due_at=due_at,
            phone=phone,
        )
        await self._add(callback)
        return due_at

    def entry_of(self, contact_id: UUID) -> Entry | None:
        """Return the entry by which a contact waits or talks."""
        for row in self.rows.values():
            entry = self.engine.entries[row.id]
            in_hand = entry.phase in {Phase.WAITING, Phase.OFFERED, Phase.TALK}
            if row.contact_id == contact_id and row.kind == "conversation" and in_hand:
                return entry
        return None

    async def place(self, contact: Contact, now: datetime) -> tuple[int | None, timedelta | None]:
        """Return a waiting contact's place in the queue and its expected wait, each None when it is not known."""
        entry = self.entry_of(contact.id)
        if entry is None:
            return None, None
        position = self.engine.position(entry.id, now)
        return position, self.engine.expected_wait(entry.id, position, await mean_handling(self.session))

    async def settle(self) -> None:
        """Write back what changed, move the contacts and tell the citizens."""
        happened, self.engine.happened = self.engine.happened, []
        for happening in happened:
            await self._apply(happening)
        for entry in self.engine.entries.values():
            if entry != self._before.get(entry.id):
                _write(entry, self.rows[entry.id])
                self.desk_changed()
        for consultant in self.engine.consultants.values():
            self._write_consultant(consultant)

    def desk_changed(self) -> None:
        """Note that the consoles show something old."""
        if not any(isinstance(item, DeskChanged) for item in self.desk_news):
            self.desk_news.append(DeskChanged())

    async def _add(self, row: QueueEntry) -> None:
        self.session.add(row)
        await self.session.flush()
        self.rows[row.id] = row
        self.engine.enqueue(_entry(row))

    async def _apply(self, happening: Happening) -> None:
        row = self.rows[happening.entry_id]
        if happening.event in _ENDINGS:
            row.ending = happening.event
        if happening.event in _OFFER_ENDS or (happening.consultant_id is not None and happening.event in _ENDINGS):
            why = _OFFER_ENDS.get(happening.event, "withdrawn")
            self.desk_news.append(OfferOver(happening.entry_id, happening.consultant_id, why))
        contact = await self.session.get_one(Contact, row.contact_id)
        marks = {"entry_id": row.id, "consultant_id": happening.consultant_id}
        if row.kind == "callback":  # the contact itself is over, or goes on without it
            course.record(self.session, contact, happening.event, **marks)
            return
        if course.move(self.session, contact, happening.event, **marks):
            self.news.append((contact.id, StateChanged(contact.state)))
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


def _consultant(duty: ConsultantDuty) -> Consultant:
    return Consultant(
        id=duty.account_id,
        languages=frozenset(duty.languages),
        topics=frozenset(duty.topics),
        capacity=duty.capacity,
        chosen=duty.chosen,
        seen_at=duty.seen_at,
        free_since=duty.free_since,
    )


def _entry(row: QueueEntry) -> Entry:
    refusals = {int(account): datetime.fromisoformat(at) for account, at in row.refusals.items()}
    return Entry(id=row.id, refusals=refusals, **{name: getattr(row, name) for name in _COPIED})


def _write(entry: Entry, row: QueueEntry) -> None:
    for name in _COPIED:
        setattr(row, name, getattr(entry, name))
    row.refusals = {str(account): at.isoformat() for account, at in entry.refusals.items()}
