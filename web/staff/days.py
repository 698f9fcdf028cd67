"""Owns days and times as forms of the staff pages ask for them, in the time of this country; an empty day means any."""

from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from web.staff import pages

Day = date | Literal[""]
_FORM_TIME: Final = "%Y-%m-%dT%H:%M"
"""Of a field of the kind "datetime-local"."""


def begin(day: Day) -> datetime | None:
    """Return when a day begins."""
    return datetime.combine(day, time(), pages.TIME_ZONE) if day else None


def end(day: Day) -> datetime | None:
    """Return when a day is over."""
    return datetime.combine(day, time(), pages.TIME_ZONE) + timedelta(days=1) if day else None


def written(at: datetime) -> str:
    """Return a time as a form shows it."""
    return at.astimezone(pages.TIME_ZONE).strftime(_FORM_TIME)


def moment(text: str) -> datetime | None:
    """Return the time that a form sent; None when it is none."""
    try:
        return datetime.strptime(text, _FORM_TIME).replace(tzinfo=pages.TIME_ZONE)
    except ValueError:
        return None
