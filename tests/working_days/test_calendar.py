"""Working days of Kazakhstan, checked against the published calendars."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from working_days import WorkingDays

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 12, 16), False),  # Independence Day
        (date(2026, 10, 26), False),  # Republic Day fell on a Sunday
        (date(2026, 3, 9), False),  # 8 March fell on a Sunday
        (date(2026, 3, 25), False),  # Nauryz took two days of a weekend
        (date(2026, 1, 7), False),  # Orthodox Christmas
        (date(2025, 1, 3), False),  # moved here from Sunday, 5 January, by decree
        (date(2025, 1, 5), True),
        (date(2025, 6, 6), False),  # first day of Kurban Ait
        (date(2027, 1, 4), False),  # 2 January falls on a Saturday
    ],
)
def test_holidays_and_transferred_days(day: date, worked: bool) -> None:  # noqa: FBT001
    assert WorkingDays().is_working(day) is worked


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 20), 5, date(2026, 11, 27)),  # a Friday: the next five working days
        (date(2026, 11, 22), 5, date(2026, 11, 27)),  # a Sunday
        (date(2026, 12, 14), 5, date(2026, 12, 22)),  # over Independence Day and a weekend
        (date(2026, 12, 30), 5, date(2027, 1, 11)),  # over New Year, a moved day off and Christmas
        (date(2025, 1, 2), 1, date(2025, 1, 5)),  # the next working day is a Sunday worked by decree
        (date(2026, 11, 20), 15, date(2026, 12, 11)),
    ],
)
def test_end_of_a_term(start: date, days: int, end: date) -> None:
    assert WorkingDays().end_of_term(start, days) == end


def test_a_decree_newer_than_the_library_is_obeyed(tmp_path: Path) -> None:
    file = tmp_path / "transfers.yml"
    file.write_text("days_off: [2026-11-27]\nworking_days: [2026-11-28]\n")
    calendar = WorkingDays(file)
    assert not calendar.is_working(date(2026, 11, 27))
    assert calendar.end_of_term(date(2026, 11, 26), 1) == date(2026, 11, 28)


def test_a_transfer_that_is_not_a_day_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "transfers.yml"
    file.write_text("days_off: [tomorrow]\nworking_days: []\n")
    with pytest.raises(ValidationError, match="days_off"):
        WorkingDays(file)
