"""Owns keeping a conversation's history short: Rasa reads, replays and sends all events of a session each turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rasa_sdk.events import SessionStarted, SlotSet

if TYPE_CHECKING:
    from rasa_sdk import Tracker

    from actions.turn import Events

LONGEST_SESSION: Final = 100
"""Events, about twelve turns; then the conversation goes on in a new session of Rasa."""


def in_short_session(tracker: Tracker, events: Events) -> Events:
    """Return the events of a turn, preceded by a new session with all slots carried over when the present one is long.

    A form is never cut in two. The new session is dated back to the citizen's message, so that the answer of this turn
    still belongs to it and can be repeated.
    """
    leads_on = any(event["event"] == "followup" for event in events)
    if len(tracker.events) < LONGEST_SESSION or tracker.active_loop_name or leads_on:
        return events
    asked_at = next(event["timestamp"] for event in reversed(tracker.events) if event["event"] == "user")
    carried = [SlotSet(name, value) for name, value in tracker.slots.items() if value is not None]
    return [SessionStarted(timestamp=asked_at), *carried, *events]
