"""Owns the calendar itself: which days are worked, and the day on which a term of working days ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import holidays
import yaml
from pydantic import BaseModel, ConfigDict

TRANSFERS: Final = Path(__file__).with_name("transfers.yml")

KAZAKHSTAN_TIME: Final = timezone(timedelta(hours=5))
"""One time zone in the whole country since 1 March 2024."""

_ONE_DAY: Final = timedelta(days=1)


def today() -> date:
    """Return the present day in Kazakhstan."""
    return datetime.now(KAZAKHSTAN_TIME).date()


class _Transfers(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days_off: frozenset[date]
    working_days: frozenset[date]


class WorkingDays:
    """The five-day working week with the holidays and transferred days of Kazakhstan (`holidays`, Labour Code art. 85).

    `transfers` is a YAML file of decreed days that the library lacks; one that cannot be read raises
    pydantic.ValidationError.
    """

    def __init__(self, transfers: Path = TRANSFERS) -> None:
        self._holidays = holidays.country_holidays("KZ")
        decreed = yaml.load(transfers.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        self._transfers = _Transfers.model_validate(decreed)

    def is_working(self, day: date) -> bool:
        """Whether `day` is worked."""
        if day in self._transfers.working_days:
            return True
        return day not in self._transfers.days_off and self._holidays.is_working_day(day)

    def end_of_term(self, start: date, working_days: int) -> date:
        """Return the last day of a term of `working_days` (1 or more) that runs from the day after `start`."""
        day = start
        for _ in range(working_days):
            day += _ONE_DAY
            while not self.is_working(day):
                day += _ONE_DAY
        return day
