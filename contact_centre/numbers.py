"""Owns the numbers by which a supervisor runs the centre: speed of answer, service level, abandonment, ratings."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from contact_centre.snapshots import columns, read_in_parts
from contact_centre.states import Event, State
from contact_centre.tables import Contact, QueueEntry
from database.base import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from contact_centre.values import Channel, EntryKind, Language
    from database.engine import Database

TIME_ZONE: Final = ZoneInfo("Asia/Almaty")
_QUIET: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What counts of a contact; see `contact_centre.tables.Contact`."""

    id: UUID
    channel: Channel
    language: Language | None
    state: State
    created_at: datetime
    updated_at: datetime
    handoff_reason: str | None
    helped: bool | None


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What counts of a wait; see `contact_centre.tables.QueueEntry`."""

    contact_id: UUID
    kind: EntryKind
    topic: str | None
    queued_at: datetime
    consultant_id: int | None
    accepted_at: datetime | None
    first_accepted_at: datetime | None
    talk_ended_at: datetime | None
    over_at: datetime | None
    ending: Event | None
    outcome: str | None
    rating: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """What counts of one contact: registered in the period, with every wait of it."""

    contact: ContactFacts
    entries: tuple[EntryFacts, ...]

    @property
    def waits(self) -> list[EntryFacts]:
        """The waits for a talk, without call-backs."""
        return [entry for entry in self.entries if entry.kind == "conversation"]


@dataclass
class Numbers:
    """Sums and means over some records; times in seconds, None where nothing was measured."""

    contacts: int = 0
    by_assistant_alone: int = 0
    """Over, and no consultant was ever asked for."""
    queued: int = 0
    answered: int = 0
    abandoned: int = 0
    callbacks: int = 0
    average_speed_of_answer_s: float | None = None
    """The mean of all answered waits (rule 7: 40 s)."""
    longest_wait_s: float | None = None
    within_target: int = 0
    service_level: float | None = None
    """Of those answered or abandoned, the share answered within the target."""
    average_talk_s: float | None = None
    average_after_contact_s: float | None = None
    rated: int = 0
    average_rating: float | None = None
    helped_yes: int = 0
    helped_no: int = 0


@dataclass
class Report:
    """The numbers of a period, whole and by what."""

    since: datetime
    until: datetime
    total: Numbers
    by_hour: dict[str, Numbers] = field(default_factory=dict)
    by_day: dict[str, Numbers] = field(default_factory=dict)
    by_channel: dict[str, Numbers] = field(default_factory=dict)
    by_language: dict[str, Numbers] = field(default_factory=dict)
    by_topic: dict[str, Numbers] = field(default_factory=dict)
    by_consultant: dict[str, Numbers] = field(default_factory=dict)
    """By account id."""
    ratings: dict[int, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)


async def records(database: Database, since: datetime, until: datetime) -> list[Record]:
    """Return what counts of the contacts registered in a period, and of those that waited in it."""
    in_period = (QueueEntry.queued_at >= since) & (QueueEntry.queued_at < until)
    registered = (Contact.created_at >= since) & (Contact.created_at < until)
    waited = Contact.id.in_(select(QueueEntry.contact_id).where(in_period))
    async with database.aside() as session:
        contacts = await read_in_parts(session, ContactFacts, columns(ContactFacts, Contact).where(registered | waited))
        waits = await read_in_parts(session, EntryFacts, columns(EntryFacts, QueueEntry).where(in_period))
    entries: defaultdict[UUID, list[EntryFacts]] = defaultdict(list)
    for wait in waits:
        entries[wait.contact_id].append(wait)
    return [Record(contact, tuple(entries.get(contact.id, ()))) for contact in contacts]


async def answers(database: Database, since: datetime, until: datetime) -> list[tuple[datetime, float]]:
    """Return when each answered wait that began in a period began, and how long it was in seconds."""
    query = select(QueueEntry.queued_at, QueueEntry.first_accepted_at).where(
        QueueEntry.queued_at >= since,
        QueueEntry.queued_at < until,
        QueueEntry.kind == "conversation",
        QueueEntry.first_accepted_at.is_not(None),
    )
    async with database.aside() as session:
        rows = await session.execute(query)
    return [(began, (accepted - began).total_seconds()) for began, accepted in rows if accepted]


def by_hour(answered: Iterable[tuple[datetime, float]]) -> dict[str, float]:
    """Return the average speed of answer by the hour in which the waits began."""
    hours: defaultdict[str, list[float]] = defaultdict(list)
    for began, speed in answered:
        hours[_hour(began)].append(speed)
    return {hour: sum(speeds) / len(speeds) for hour, speeds in sorted(hours.items())}


def report(found: Sequence[Record], since: datetime, until: datetime, target_s: float) -> Report:
    """Return the numbers of a period."""

    def grouped(key: Callable[[Record], Iterable[tuple[str, Record]]]) -> dict[str, Numbers]:
        groups: defaultdict[str, list[Record]] = defaultdict(list)
        for record in found:
            for name, part in key(record):
                groups[name].append(part)
        return {name: numbers(groups[name], target_s) for name in sorted(groups)}

    entries = [entry for record in found for entry in record.entries]
    return Report(
        since=since,
        until=until,
        total=numbers(found, target_s),
        by_hour=grouped(lambda record: _by_time(record, _hour)),
        by_day=grouped(lambda record: _by_time(record, _day)),
        by_channel=grouped(lambda record: [(record.contact.channel, record)]),
        by_language=grouped(lambda record: [(record.contact.language or "", record)]),
        by_topic=grouped(_by_topic),
        by_consultant=grouped(_by_consultant),
        ratings={points: sum(entry.rating == points for entry in entries) for points in range(1, 6)},
        outcomes=dict(Counter(entry.outcome for entry in entries if entry.outcome)),
    )


def numbers(found: Sequence[Record], target_s: float) -> Numbers:
    """Return the numbers of some records."""
    waits = [entry for record in found for entry in record.waits]
    speeds = [(entry.first_accepted_at - entry.queued_at).total_seconds() for entry in waits if entry.first_accepted_at]
    abandoned = sum(entry.ending is Event.ABANDONED for entry in waits)
    within = sum(speed <= target_s for speed in speeds)
    ratings = [entry.rating for entry in waits if entry.rating is not None]
    return Numbers(
        contacts=len({record.contact.id for record in found}),
        by_assistant_alone=sum(_is_by_assistant_alone(record) for record in found),
        queued=len(waits),
        answered=len(speeds),
        abandoned=abandoned,
        callbacks=sum(entry.kind == "callback" for record in found for entry in record.entries),
        average_speed_of_answer_s=mean(speeds),
        longest_wait_s=max(speeds, default=None),
        within_target=within,
        service_level=within / (len(speeds) + abandoned) if speeds or abandoned else None,
        average_talk_s=mean(
            [
                (entry.talk_ended_at - entry.accepted_at).total_seconds()
                for entry in waits
                if entry.talk_ended_at and entry.accepted_at
            ]
        ),
        average_after_contact_s=mean(
            [
                (entry.over_at - entry.talk_ended_at).total_seconds()
                for entry in waits
                if entry.over_at and entry.talk_ended_at
            ]
        ),
        rated=len(ratings),
        average_rating=mean(ratings),
        helped_yes=sum(record.contact.helped is True for record in found),
        helped_no=sum(record.contact.helped is False for record in found),
    )


def _is_by_assistant_alone(record: Record) -> bool:
    """Tell whether no consultant was asked for and the citizen is gone: few say goodbye to a program."""
    contact = record.contact
    is_over = contact.state is State.CLOSED or contact.updated_at < now() - _QUIET
    return is_over and contact.handoff_reason is None


def _hour(at: datetime) -> str:
    return f"{at.astimezone(TIME_ZONE):%H}"


def _day(at: datetime) -> str:
    return f"{at.astimezone(TIME_ZONE):%Y-%m-%d}"


def _by_time(record: Record, name: Callable[[datetime], str]) -> list[tuple[str, Record]]:
    """Put a contact where it was registered, and each wait where it began."""
    parts: defaultdict[str, list[EntryFacts]] = defaultdict(list, {name(record.contact.created_at): []})
    for entry in record.entries:
        parts[name(entry.queued_at)].append(entry)
    return [(time, Record(record.contact, tuple(entries))) for time, entries in parts.items()]


def _by_topic(record: Record) -> list[tuple[str, Record]]:
    parts: defaultdict[str, list[EntryFacts]] = defaultdict(list)
    for entry in record.entries:
        parts[entry.topic or ""].append(entry)
    return [(topic, Record(record.contact, tuple(entries))) for topic, entries in parts.items()]


def _by_consultant(record: Record) -> list[tuple[str, Record]]:
    """Give each talk to whoever had it last."""
    parts: defaultdict[str, list[EntryFacts]] = defaultdict(list)
    for entry in record.entries:
        if entry.consultant_id is not None and entry.accepted_at is not None:
            parts[str(entry.consultant_id)].append(entry)
    return [(consultant, Record(record.contact, tuple(entries))) for consultant, entries in parts.items()]


def mean(values: Sequence[float]) -> float | None:
    """Return the mean, None of nothing."""
    return sum(values) / len(values) if values else None
