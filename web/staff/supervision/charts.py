"""Owns the geometry of the charts: where columns, ticks and lines stand in an SVG. Their looks are in the CSS."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

WIDTH: Final = 720
HEIGHT: Final = 230
LEFT: Final = 52
RIGHT: Final = 12
TOP: Final = 22
BOTTOM: Final = 28
_TICKS: Final = 4
_STEPS: Final = (1, 2, 2.5, 5, 10)
_VALUES_MAX: Final = 16
_LETTER: Final = 7.5
"""Width of one; when the names have no room side by side, every n-th column has its name."""
_FILLED: Final = 0.72
_WIDEST: Final = 64.0


@dataclass(frozen=True)
class Column:
    """One value; `value` None stands for nothing measured, which is not zero."""

    name: str
    written: str
    value: float | None
    x: float
    y: float
    width: float
    height: float
    is_named: bool
    is_over: bool

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Mark:
    """A tick of the scale, or a line across the chart."""

    y: float
    written: str


@dataclass(frozen=True)
class Chart:
    """Columns over a scale, perhaps with a line that must not be passed."""

    columns: Sequence[Column]
    ticks: Sequence[Mark]
    line: Mark | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured."""
        return all(column.value is None for column in self.columns)

    @property
    def shows_values(self) -> bool:
        """Whether each column has room for its value."""
        return len(self.columns) <= _VALUES_MAX


def columns(
    values: Mapping[str, float | None], write: Callable[[float | None], str], line: float | None = None
) -> Chart:
    """Return the chart of named values, in their order; those above `line` are marked."""
    greatest = max([value for value in values.values() if value is not None] + [line or 0.0])
    step = _step(greatest)
    top = step * max(1, math.ceil(greatest / step))
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    width = min(slot * _FILLED, _WIDEST)
    every = math.ceil(max(map(len, values), default=0) * _LETTER / slot)

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top), 1)

    drawn = [
        Column(
            name=name,
            written=write(value),
            value=value,
            x=round(LEFT + slot * number + (slot - width) / 2, 1),
            y=y(value or 0.0),
            width=round(width, 1),
            height=round(y(0) - y(value or 0.0), 1),
            is_named=number % every == 0,
            is_over=line is not None and value is not None and value > line,
        )
        for number, (name, value) in enumerate(values.items())
    ]
    ticks = [Mark(y(tick * step), write(tick * step)) for tick in range(round(top / step) + 1)]
    return Chart(drawn, ticks, None if line is None else Mark(y(line), write(line)))


def _step(greatest: float) -> float:
    """Return the least round step with which `_TICKS` steps reach the greatest value; whole, for things are counted."""
    if greatest <= _TICKS:
        return 1
    rough = greatest / _TICKS
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return max(1, next(step * magnitude for step in _STEPS if step * magnitude >= rough))
