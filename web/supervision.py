"""Owns what is shown to who runs the centre: the floor now, the numbers of a period, what consultants can do."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from contact_centre import numbers
from contact_centre.floor import longest_wait_s
from contact_centre.queue.model import ON_DUTY, Presence
from contact_centre.values import Channel, Language
from database.base import now
from staff.accounts import UnknownAccountError
from staff.audit import Action, Subject
from staff.roles import Permission
from web.consultant_models import Me

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from contact_centre.floor import Floor, Item, Person
    from contact_centre.numbers import Report
    from staff.tables import Account
    from web.services import Services

LONGEST_PERIOD: Final = timedelta(days=366)
MAX_CAPACITY: Final = 20

Level = Literal["fine", "warning", "over"]


class InvalidPeriodError(ValueError):
    """A period ends after it begins and is not longer than `LONGEST_PERIOD`."""


class WaitingBySkill(BaseModel):
    """Who waits for one skill, and who on duty has it."""

    language: Language
    topic: str | None
    waiting: int
    longest_wait_s: float | None
    on_duty: int
    available: int


class UnderWay(BaseModel):
    """A talk of a citizen with a consultant."""

    number: str
    consultant: int
    channel: Channel
    language: Language
    topic: str | None
    since: datetime | None


class Today(BaseModel):
    """The line that must not be passed (rule 7)."""

    answered: int
    average_speed_of_answer_s: float | None
    with_waiting_s: float | None
    """The average if everyone who waits were answered this moment: it warns before the average itself does."""
    level: Level


class Live(BaseModel):
    """The centre as it is now."""

    waiting: int
    callbacks: int
    longest_wait_s: float | None
    consultants: dict[Presence, int]
    people: list[Me]
    talks: list[UnderWay]
    by_skill: list[WaitingBySkill]
    today: Today
    by_hour: dict[str, float]
    """Today's average speed of answer."""
    target_s: float
    warning_s: float


class Skills(BaseModel):
    """What a consultant can do; no topics means all of them."""

    model_config = ConfigDict(extra="forbid")

    languages: list[Language] = Field(min_length=1)
    topics: list[str]
    capacity: int = Field(ge=1, le=MAX_CAPACITY)


@dataclass(frozen=True)
class Period:
    """From midnight before the first day to midnight after the last, by this country's clock."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """When it begins."""
        return datetime.combine(self.first, time(), numbers.TIME_ZONE)

    @property
    def until(self) -> datetime:
        """When it is over."""
        return datetime.combine(self.last, time(), numbers.TIME_ZONE) + timedelta(days=1)


async def live(parts: Services, account: Account) -> Live:
    """Return who waits, who serves, and how near the 40 seconds are. Who serves whom is for supervisors only."""
    floor, period = await parts.floor.now(), Period(today(), today())
    answered = await numbers.answers(parts.database, period.since, period.until)
    is_supervisor = account.may(Permission.QUEUE_SUPERVISE)
    talks = [item for item in floor.waiting if item.row.kind == "conversation"]
    moment = now()
    return Live(
        waiting=len(talks),
        callbacks=len(floor.waiting) - len(talks),
        longest_wait_s=longest_wait_s(talks, moment),
        consultants={**dict.fromkeys(Presence, 0), **Counter(person.presence for person in floor.people)},
        people=[Me.of(person) for person in floor.people] if is_supervisor else [],
        talks=_under_way(floor) if is_supervisor else [],
        by_skill=_by_skill(talks, floor.people, moment),
        today=_today(parts, [speed for _, speed in answered], talks, moment),
        by_hour=numbers.by_hour(answered),
        target_s=parts.desk.policy.target_s,
        warning_s=parts.desk.policy.warning_s,
    )


async def report(parts: Services, account: Account, since: datetime, until: datetime) -> tuple[Report, dict[str, str]]:
    """Return the numbers of a period and the names of those they are about: only supervisors see who did what.

    Raises:
        InvalidPeriodError: it ends before it begins, or is too long.

    """
    if not since < until <= since + LONGEST_PERIOD:
        raise InvalidPeriodError
    found = await numbers.records(parts.database, since, until)
    # A month of a busy centre takes seconds to add up; citizens must not wait for it.
    made = await asyncio.to_thread(numbers.report, found, since, until, parts.desk.policy.target_s)
    if not account.may(Permission.QUEUE_SUPERVISE):
        return replace(made, by_consultant={}), {}
    names = await parts.console.names(map(int, made.by_consultant))
    return made, {str(consultant): name for consultant, name in names.items()}


async def consultant(parts: Services, account_id: int) -> Account:
    """Return the account of someone who serves at the console. Raises UnknownAccountError."""
    found = await parts.accounts.by_id(account_id)
    if not found.active or not found.may(Permission.CONTACTS_SERVE):
        raise UnknownAccountError(str(account_id))
    return found


async def set_skills(parts: Services, by: Account, account_id: int, skills: Skills, address: str) -> None:
    """Say what a consultant can do, and record who said it. Raises UnknownAccountError."""
    changed = await consultant(parts, account_id)
    await parts.desk.set_skills(account_id, skills.languages, skills.topics, skills.capacity)
    subject = Subject("account", str(account_id))
    await parts.audit.record(by, Action.CONSULTANT_CHANGED, subject, detail={"login": changed.login}, address=address)


def level(average_s: float | None, parts: Services) -> Level:
    """Return how near an average is to the line."""
    if average_s is None or average_s < parts.desk.policy.warning_s:
        return "fine"
    return "warning" if average_s <= parts.desk.policy.target_s else "over"


def today() -> date:
    """Return the day by this country's clock."""
    return now().astimezone(numbers.TIME_ZONE).date()


def _today(parts: Services, speeds: Sequence[float], waiting: Sequence[Item], moment: datetime) -> Today:
    so_far = [(moment - item.row.queued_at).total_seconds() for item in waiting if item.row.first_accepted_at is None]
    average = numbers.mean(speeds)
    with_waiting = numbers.mean([*speeds, *so_far])
    worse = max((value for value in (average, with_waiting) if value is not None), default=None)
    return Today(
        answered=len(speeds),
        average_speed_of_answer_s=average,
        with_waiting_s=with_waiting,
        level=level(worse, parts),
    )


def _by_skill(waiting: Sequence[Item], people: Sequence[Person], moment: datetime) -> list[WaitingBySkill]:
    on_duty = [person for person in people if person.duty.chosen in ON_DUTY]
    found = []
    for language, topic in sorted({(item.row.language, item.row.topic) for item in waiting}, key=str):
        same = [item for item in waiting if (item.row.language, item.row.topic) == (language, topic)]
        able = [person for person in on_duty if person.has(language, topic)]
        found.append(
            WaitingBySkill(
                language=language,
                topic=topic,
                waiting=len(same),
                longest_wait_s=longest_wait_s(same, moment),
                on_duty=len(able),
                available=sum(person.presence is Presence.AVAILABLE for person in able),
            )
        )
    return found


def _under_way(floor: Floor) -> list[UnderWay]:
    return [
        UnderWay(
            number=item.contact.number,
            consultant=item.row.consultant_id,
            channel=item.contact.channel,
            language=item.row.language,
            topic=item.row.topic,
            since=item.row.accepted_at,
        )
        for item in floor.talks
        if item.row.consultant_id is not None
    ]
