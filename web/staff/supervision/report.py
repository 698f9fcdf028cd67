"""Owns the page of the numbers of a period: figures, charts, a table for each way to look at them, and the exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from contact_centre.numbers import Numbers, Report
from contact_centre.vocabulary import OUTCOMES, topic_name
from language import Language
from web import services, supervision
from web.staff import pages
from web.staff.days import Day
from web.staff.supervision import charts
from web.staff.supervision.access import Counting
from web.staff.supervision.charts import Chart
from web.staff.supervision.figures import Figures
from web.staff.texts import text
from web.supervision import InvalidPeriodError, Period

router = APIRouter(prefix="/report")

_PRESETS: Final = {"today": (0, 0), "yesterday": (1, 1), "week": (6, 0), "month": (29, 0)}
"""How many days ago each begins and ends."""
_OF_TALKS: Final = ("answered", "average_speed", "service_level", "longest_wait", "average_talk", "callbacks", "rating")
_FIGURES: Final = ("contacts", "by_assistant_alone", "queued", "abandoned", *_OF_TALKS)
_OF_TOPICS: Final = ("queued", "abandoned", *_OF_TALKS)
"""A topic is known from the queue on; what nobody answered is no consultant's."""


class Asked(BaseModel):
    """The days that are asked for; empty means today."""

    since: Day = ""
    until: Day = ""

    @property
    def period(self) -> Period:
        """Return it whole; days are those of this country."""
        last = self.until or self.since or supervision.today()
        return Period(self.since or last, last)


@dataclass(frozen=True)
class Preset:
    """A period that is asked for often."""

    name: str
    query: str
    is_shown: bool


@dataclass(frozen=True)
class Group:
    """One way to look at the numbers: its rows by name, drawn where the rows are steps of time."""

    name: str
    rows: Mapping[str, Numbers]
    figures: Sequence[str] = _FIGURES
    speed: Chart | None = None
    contacts: Chart | None = None


@router.get("")
async def show(request: Request, account: Counting, asked: Annotated[Asked, Query()]) -> Response:
    """Show the numbers of a period."""
    parts, period = services.of(request), asked.period
    try:
        made, names = await supervision.report(parts, account, period.since, period.until)
    except InvalidPeriodError:
        raise HTTPException(422) from None
    figures, target_s = Figures(pages.language(request)), parts.desk.policy.target_s
    return pages.page(
        request,
        "supervision/report.html",
        total=made.total,
        period=period,
        presets=[_preset(name, period) for name in _PRESETS],
        groups=[group for group in _groups(made, names, period, figures, target_s) if group.rows],
        ratings=charts.columns({str(points): count for points, count in made.ratings.items()}, figures.count),
        outcomes=_outcomes(made, figures.language),
        level=supervision.level(made.total.average_speed_of_answer_s, parts),
        target=figures.seconds(target_s),
        is_over=lambda values: (values.average_speed_of_answer_s or 0.0) > target_s,
        files=urlencode({"since": period.since.isoformat(), "until": period.until.isoformat()}),
        figures=figures,
    )


def _groups(made: Report, names: Mapping[str, str], period: Period, figures: Figures, target_s: float) -> list[Group]:
    spoken = figures.language
    drawn = partial(_drawn, figures=figures, target_s=target_s)
    days = {} if period.first == period.last else made.by_day
    return [
        drawn("by_hour", _every_hour(made.by_hour)),
        drawn("by_day", _every_day(days, period, figures)),
        Group("by_channel", {_named("contacts.channels", key, spoken): row for key, row in made.by_channel.items()}),
        Group("by_language", {_named("contacts.languages", key, spoken): row for key, row in made.by_language.items()}),
        Group("by_topic", {_topic(key, spoken): row for key, row in made.by_topic.items()}, _OF_TOPICS),
        Group("by_consultant", _by_name(made.by_consultant, names), _OF_TALKS),
    ]


def _drawn(name: str, rows: Mapping[str, Numbers], *, figures: Figures, target_s: float) -> Group:
    speeds = {step: row.average_speed_of_answer_s for step, row in rows.items()}
    contacts = {step: float(row.contacts) for step, row in rows.items()}
    return Group(
        name,
        rows,
        speed=charts.columns(speeds, figures.seconds, line=target_s),
        contacts=charts.columns(contacts, figures.count),
    )


def _every_hour(hours: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Fill the hours without a contact between the first and the last."""
    known = [int(hour) for hour in hours]
    between = range(min(known), max(known) + 1) if known else ()
    return {f"{hour:02}": hours.get(f"{hour:02}", Numbers()) for hour in between}


def _every_day(days: Mapping[str, Numbers], period: Period, figures: Figures) -> dict[str, Numbers]:
    """Fill the days without a contact."""
    if not days:
        return {}
    count = (period.last - period.first).days + 1
    every = [period.first + timedelta(days=number) for number in range(count)]
    return {figures.day(day): days.get(day.isoformat(), Numbers()) for day in every}


def _by_name(consultants: Mapping[str, Numbers], names: Mapping[str, str]) -> dict[str, Numbers]:
    return dict(sorted(((names.get(key, key), row) for key, row in consultants.items()), key=lambda one: one[0]))


def _named(place: str, key: str, language: Language) -> str:
    return text(f"{place}.{key}", language) if key else text("supervision.report.unknown", language)


def _topic(key: str, language: Language) -> str:
    return topic_name(key, language) or text("supervision.any_topic", language)


def _outcomes(made: Report, language: Language) -> dict[str, int]:
    """Return how often each outcome came, the most frequent first."""
    ordered = sorted(made.outcomes.items(), key=lambda one: -one[1])
    return {OUTCOMES[code][language] if code in OUTCOMES else code: count for code, count in ordered}


def _preset(name: str, shown: Period) -> Preset:
    begins, ends = (supervision.today() - timedelta(days=days) for days in _PRESETS[name])
    query = urlencode({"since": begins.isoformat(), "until": ends.isoformat()})
    return Preset(name, query, is_shown=shown == Period(begins, ends))
