"""Owns when a waiting citizen is told something and what about. Pure: time is given to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from contact_centre.queue.policy import QueuePolicy

Notice = Literal["moved", "still", "nobody", "too_long"]


@dataclass(frozen=True)
class Waiting:
    """A citizen in the queue, as far as silence matters."""

    queued_at: datetime
    heard_at: datetime
    """When anything was last said to the citizen, by the assistant too."""
    told_at: datetime
    """When the place in the queue was last told."""
    told_position: int | None
    position: int
    is_anybody_on_duty: bool
    callback_offered: bool


def due(waiting: Waiting, policy: QueuePolicy, now: datetime) -> Notice | None:
    """Return what to tell at `now`: a call-back once, a better place soon, else something before silence grows long."""

    def passed(since: datetime, seconds: float) -> bool:
        return (now - since).total_seconds() >= seconds

    if not waiting.callback_offered:
        if not waiting.is_anybody_on_duty and passed(waiting.queued_at, policy.nobody_s):
            return "nobody"
        if passed(waiting.queued_at, policy.too_long_s):
            return "too_long"
    if waiting.told_position is not None and waiting.position < waiting.told_position:
        return "moved" if passed(waiting.told_at, policy.moved_notice_s) else None
    return "still" if passed(waiting.heard_at, policy.notice_s) else None
