"""Owns keeping a conversation's history short: Rasa reads, replays and sends all events of a session each turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rasa_sdk.events import SessionStarted, SlotSet

if TYPE_CHECKING:
    from rasa_sdk import Tracker

    from actions.turn import Events

LONGEST_SESSION: Final = 100
"""Events, about twelve turns; then the conversation goes on in a new session of Rasa."""
CARRIED_ANSWER: Final = "answer_before_session"
"""Slot of what was said right before the present session."""


def in_short_session(tracker: Tracker, events: Events, said: list[dict[str, Any]]) -> Events:
    """Return the events of a turn, preceded by a new session with all slots carried over when the present one is long.

    A form is never cut in two. `said` is what the dispatcher has of this turn: Rasa stamps a new session later than
    the answer beside it, so the answer is carried over as well, for a citizen who asks to hear it again.
    """
    leads_on = any(event["event"] == "followup" for event in events)
    if len(tracker.events) < LONGEST_SESSION or tracker.active_loop_name or leads_on:
        return events
    carried = [SlotSet(name, value) for name, value in tracker.slots.items() if value is not None]
    answer = [message for message in said if message.get("text") or message.get("response")]
    return [SessionStarted(), *carried, SlotSet(CARRIED_ANSWER, answer), *events]
