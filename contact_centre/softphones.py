"""Owns whose console is a telephone now: while it is, the exchange rings it instead of the telephone on the desk."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from contact_centre.events import DESK, DeskChanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contact_centre.events import EventBus


class Softphones:
    """The consoles that are connected with the exchange, of this process: they live no longer than it does."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._connections: Counter[int] = Counter()

    def has(self, account_id: int) -> bool:
        """Return whether a consultant telephones in the console."""
        return self._connections[account_id] > 0

    @contextmanager
    def connected(self, account_id: int) -> Iterator[None]:
        """Let a console be its consultant's telephone while the block lasts."""
        self._change(account_id, 1)
        try:
            yield
        finally:
            self._change(account_id, -1)

    def _change(self, account_id: int, by: int) -> None:
        self._connections[account_id] += by
        self._bus.publish(DESK, DeskChanged())
