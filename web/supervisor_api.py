"""Owns the supervisor's API: the queue as it is now, the numbers of a period, what consultants can do."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from contact_centre import numbers
from contact_centre.values import Language  # noqa: TC001  FastAPI reads the annotations
from contact_centre.vocabulary import TOPICS
from database.base import now
from staff.accounts import UnknownAccountError
from staff.roles import Permission
from staff.tables import Account
from web import report_files, services, supervision
from web.consultant_models import Me
from web.problems import InvalidFieldError, ProblemError
from web.staff.guard import require
from web.staff.sign_in import client_address
from web.supervision import InvalidPeriodError, Live, Period, Skills

if TYPE_CHECKING:
    from contact_centre.numbers import Numbers, Report
    from web.services import Services

router = APIRouter(prefix="/supervision")

Counting = Annotated[Account, Depends(require(Permission.NUMBERS_READ))]
Supervising = Annotated[Account, Depends(require(Permission.QUEUE_SUPERVISE))]


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


@router.get("/live")
async def show_live(request: Request, account: Counting) -> Live:
    """Return the centre as it is now."""
    return await supervision.live(services.of(request), account)


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
    return [Me.of(person) for person in (await services.of(request).floor.now()).people]


@router.put("/consultants/{account_id}")
async def set_skills(request: Request, account: Supervising, account_id: int, body: Skills) -> Me:
    """Say what a consultant can do."""
    parts = services.of(request)
    if not set(body.topics) <= set(TOPICS):
        raise InvalidFieldError("topics", "unknown_code", language=account.language)
    try:
        await supervision.set_skills(parts, account, account_id, body, client_address(request))
    except UnknownAccountError:
        raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_account", language=account.language) from None
    people = {person.account.id: person for person in (await parts.floor.now()).people}
    return Me.of(people[account_id])


async def _report(
    parts: Services, account: Account, since: datetime | None, until: datetime | None
) -> tuple[Report, dict[str, str]]:
    today = supervision.today()
    start = since.astimezone() if since else Period(today, today).since
    end = until.astimezone() if until else max(now(), start + timedelta(seconds=1))
    try:
        return await supervision.report(parts, account, start, end)
    except InvalidPeriodError:
        raise InvalidFieldError("until", "period", language=account.language) from None


def _rows(groups: dict[str, Numbers], names: dict[str, str] | None = None) -> list[Row]:
    return [
        Row(key=key, name=(names or {}).get(key), **NumbersOut.model_validate(values).model_dump())
        for key, values in groups.items()
    ]


def _file(body: bytes, media_type: str, made: Report, ending: str) -> Response:
    days = (f"{at.astimezone(numbers.TIME_ZONE):%Y-%m-%d}" for at in (made.since, made.until))
    disposition = f'attachment; filename="1414-{"_".join(days)}.{ending}"'
    return Response(body, media_type=media_type, headers={"Content-Disposition": disposition})
