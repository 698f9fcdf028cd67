"""Owns days as forms of the staff pages ask for them: an empty field means any; days are those of this country."""

from datetime import date, datetime, time, timedelta
from typing import Literal

from web.staff import pages

Day = date | Literal[""]


def begin(day: Day) -> datetime | None:
    """Return when a day begins."""
    return datetime.combine(day, time(), pages.TIME_ZONE) if day else None


def end(day: Day) -> datetime | None:
    """Return when a day is over."""
    return datetime.combine(day, time(), pages.TIME_ZONE) + timedelta(days=1) if day else None
