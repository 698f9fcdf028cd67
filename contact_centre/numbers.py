"""Owns the numbers by which a supervisor runs the centre: speed of answer, service level, abandonment, ratings."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from contact_centre.states import Event, State
from contact_centre.tables import Contact, QueueEntry
from database.base import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from database.engine import Database

TIME_ZONE: Final = ZoneInfo("Asia/Almaty")
_QUIET: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class Record:
    """What counts of one contact: registered in the period, with every wait of it."""

    contact: Contact
    entries: tuple[QueueEntry, ...]

    @property
    def waits(self) -> list[QueueEntry]:
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
    waited = select(QueueEntry.contact_id).where(QueueEntry.queued_at >= since, QueueEntry.queued_at < until)
    in_period = (Contact.created_at >= since) & (Contact.created_at < until)
    async with database.read() as session:
        contacts = list(await session.scalars(select(Contact).where(in_period | Contact.id.in_(waited))))
        rows = await session.scalars(
            select(QueueEntry).where(QueueEntry.queued_at >= since, QueueEntry.queued_at < until)
        )
        entries: defaultdict[object, list[QueueEntry]] = defaultdict(list)
        for row in rows:
            entries[row.contact_id].append(row)
    return [Record(contact, tuple(entries[contact.id])) for contact in contacts]


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
        by_hour=grouped(lambda record: _by_time(record, "%H")),
        by_day=grouped(lambda record: _by_time(record, "%Y-%m-%d")),
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
        average_speed_of_answer_s=_mean(speeds),
        longest_wait_s=max(speeds, default=None),
        within_target=within,
        service_level=within / (len(speeds) + abandoned) if speeds or abandoned else None,
        average_talk_s=_mean(
            [
                (entry.talk_ended_at - entry.accepted_at).total_seconds()
                for entry in waits
                if entry.talk_ended_at and entry.accepted_at
            ]
        ),
        average_after_contact_s=_mean(
            [
                (entry.over_at - entry.talk_ended_at).total_seconds()
                for entry in waits
                if entry.over_at and entry.talk_ended_at
            ]
        ),
        rated=len(ratings),
        average_rating=_mean(ratings),
        helped_yes=sum(record.contact.helped is True for record in found),
        helped_no=sum(record.contact.helped is False for record in found),
    )


def _is_by_assistant_alone(record: Record) -> bool:
    """Tell whether no consultant was asked for and the citizen is gone: few say goodbye to a program."""
    contact = record.contact
    is_over = contact.state is State.CLOSED or contact.updated_at < now() - _QUIET
    return is_over and contact.handoff_reason is None


def _by_time(record: Record, pattern: str) -> list[tuple[str, Record]]:
    """Put a contact where it was registered, and each wait where it began."""

    def name(at: datetime) -> str:
        return at.astimezone(TIME_ZONE).strftime(pattern)

    own = name(record.contact.created_at)
    parts: defaultdict[str, list[QueueEntry]] = defaultdict(list, {own: []})
    for entry in record.entries:
        parts[name(entry.queued_at)].append(entry)
    return [(time, Record(record.contact, tuple(entries))) for time, entries in parts.items()]


def _by_topic(record: Record) -> list[tuple[str, Record]]:
    parts: defaultdict[str, list[QueueEntry]] = defaultdict(list)
    for entry in record.entries:
        parts[entry.topic or ""].append(entry)
    return [(topic, Record(record.contact, tuple(entries))) for topic, entries in parts.items()]


def _by_consultant(record: Record) -> list[tuple[str, Record]]:
    """Give each talk to whoever had it last."""
    parts: defaultdict[str, list[QueueEntry]] = defaultdict(list)
    for entry in record.entries:
        if entry.consultant_id is not None and entry.accepted_at is not None:
            parts[str(entry.consultant_id)].append(entry)
    return [(consultant, Record(record.contact, tuple(entries))) for consultant, entries in parts.items()]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
