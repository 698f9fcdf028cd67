"""Owns the supervisor's API: the queue as it is now, the numbers of a period, what consultants can do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contact_centre import numbers
from contact_centre.console import longest_wait_s
from contact_centre.queue.model import Presence
from contact_centre.values import Language
from contact_centre.vocabulary import TOPICS
from database.base import now
from staff.accounts import UnknownAccountError
from staff.audit import Action, Subject
from staff.roles import Permission
from staff.tables import Account
from web import report_files, services
from web.consultant_models import Me
from web.problems import InvalidFieldError, ProblemError
from web.staff.guard import require
from web.staff.sign_in import client_address

if TYPE_CHECKING:
    from contact_centre.numbers import Numbers, Report
    from web.services import Services

router = APIRouter(prefix="/supervision")

Counting = Annotated[Account, Depends(require(Permission.NUMBERS_READ))]
Supervising = Annotated[Account, Depends(require(Permission.QUEUE_SUPERVISE))]
LONGEST_PERIOD = timedelta(days=366)


class WaitingBySkill(BaseModel):
    """Who waits for one skill."""

    language: Language
    topic: str | None
    waiting: int
    longest_wait_s: float | None


class Today(BaseModel):
    """The line that must not be passed (rule 7)."""

    answered: int
    average_speed_of_answer_s: float | None
    level: Literal["fine", "warning", "over"]


class Live(BaseModel):
    """The queue as it is now."""

    waiting: int
    callbacks: int
    longest_wait_s: float | None
    consultants: dict[Presence, int]
    people: list[Me]
    by_skill: list[WaitingBySkill]
    today: Today
    target_s: float
    warning_s: float


class NumbersOut(BaseModel):
    """See `contact_centre.numbers.Numbers`."""

    model_config = ConfigDict(from_attributes=True)

    contacts: int
    by_assistant_alone: int
    queued: int
    answered: int
    abandoned: int
    callbacks: int
    average_speed_of_answer_s: float | None
    longest_wait_s: float | None
    within_target: int
    service_level: float | None
    average_talk_s: float | None
    average_after_contact_s: float | None
    rated: int
    average_rating: float | None
    helped_yes: int
    helped_no: int


class Row(NumbersOut):
    """The numbers of one hour, day, channel, language, topic or consultant."""

    key: str
    name: str | None = None


class ReportOut(BaseModel):
    """The numbers of a period."""

    since: datetime
    until: datetime
    target_s: float
    total: NumbersOut
    by_hour: list[Row]
    by_day: list[Row]
    by_channel: list[Row]
    by_language: list[Row]
    by_topic: list[Row]
    by_consultant: list[Row]
    ratings: dict[int, int]
    outcomes: dict[str, int]


class SkillsIn(BaseModel):
    """What a consultant can do; no topics means all of them."""

    model_config = ConfigDict(extra="forbid")

    languages: list[Language] = Field(min_length=1)
    topics: list[str]
    capacity: int = Field(ge=1, le=20)


@router.get("/live")
async def show_live(request: Request, account: Counting) -> Live:
    """Return who waits, who serves, and how near the 40 seconds are. Names are for supervisors only."""
    parts = services.of(request)
    people, waiting = await parts.console.people(), await parts.console.waiting()
    since = _start_of_today()
    today = numbers.numbers(
        await numbers.records(parts.database, since, since + timedelta(days=1)), parts.desk.policy.target_s
    )
    talks = [item for item in waiting if item.row.kind == "conversation"]
    skills = sorted({(item.row.language, item.row.topic) for item in talks}, key=str)
    moment = now()
    return Live(
        waiting=len(talks),
        callbacks=len(waiting) - len(talks),
        longest_wait_s=longest_wait_s(waiting, moment),
        consultants={**dict.fromkeys(Presence, 0), **Counter(person.presence for person in people)},
        people=[Me.of(person) for person in people] if account.may(Permission.QUEUE_SUPERVISE) else [],
        by_skill=[
            WaitingBySkill(
                language=language,
                topic=topic,
                waiting=len(same),
                longest_wait_s=longest_wait_s(same, moment),
            )
            for language, topic in skills
            if (same := [item for item in talks if (item.row.language, item.row.topic) == (language, topic)])
        ],
        today=Today(
            answered=today.answered,
            average_speed_of_answer_s=today.average_speed_of_answer_s,
            level=_level(today.average_speed_of_answer_s, parts),
        ),
        target_s=parts.desk.policy.target_s,
        warning_s=parts.desk.policy.warning_s,
    )


@router.get("/report")
async def show_report(
    request: Request, account: Counting, since: datetime | None = None, until: datetime | None = None
) -> ReportOut:
    """Return the numbers of a period, today when none is given."""
    made, names = await _report(services.of(request), account, since, until)
    return ReportOut(
        since=made.since,
        until=made.until,
        target_s=services.of(request).desk.policy.target_s,
        total=NumbersOut.model_validate(made.total),
        by_hour=_rows(made.by_hour),
        by_day=_rows(made.by_day),
        by_channel=_rows(made.by_channel),
        by_language=_rows(made.by_language),
        by_topic=_rows(made.by_topic),
        by_consultant=_rows(made.by_consultant, names),
        ratings=made.ratings,
        outcomes=made.outcomes,
    )


@router.get("/report.csv")
async def export_csv(
    request: Request,
    account: Counting,
    since: datetime | None = None,
    until: datetime | None = None,
    lang: Annotated[Language | None, Query()] = None,
) -> Response:
    """Return the numbers of a period as one table."""
    made, names = await _report(services.of(request), account, since, until)
    body = report_files.as_csv(made, names, lang or account.language)
    return _file(body, "text/csv; charset=utf-8", made, "csv")


@router.get("/report.xlsx")
async def export_xlsx(
    request: Request,
    account: Counting,
    since: datetime | None = None,
    until: datetime | None = None,
    lang: Annotated[Language | None, Query()] = None,
) -> Response:
    """Return the numbers of a period as a workbook, one sheet for each way to look at them."""
    made, names = await _report(services.of(request), account, since, until)
    body = report_files.as_xlsx(made, names, lang or account.language)
    return _file(body, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", made, "xlsx")


@router.get("/consultants")
async def list_consultants(request: Request, _account: Supervising) -> list[Me]:
    """Return everyone who has been at the console."""
    return [Me.of(person) for person in await services.of(request).console.people()]


@router.put("/consultants/{account_id}")
async def set_skills(request: Request, account: Supervising, account_id: int, body: SkillsIn) -> Me:
    """Say what a consultant can do."""
    parts = services.of(request)
    if not set(body.topics) <= set(TOPICS):
        raise InvalidFieldError("topics", "unknown_code", language=account.language)
    try:
        consultant = await parts.accounts.by_id(account_id)
    except UnknownAccountError:
        consultant = None
    if consultant is None or not consultant.active or not consultant.may(Permission.CONTACTS_SERVE):
        raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_account", language=account.language)
    await parts.desk.set_skills(account_id, body.languages, body.topics, body.capacity)
    await parts.audit.record(
        account,
        Action.CONSULTANT_CHANGED,
        Subject("account", str(account_id)),
        detail={"login": consultant.login},
        address=client_address(request),
    )
    people = {person.account.id: person for person in await parts.console.people()}
    return Me.of(people[account_id])


async def _report(
    parts: Services, account: Account, since: datetime | None, until: datetime | None
) -> tuple[Report, dict[str, str]]:
    start = since.astimezone() if since else _start_of_today()
    end = until.astimezone() if until else max(now(), start + timedelta(seconds=1))
    if not start < end <= start + LONGEST_PERIOD:
        raise InvalidFieldError("until", "period", language=account.language)
    found = await numbers.records(parts.database, start, end)
    made = numbers.report(found, start, end, parts.desk.policy.target_s)
    names = await parts.console.names(map(int, made.by_consultant))
    return made, {str(consultant): name for consultant, name in names.items()}


def _rows(groups: dict[str, Numbers], names: dict[str, str] | None = None) -> list[Row]:
    return [
        Row(key=key, name=(names or {}).get(key), **NumbersOut.model_validate(values).model_dump())
        for key, values in groups.items()
    ]


def _level(average_s: float | None, parts: Services) -> Literal["fine", "warning", "over"]:
    if average_s is None or average_s < parts.desk.policy.warning_s:
        return "fine"
    return "warning" if average_s <= parts.desk.policy.target_s else "over"


def _start_of_today() -> datetime:
    today = now().astimezone(numbers.TIME_ZONE).date()
    return datetime.combine(today, time(), numbers.TIME_ZONE)


def _file(body: bytes, media_type: str, made: Report, ending: str) -> Response:
    days = (f"{at.astimezone(numbers.TIME_ZONE):%Y-%m-%d}" for at in (made.since, made.until))
    disposition = f'attachment; filename="1414-{"_".join(days)}.{ending}"'
    return Response(body, media_type=media_type, headers={"Content-Disposition": disposition})
