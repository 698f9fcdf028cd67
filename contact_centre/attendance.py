"""Owns what this process knows of who is there: the citizens' clients, and what has reached which side.

Kept in memory only: a citizen's client that comes back after a restart tells it anew.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from database.base import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

_FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass
class Marks:
    """How far messages have come, each as the last id."""

    delivered: int = 0
    """On the citizen's device."""
    read: int = 0
    """Seen by the citizen."""
    seen: int = 0
    """Seen by the consultant."""


@dataclass
class _Side:
    streams: int
    seen_at: datetime
    marks: Marks


class Attendance:
    """The citizens whose clients are or were connected."""

    def __init__(self) -> None:
        self._sides: dict[UUID, _Side] = {}
        self._began_at = now()

    @contextmanager
    def connected(self, conversation: UUID) -> Iterator[None]:
        """Count a stream as open until the block ends."""
        side = self._side(conversation)
        side.streams += 1
        try:
            yield
        finally:
            side.streams -= 1
            side.seen_at = now()

    def seen(self, conversation: UUID) -> None:
        """Note a sign of life."""
        self._side(conversation).seen_at = now()

    def delivered(self, conversation: UUID, message_id: int) -> bool:
        """Note that the citizen's device has everything up to a message; return whether that is new."""
        marks = self._side(conversation).marks
        is_new = message_id > marks.delivered
        marks.delivered = max(marks.delivered, message_id)
        return is_new

    def read(self, conversation: UUID, message_id: int) -> bool:
        """Note that the citizen has seen, and so has got, everything up to a message; return whether that is new."""
        marks = self._side(conversation).marks
        is_new = message_id > marks.read
        marks.read = max(marks.read, message_id)
        marks.delivered = max(marks.delivered, message_id)
        return is_new

    def seen_by_consultant(self, conversation: UUID, message_id: int) -> bool:
        """Note that the consultant has seen everything up to a message; return whether that is new."""
        marks = self._side(conversation).marks
        is_new = message_id > marks.seen
        marks.seen = max(marks.seen, message_id)
        return is_new

    def marks(self, conversation: UUID) -> Marks:
        """Return how far messages have come."""
        side = self._sides.get(conversation)
        return Marks() if side is None else side.marks

    def is_online(self, conversation: UUID) -> bool:
        """Return whether the citizen's client is connected."""
        side = self._sides.get(conversation)
        return side is not None and side.streams > 0

    def absent_for(self, conversation: UUID, since: datetime, at: datetime) -> timedelta:
        """Return how long there has been no sign of life; `since` is the last one that the register knows of."""
        side = self._sides.get(conversation)
        if side is not None and side.streams > 0:
            return timedelta(0)
        # After a restart everybody gets time to come back.
        return at - max(since, self._began_at, *(() if side is None else (side.seen_at,)))

    def forget_old(self) -> None:
        """Let go of those who have been away for long."""
        limit = now() - _FORGOTTEN_AFTER
        for conversation, side in list(self._sides.items()):
            if not side.streams and side.seen_at < limit:
                del self._sides[conversation]

    def _side(self, conversation: UUID) -> _Side:
        return self._sides.setdefault(conversation, _Side(0, now(), Marks()))
