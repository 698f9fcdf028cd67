"""Owns how figures are written for people of this country: times, shares, means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from web.staff.texts import text

if TYPE_CHECKING:
    from datetime import date

    from language import Language

NOTHING: Final = "–"
_MINUTE_S: Final = 60
_LONG_S: Final = 100
"""From here on minutes are easier to grasp; the 40 s line itself is told in seconds."""


@dataclass(frozen=True)
class Figures:
    """Writes figures in one language; what was not measured is a dash."""

    language: Language

    def seconds(self, value: float | None) -> str:
        """Write a time."""
        if value is None:
            return NOTHING
        whole = round(value)
        if whole < _LONG_S:
            return text("supervision.units.s", self.language, s=whole)
        return text("supervision.units.min_s", self.language, min=whole // _MINUTE_S, s=whole % _MINUTE_S)

    def minutes(self, value: float) -> str:
        """Write how long something lasts already, in whole minutes."""
        return text("supervision.units.min", self.language, min=int(value) // _MINUTE_S)

    def count(self, value: float | None) -> str:
        """Write a number of things."""
        return NOTHING if value is None else str(format_decimal(value, format="#,##0", locale=self.language))

    def mean(self, value: float | None) -> str:
        """Write a mean of ratings."""
        return NOTHING if value is None else str(format_decimal(value, format="0.0", locale=self.language))

    def share(self, value: float | None) -> str:
        """Write a part of a whole."""
        return NOTHING if value is None else str(format_percent(value, format="0%", locale=self.language))

    def part(self, some: float, whole: float) -> str:
        """Write a count with its part of the whole."""
        return f"{self.count(some)}\N{NO-BREAK SPACE}({self.share(some / whole)})" if whole else self.count(some)

    def day(self, value: date) -> str:
        """Write a day."""
        return format_date(value, "dd.MM.yyyy", locale=self.language)
